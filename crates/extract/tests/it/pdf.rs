//! PDF: words of pages in their order, and everything that stands beside them.

use caduceus_extract::{Because, Limits, Mark};

use crate::kit::{all, read, read_within, reasons, zlib};

/// A file of these objects, numbered from 1; the first is the root.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    for (index, object) in objects.iter().enumerate() {
        file.extend(format!("{} 0 obj\n", index + 1).as_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    file.extend(b"trailer\n<</Root 1 0 R /Info 2 0 R>>\n%%EOF");
    file
}

fn text(object: &str) -> Vec<u8> {
    object.as_bytes().to_vec()
}

fn stream(keys: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<<{keys}/Length {}>>stream\n", data.len()).into_bytes();
    object.extend(data);
    object.extend(b"\nendstream");
    object
}

/// One page with this content and these further objects from number 6 on; 5 is its font.
pub fn page(content: &[u8], further: &[Vec<u8>]) -> Vec<u8> {
    page_with("", content, further)
}

fn page_with(keys: &str, content: &[u8], further: &[Vec<u8>]) -> Vec<u8> {
    let resources = "/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R/Y 7 0 R>>>>";
    let mut objects = vec![
        text("<</Type/Catalog/Pages 3 0 R>>"),
        text("<</Title(Referral)/Author(\\376\\377\\000D\\000r)>>"),
        text(&format!("<</Type/Pages/Kids[4 0 R]/Count 1{resources}>>")),
        text(&format!("<</Type/Page/Parent 3 0 R/Contents 8 0 R{keys}>>")),
        text("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[65/aacute]>>>>"),
    ];
    objects.extend(further.iter().take(2).cloned());
    objects.resize(7, text("null"));
    objects.push(stream("/Filter/FlateDecode", &zlib(content)));
    objects.extend(further.iter().skip(2).cloned());
    pdf(&objects)
}

#[test]
fn words_stand_in_the_order_and_with_the_gaps_of_the_page() {
    let content =
        b"BT /F 10 Tf 72 700 Td (Dear Ms Lee) Tj 0 -12 Td [(split num)-20(ber)-400(apart)] TJ ET\n\
        BT /F 10 Tf 72 600 Td (MRN) Tj 100 0 Td (00123) Tj T* (A\\056\\)) Tj ET";
    let got = read("a.pdf", &page(content, &[]));
    assert_eq!(
        (got.kind.word(), got.pages, &got.unreadable),
        ("pdf", 1, &vec![])
    );
    assert_eq!(got.texts[0].place, "page 1");
    assert_eq!(
        got.texts[0].text,
        "Dear Ms Lee\nsplit number apart\nMRN\t00123\ná.)"
    );
}

#[test]
fn properties_fields_and_notes_are_read() {
    let field = text("<</FT/Tx/T(ssn)/V(078-05-1120)/Subtype/Widget>>");
    let note = text("<</Subtype/Text/Contents(call the patient)>>");
    let got = read(
        "a.pdf",
        &page(
            b"BT /F 9 Tf (x) Tj ET",
            &[text("null"), text("null"), field, note],
        ),
    );
    let text = all(&got);
    for words in ["ssn: 078-05-1120", "call the patient", "Referral", "Dr"] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn a_map_of_characters_says_what_codes_mean() {
    let map = b"/CIDInit 1 begincodespacerange <0000> <ffff> endcodespacerange\n\
        2 beginbfchar <0001> <0053> <0002> <00530053> endbfchar\n1 beginbfrange <0010> <0019> <0030> endbfrange";
    let font = text(
        "<</Type/Font/Subtype/Type0/Encoding/Identity-H/ToUnicode 10 0 R/DescendantFonts[<</DW 500>>]>>",
    );
    let form = stream(
        "/Subtype/Form/Resources<</Font<</G 9 0 R>>>>",
        b"BT /G 10 Tf <000100020011001200130099> Tj ET",
    );
    let further = [form, text("null"), font, stream("", map)];
    let got = read("a.pdf", &page(b"/X Do", &further));
    assert_eq!(got.texts[0].text, "SSS123");
    assert_eq!(got.unreadable, []);
}

#[test]
fn codes_without_a_meaning_are_a_loss() {
    let font =
        text("<</Type/Font/Subtype/Type0/Encoding/Identity-H/DescendantFonts[<</DW 500>>]>>");
    let form = stream(
        "/Subtype/Form/Resources<</Font<</G 9 0 R>>>>",
        b"BT /G 10 Tf <00010002001100120013> Tj ET",
    );
    let got = read("a.pdf", &page(b"/X Do", &[form, text("null"), font]));
    assert_eq!(reasons(&got), [Because::FontWithoutText]);
}

#[test]
fn objects_inside_object_streams_are_found() {
    let inner = b"11 0 12 40 <</FT/Tx/T(name)/V(Lee Ann)>>           <</Contents(packed note)>>";
    let packed = stream("/Type/ObjStm/N 2/First 11/Filter/FlateDecode", &zlib(inner));
    let got = read(
        "a.pdf",
        &page(
            b"BT /F 9 Tf (x) Tj ET",
            &[text("null"), text("null"), packed],
        ),
    );
    let text = all(&got);
    assert!(
        text.contains("name: Lee Ann") && text.contains("packed note"),
        "{text}"
    );
}

#[test]
fn files_and_actions_inside_are_marked_and_read() {
    let file = stream("/Type/EmbeddedFile", b"inner words");
    let spec = text("<</Type/Filespec/UF(list.txt)/EF<</F 9 0 R>>>>");
    let action = text("<</S/JavaScript/JS(app.alert\\(1\\))>>");
    let launch = text("<</S/Launch/F(cmd.exe)>>");
    let got = read(
        "a.pdf",
        &page(
            b"BT /F 9 Tf (x) Tj ET",
            &[text("null"), text("null"), file, spec, action, launch],
        ),
    );
    assert_eq!(got.marks, [Mark::Script, Mark::Launch, Mark::EmbeddedFile]);
    assert!(all(&got).contains("list.txt: inner words"));
}

#[test]
fn an_encrypted_file_is_unreadable() {
    let mut file = page(b"BT (x) Tj ET", &[]);
    file.extend(b"\ntrailer\n<</Root 1 0 R/Encrypt<</Filter/Standard>>>>\n%%EOF");
    let got = read("a.pdf", &file);
    assert_eq!(
        (reasons(&got), got.marks),
        (vec![Because::Encrypted], vec![Mark::Encrypted])
    );
}

#[test]
fn a_page_that_is_a_picture_is_a_loss_without_ocr() {
    let scan = stream(
        "/Subtype/Image/Width 1700/Height 2200/Filter/DCTDecode",
        b"\xff\xd8\xff",
    );
    assert_eq!(
        reasons(&read("a.pdf", &page(b"q /X Do Q", &[scan]))),
        [Because::ImageWithoutOcr]
    );
    let logo = stream(
        "/Subtype/Image/Width 200/Height 80/Filter/DCTDecode",
        b"\xff\xd8\xff",
    );
    let got = read(
        "a.pdf",
        &page(b"q /X Do Q BT /F 9 Tf (Dear Lee) Tj ET", &[logo]),
    );
    assert_eq!(got.unreadable, []);
}

#[test]
fn pages_in_a_circle_and_references_to_themselves_end() {
    let circle = pdf(&[
        text("<</Type/Catalog/Pages 3 0 R>>"),
        text("2 0 R"),
        text("<</Type/Pages/Kids[3 0 R 3 0 R 4 0 R 3 0 R]>>"),
        text("<</Type/Pages/Kids[3 0 R 4 0 R]/Resources 2 0 R>>"),
    ]);
    let got = read("a.pdf", &circle);
    assert_eq!(reasons(&got), [Because::Malformed]);
}

#[test]
fn forms_that_draw_forms_end() {
    let calls = b"/X Do /Y Do ".repeat(20);
    let form = stream("/Subtype/Form", &calls);
    let limits = Limits {
        work: 2_000_000,
        ..Limits::default()
    };
    let got = read_within(limits, "a.pdf", &page(b"/X Do", &[form.clone(), form]));
    assert!(!got.unreadable.is_empty());
}

#[test]
fn deep_nesting_and_huge_streams_end() {
    let deep = pdf(&[text(&"[".repeat(300_000))]);
    assert!(!read("a.pdf", &deep).unreadable.is_empty());
    let many = b"1 0 obj[".repeat(100_000);
    let file = [b"%PDF-1.4\n".as_slice(), &many].concat();
    assert!(!read("a.pdf", &file).unreadable.is_empty());
    let bomb = page(&vec![b' '; 50 * 1024 * 1024], &[]);
    let got = read("a.pdf", &bomb);
    assert!(reasons(&got).contains(&Because::LimitRatio), "{got:?}");
}

#[test]
fn pages_over_the_limit_are_not_read() {
    let mut objects = vec![
        text("<</Type/Catalog/Pages 2 0 R>>"),
        text(&format!(
            "<</Type/Pages/Kids[{}]>>",
            (3..20).map(|n| format!("{n} 0 R ")).collect::<String>()
        )),
    ];
    objects.resize(20, text("<</Type/Page>>"));
    let limits = Limits {
        pages: 5,
        ..Limits::default()
    };
    let got = read_within(limits, "a.pdf", &pdf(&objects));
    assert_eq!((reasons(&got), got.pages), (vec![Because::LimitPages], 5));
}

#[test]
fn filters_of_old_files_are_undone() {
    let hex: String = b"BT /F 9 Tf (hex words) Tj ET"
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let form = stream(
        "/Subtype/Form/Filter/ASCIIHexDecode",
        format!("{hex}>").as_bytes(),
    );
    // "BT /F 9 Tf (runs) Tj ET" as one literal run.
    let content = b"BT /F 9 Tf (runs) Tj ET";
    let mut runs = vec![u8::try_from(content.len() - 1).expect("short")];
    runs.extend(content);
    runs.push(128);
    let second = stream("/Subtype/Form/Filter/RunLengthDecode", &runs);
    let got = read(
        "a.pdf",
        &page(b"/X Do q 1 0 0 1 0 -50 cm /Y Do Q", &[form, second]),
    );
    assert_eq!(got.texts[0].text, "hex words\nruns");
}

#[test]
fn a_file_that_is_cut_off_is_never_clean() {
    let file = page(b"BT /F 9 Tf (Dear Lee) Tj ET", &[]);
    for cut in [file.len() / 3, file.len() / 2, file.len() - 4] {
        assert!(
            !read("a.pdf", &file[..cut]).unreadable.is_empty(),
            "at {cut}"
        );
    }
}
