//! Documents, sheets and slides: every part is read, and what is hidden is said to be.

use caduceus_extract::{Mark, TextForm};

use crate::kit::{TYPES, all, docx, read, reasons, xlsx, zip};

#[test]
fn a_letter_is_read_with_all_its_parts() {
    let body = "<w:p><w:r><w:t>Dear Ms </w:t></w:r><w:r><w:t>Example</w:t></w:r></w:p>\
        <w:p><w:r><w:t>split num</w:t></w:r><w:r><w:t>ber</w:t></w:r></w:p>\
        <w:p><w:del w:author='Dr Who'><w:r><w:delText>deleted words</w:delText></w:r></w:del></w:p>\
        <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden words</w:t></w:r></w:p>";
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    let file = zip(&[
        TYPES,
        ("word/document.xml", document.as_bytes()),
        ("word/header1.xml", b"<w:hdr><w:p><w:r><w:t>MRN 00123</w:t></w:r></w:p></w:hdr>"),
        ("word/comments.xml", b"<w:comments><w:comment w:author='Nurse Joy'><w:p><w:r><w:t>call back</w:t></w:r></w:p></w:comment></w:comments>"),
        ("docProps/core.xml", b"<cp:coreProperties><dc:creator>A. Writer</dc:creator><dc:title>Referral</dc:title></cp:coreProperties>"),
    ]);
    let got = read("letter.docx", &file);
    assert_eq!(got.kind.word(), "docx");
    assert_eq!(got.unreadable, []);
    assert_eq!(got.marks, []);
    assert_eq!(got.pages, 1);
    let text = all(&got);
    for words in [
        "word/document.xml: Dear Ms Example\nsplit number",
        "word/header1.xml: MRN 00123",
        "word/comments.xml: call back",
        "docProps/core.xml: A. Writer\nReferral",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let hidden: Vec<&str> = got
        .texts
        .iter()
        .filter(|t| t.hidden)
        .map(|t| t.text.as_str())
        .collect();
    assert_eq!(hidden, ["Dr Who\ndeleted words\nhidden words", "Nurse Joy"]);
}

#[test]
fn a_table_keeps_names_above_values() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = |a: &str, b: &str| format!("<w:tr>{}{}</w:tr>", cell(a), cell(b));
    let got = read(
        "a.docx",
        &docx(&format!(
            "<w:tbl>{}{}{}</w:tbl>",
            row("Name", "DOB"),
            row("Lee", "1961-08-04"),
            row("", "x")
        )),
    );
    assert_eq!(got.texts[0].form, TextForm::Table);
    assert_eq!(got.texts[0].text, "Name\tDOB\nLee\t1961-08-04\n\tx");
}

#[test]
fn a_sheet_is_a_table_with_dates_and_its_gaps() {
    let sheet = "<row><c r='A1' t='s'><v>0</v></c><c r='C1' t='s'><v>1</v></c></row>\
        <row><c r='A2' t='inlineStr'><is><t>Lee</t></is></c><c r='C2' s='1'><v>22497</v></c></row>";
    let got = read(
        "a.xlsx",
        &xlsx(
            sheet,
            "<si><t>Name</t></si><si><r><t>Birth</t></r><r><t>day</t></r></si>",
        ),
    );
    assert_eq!(got.kind.word(), "xlsx");
    assert_eq!(got.unreadable, []);
    assert_eq!(got.pages, 1);
    let table = got
        .texts
        .iter()
        .find(|t| t.form == TextForm::Table)
        .expect("a table");
    assert_eq!(
        (table.place.as_str(), table.text.as_str()),
        ("sheet 1", "Name\t\tBirthday\nLee\t\t1961-08-04")
    );
    assert!(all(&got).contains("sheets: Patients"));
}

#[test]
fn a_hidden_sheet_is_read_and_said_to_be_hidden() {
    let workbook = b"<workbook><sheets><sheet name='Secret' state='veryHidden' r:id='r1'/></sheets></workbook>";
    let relations = b"<Relationships><Relationship Id='r1' Target='/xl/worksheets/sheet1.xml'/></Relationships>";
    let sheet =
        b"<worksheet><sheetData><row><c t='str'><v>SSN</v></c></row></sheetData></worksheet>";
    let file = zip(&[
        TYPES,
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", relations),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let got = read("a.xlsx", &file);
    let table = got
        .texts
        .iter()
        .find(|t| t.form == TextForm::Table)
        .expect("a table");
    assert!(table.hidden);
}

#[test]
fn slides_are_pages_and_notes_are_read() {
    let slide = b"<p:sld><a:p><a:r><a:t>Case review</a:t></a:r></a:p><p:cNvPr descr='photo of Lee'/></p:sld>";
    let notes = b"<p:notes><a:p><a:r><a:t>patient agreed</a:t></a:r></a:p></p:notes>";
    let got = read(
        "a.pptx",
        &zip(&[
            TYPES,
            ("ppt/slides/slide1.xml", slide),
            ("ppt/notesSlides/notesSlide1.xml", notes),
        ]),
    );
    assert_eq!((got.kind.word(), got.pages), ("pptx", 1));
    let text = all(&got);
    for words in [
        "slide 1: Case review",
        "[slide 1: photo of Lee]",
        "patient agreed",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn open_documents_are_read_and_repetition_costs_nothing() {
    let content = b"<office:document-content><office:body><office:spreadsheet><table:table table:name='Ward'>\
        <table:table-row><table:table-cell><text:p>Name</text:p></table:table-cell><table:table-cell table:number-columns-repeated='2'/><table:table-cell><text:p>DOB</text:p></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated='1000000'><table:table-cell table:number-columns-repeated='3'><text:p>Lee</text:p></table:table-cell><table:table-cell office:date-value='1961-08-04'><text:p>Aug 4</text:p></table:table-cell></table:table-row>\
        </table:table></office:spreadsheet></office:body></office:document-content>";
    let file = zip(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", content),
    ]);
    let got = read("a.ods", &file);
    assert_eq!(got.kind.word(), "ods");
    assert_eq!(got.texts[0].text, "Name\t\t\tDOB\nLee\t\t\t1961-08-04");
    assert_eq!(got.unreadable, []);
}

#[test]
fn what_runs_or_fetches_is_marked() {
    let relations = b"<Relationships><Relationship Type='http://x/attachedTemplate' TargetMode='External' Target='http://evil.example/t.dotm'/></Relationships>";
    let file = zip(&[
        TYPES,
        ("word/document.xml", b"<w:document/>"),
        ("word/vbaProject.bin", b"\0\0"),
        ("word/_rels/settings.xml.rels", relations),
        ("word/embeddings/note.txt", b"inner words"),
    ]);
    let got = read("a.docx", &file);
    assert_eq!(
        got.marks,
        [Mark::Macros, Mark::RemoteContent, Mark::EmbeddedFile]
    );
    assert!(all(&got).contains("inner words"));
}

#[test]
fn an_encrypted_open_document_is_unreadable() {
    let manifest = b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let file = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", b"\x01\x02"),
    ]);
    let got = read("a.odt", &file);
    assert_eq!(reasons(&got), [caduceus_extract::Because::Encrypted]);
    assert_eq!(got.marks, [Mark::Encrypted]);
}

#[test]
fn a_picture_in_a_letter_is_a_loss_without_ocr() {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend(800_u32.to_be_bytes());
    png.extend(600_u32.to_be_bytes());
    let file = zip(&[
        TYPES,
        ("word/document.xml", b"<w:document/>"),
        ("word/media/image1.png", &png),
    ]);
    assert_eq!(
        reasons(&read("a.docx", &file)),
        [caduceus_extract::Because::ImageWithoutOcr]
    );
}
