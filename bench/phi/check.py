"""Reads generated messages as a stranger would, with Python's `email`, and says where truth does not hold.

Not here: how they are made. Invariant: a value of truth is really in the decoded text of its part, else the message
is wrong, not the detector.
"""

import html
import io
import re
import zipfile
import zlib
from email import message_from_bytes
from email.header import decode_header, make_header
from html.parser import HTMLParser

import identifiers as ids

# What may stand between the signs of a value: in text that was wrapped, and in the source of HTML.
BROKEN = r"[\s>\u00a0\u00ad\u200b-\u200d\u2060]"
MARKED = r"(?:<[^<>]{0,60}>|&\w+;|\s)"
INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060]")


class Text(HTMLParser):
    """The text of HTML; a block starts a line."""

    def __init__(self):
        super().__init__()
        self.parts: list[str] = []
        self.within = ""

    def handle_starttag(self, tag, attrs):
        self.within = tag
        if tag in ("div", "p", "tr", "td", "table", "blockquote", "br", "body"):
            self.parts.append("\n")

    def handle_endtag(self, tag):
        self.within = ""

    def handle_data(self, data):
        if self.within not in ("style", "script"):
            self.parts.append(data)


def html_text(text: str) -> str:
    parser = Text()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


def flowed_text(text: str) -> str:
    """RFC 3676 §4: a line that ends in a space goes on in the next, without it when DelSp is set."""
    out, before = [], ""
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        if before:
            content = before[1] + content
            depth = before[0]
        if content.endswith(" ") and content != "-- ":
            before = (depth, content[:-1])
            continue
        out.append(">" * depth + " " * bool(depth) + content)
        before = ""
    return "\n".join(out + ([before[1]] if before else []))


def file_text(name: str, content: bytes) -> str:
    kind = name.rsplit(".", 1)[-1]
    if kind in ("docx", "xlsx", "odt"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inner = [entry for entry in archive.namelist() if entry.endswith(".xml") and "Content_Types" not in entry]
            texts = [archive.read(entry).decode() for entry in inner]
        return "\n".join(html_text(re.sub(r"</w:p>|</si>|</text:p>", "\n", text)) for text in texts)
    if kind == "pdf":
        streams = [zlib.decompress(packed) for packed in re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)]
        shown = b"\n".join(line for stream in streams for line in re.findall(rb"\((.*)\) Tj", stream))
        return re.sub(rb"\\(.)", rb"\1", shown).decode("cp1252")
    if kind == "png":
        return name
    text = content.decode("utf-8-sig")
    if kind == "xml":
        return html.unescape(text)  # most of what a C-CDA says stands in attributes
    return html_text(text) if kind == "html" else text


def texts(message_bytes: bytes) -> dict[str, list[str]]:
    """The decoded text of each place: `subject`, `body` (one for each alternative), `attachment:NAME`."""
    return read(message_bytes)[0]


def read(message_bytes: bytes) -> tuple[dict[str, list[str]], list[str]]:
    """The texts of each place, and the bodies' HTML as it was written."""
    message = message_from_bytes(message_bytes)     # the older policy reads headers ten times as quickly
    found: dict[str, list[str]] = {"subject": [str(make_header(decode_header(message["Subject"].replace("\r\n", ""))))], "body": []}
    sources = []
    for part in message.walk():
        if part.is_multipart():
            continue
        name, content = part.get_filename(), part.get_payload(decode=True)
        if name:
            found[f"attachment:{name}"] = [file_text(name, content)]
            continue
        text = content.decode(part.get_content_charset("ascii")).replace("\r\n", "\n")
        if part.get_content_subtype() == "html":
            sources.append(text)
            text = html_text(text)
        found["body"].append(flowed_text(text) if part.get_param("format") == "flowed" else text)
    return found, sources


def squeezed(text: str) -> str:
    """Without what wraps, quotes and tables put between: white space, invisible signs, quote marks."""
    plain = re.sub(r"^(?:> ?)+", "", INVISIBLE.sub("", text), flags=re.MULTILINE)
    return re.sub(r"[\s\u00a0\"]+", "", plain)


def faults(found: dict[str, list[str]], truth: dict) -> list[str]:
    """Why truth does not fit its message's `texts`; empty when it does. Values are made up and may be shown."""
    wrong = []
    for value in truth["values"]:
        for text in found.get(value["part"], [""]):
            if squeezed(value["value"]) not in squeezed(text):
                wrong.append(f"{truth['id']} ({truth['family']}): {value['type']} {value['value']!r} is not in its {value['part']}")
        if not is_valid(value["type"], value["value"]):
            wrong.append(f"{truth['id']}: {value['type']} {value['value']!r} has a wrong check digit")
    return wrong


def with_places(found: dict[str, list[str]], sources: list[str], values: list[dict]) -> list[dict]:
    """Adds `start` (in octets of UTF-8) where a value stands once, unbroken, in the only text of its part; and for
    the body `near`: where it may be said to start, whichever alternative was read, broken values included."""
    for value in values:
        its = found.get(value["part"], [])
        if len(its) == 1 and its[0].count(value["value"]) == 1:
            value["start"] = octets(its[0], its[0].index(value["value"]))
        if value["part"] == "body":
            plain = [place for text in its for place in places(text, value["value"], BROKEN)]
            marked = [place for text in sources for place in places(text, value["value"], MARKED)]
            value["near"] = sorted(set(plain + marked))
    return values


def octets(text: str, at: int) -> int:
    return len(text[:at].encode())


def places(text: str, value: str, between: str) -> list[int]:
    """Where it starts, lines counted as ending in one octet and in two; broken up only where it is not whole."""
    whole = re.compile(r"(?<!\w)" + re.escape(value) + r"(?!\w)")
    starts = [found.start() for found in whole.finditer(text)] or [found.start() for found in loose(value, between).finditer(text)]
    return [octets(text, at) + extra for at in starts[:6] for extra in (0, text.count("\n", 0, at))]


def loose(value: str, between: str) -> re.Pattern:
    """A pattern for `value` with anything of `between` between its signs, each of which may be an entity."""
    signs = [f"(?:{re.escape(sign)}|&#{ord(sign)};)" for sign in value if not sign.isspace()]
    return re.compile(r"(?<!\w)" + f"{between}*".join(signs) + r"(?!\w)")


def is_valid(kind: str, value: str) -> bool:
    if kind == "ssn" and "-" in value:
        return ids.ssn_is_valid(value)
    if kind == "plan" and re.fullmatch(r"[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d\d", value):
        return ids.mbi_is_valid(value)
    if kind == "vehicle" and len(value) == 17:
        return ids.vin_is_valid(value)
    if kind == "account" and len(re.sub(r"\D", "", value)) == 16:
        return ids.luhn_is_valid(value)
    return True
