"""Attachments from text: each maker takes lines and returns the file's bytes, as common programs write them.

Lines with tabs are rows of a table. Not here: records with a format of their own (payloads.py).
"""

import csv
import html
import io
import zipfile
import zlib

TYPES = {
    "txt": "text/plain", "csv": "text/csv", "html": "text/html", "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text", "ics": "text/calendar", "vcf": "text/vcard",
    "hl7": "application/hl7-v2", "x12": "application/edi-x12", "json": "application/fhir+json", "xml": "application/xml",
    "png": "image/png",
}
STAMP = (2026, 10, 5, 9, 30, 0)


def make(kind: str, text: str, rng) -> bytes:
    return MAKERS[kind](text, rng)


def as_txt(text: str, rng) -> bytes:
    return text.replace("\t", "   ").replace("\n", "\r\n").encode(rng.choice(["utf-8", "utf-8-sig"]))


def as_csv(text: str, _rng) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(line.split("\t") for line in text.splitlines() if line)
    return out.getvalue().encode()


def as_html(text: str, _rng) -> bytes:
    return f"<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Document</title></head><body>{body_html(text)}</body></html>".encode()


def body_html(text: str) -> str:
    out, in_table = [], False
    for line in text.splitlines():
        is_row = "\t" in line
        if is_row != in_table:
            out.append("<table border=\"1\">" if is_row else "</table>")
            in_table = is_row
        if is_row:
            out.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in line.split("\t")) + "</tr>")
        elif line:
            out.append(f"<p>{html.escape(line)}</p>")
    return "\n".join(out + ["</table>"] * in_table)


def as_pdf(text: str, _rng) -> bytes:
    """Pages of Helvetica lines in WinAnsi, each page's content deflated."""
    lines = [piece for line in text.replace("\t", "    ").splitlines() for piece in (folded(line, 88) or [""])]
    pages = [lines[at:at + 50] for at in range(0, len(lines), 50)] or [[""]]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    for number, page in enumerate(pages):
        shown = b"BT /F1 10 Tf 54 750 Td 14 TL\n" + b"".join(b"(" + pdf_text(line) + b") Tj T*\n" for line in page) + b"ET"
        packed = zlib.compress(shown)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> "
                       + f"/Contents {5 + 2 * number} 0 R >>".encode())
        objects.append(f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode() + packed + b"\nendstream")
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return out + (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
                  f"startxref\n{len(out)}\n%%EOF\n").encode()


def pdf_text(line: str) -> bytes:
    plain = line.encode("cp1252", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def folded(line: str, width: int) -> list[str]:
    """Pieces of at most `width` characters, cut at spaces."""
    out, rest = [], line
    while len(rest) > width:
        cut = rest.rfind(" ", 0, width)
        cut = width if cut < 1 else cut
        out.append(rest[:cut])
        rest = rest[cut:].lstrip(" ")
    return out + [rest]


def zipped(parts: list[tuple[str, str]], stored_first: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(parts):
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_STORED if stored_first and number == 0 else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/package/2006/relationships"
DOC_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def as_docx(text: str, rng) -> bytes:
    """Word splits text into runs where spelling or an edit once stood: so does this, now and then."""
    def runs(line: str) -> str:
        cut = rng.randint(1, len(line) - 1) if len(line) > 8 and rng.random() < 0.3 else len(line)
        return "".join(f'<w:r><w:t xml:space="preserve">{html.escape(part, False)}</w:t></w:r>' for part in (line[:cut], line[cut:]) if part)

    rows, out = [], []
    for line in text.splitlines() + [""]:
        if "\t" in line:
            rows.append("<w:tr>" + "".join(f"<w:tc><w:p>{runs(cell)}</w:p></w:tc>" for cell in line.split("\t")) + "</w:tr>")
            continue
        if rows:
            out.append("<w:tbl>" + "".join(rows) + "</w:tbl>")
            rows = []
        out.append(f"<w:p>{runs(line)}</w:p>")
    kinds = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
             'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
             'ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/'
             'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    return zipped([("[Content_Types].xml", XML + kinds),
                   ("_rels/.rels", f'{XML}<Relationships xmlns="{REL}"><Relationship Id="rId1" Type="{DOC_REL}/officeDocument" Target="word/document.xml"/></Relationships>'),
                   ("word/document.xml", f'{XML}<w:document xmlns:w="{W}"><w:body>{"".join(out)}</w:body></w:document>')])


def as_xlsx(text: str, _rng) -> bytes:
    shared: list[str] = []
    rows = []
    for number, line in enumerate((line for line in text.splitlines() if line), 1):
        cells = ""
        for column, cell in enumerate(line.split("\t")):
            if cell not in shared:
                shared.append(cell)
            cells += f'<c r="{chr(65 + column)}{number}" t="s"><v>{shared.index(cell)}</v></c>'
        rows.append(f'<row r="{number}">{cells}</row>')
    kinds = ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
             'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
             + "".join(f'<Override PartName="/xl/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
                       for name, kind in [("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("sharedStrings", "sharedStrings")]) + "</Types>")
    strings = "".join(f'<si><t xml:space="preserve">{html.escape(text, False)}</t></si>' for text in shared)
    return zipped([("[Content_Types].xml", XML + kinds),
                   ("_rels/.rels", f'{XML}<Relationships xmlns="{REL}"><Relationship Id="rId1" Type="{DOC_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>'),
                   ("xl/workbook.xml", f'{XML}<workbook xmlns="{S}" xmlns:r="{DOC_REL}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>'),
                   ("xl/_rels/workbook.xml.rels", f'{XML}<Relationships xmlns="{REL}"><Relationship Id="rId1" Type="{DOC_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
                    f'<Relationship Id="rId2" Type="{DOC_REL}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'),
                   ("xl/worksheets/sheet1.xml", f'{XML}<worksheet xmlns="{S}"><sheetData>{"".join(rows)}</sheetData></worksheet>'),
                   ("xl/sharedStrings.xml", f'{XML}<sst xmlns="{S}" count="{len(shared)}" uniqueCount="{len(shared)}">{strings}</sst>')])


def as_odt(text: str, _rng) -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns:"
    lines = "".join(f"<text:p>{html.escape(line, False).replace(chr(9), '<text:tab/>')}</text:p>" for line in text.splitlines())
    kind = TYPES["odt"]
    return zipped([("mimetype", kind),
                   ("content.xml", f'{XML}<office:document-content xmlns:office="{urn}office:1.0" xmlns:text="{urn}text:1.0" office:version="1.2">'
                    f"<office:body><office:text>{lines}</office:text></office:body></office:document-content>"),
                   ("META-INF/manifest.xml", f'{XML}<manifest:manifest xmlns:manifest="{urn}manifest:1.0" manifest:version="1.2"><manifest:file-entry '
                    f'manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
                    'manifest:media-type="text/xml"/></manifest:manifest>')], stored_first=True)


def as_png(_text: str, rng) -> bytes:
    """A picture without words: grey noise of 24 × 24 points."""
    rows = b"".join(b"\0" + bytes(rng.randrange(256) for _ in range(24)) for _ in range(24))

    def chunk(name: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")
    size = (24).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + size + b"\x08\0\0\0\0") + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


MAKERS = {"txt": as_txt, "csv": as_csv, "html": as_html, "pdf": as_pdf, "docx": as_docx, "xlsx": as_xlsx, "odt": as_odt, "png": as_png}
