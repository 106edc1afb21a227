//! Archives: names and contents, at every depth that is allowed.

use caduceus_extract::{Because, Mark};

use crate::kit::{ZipBuilder, all, deflate, gzip, read, reasons, tar, zip};

#[test]
fn archives_say_their_names_and_their_files() {
    let inner = zip(&[("deep/a.txt", b"inner words")]);
    let file = zip(&[("folder/letter.txt", b"outer words"), ("inner.zip", &inner)]);
    for (name, file) in [("a.zip", file.clone()), ("a.zip.gz", gzip(&file))] {
        let got = read(name, &file);
        assert_eq!(got.unreadable, [], "{name}");
        let text = all(&got);
        for words in [
            "folder/letter.txt: outer words",
            "inner.zip/deep/a.txt: inner words",
            "inner.zip\n",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
    let got = read(
        "a.tgz",
        &gzip(&tar(&[
            ("notes/one.txt", b"tarred words"),
            ("two.txt", b"more"),
        ])),
    );
    let text = all(&got);
    assert!(
        text.contains("notes/one.txt: tarred words") && text.contains("two.txt: more"),
        "{text}"
    );
    assert_eq!(got.unreadable, []);
}

#[test]
fn an_encrypted_entry_is_unreadable_and_the_others_are_read() {
    let mut builder = ZipBuilder::default();
    builder.add("open.txt", &deflate(b"open words"), 10, 8, 0);
    builder.add("closed.txt", b"\x01\x02\x03", 3, 0, 1);
    let got = read("a.zip", &builder.end());
    assert!(all(&got).contains("open words"));
    assert_eq!(reasons(&got), [Because::Encrypted]);
    assert_eq!(got.marks, [Mark::Encrypted]);
}

#[test]
fn a_file_that_no_directory_lists_is_noticed() {
    let mut builder = ZipBuilder::default();
    builder.add("listed.txt", &deflate(b"listed"), 6, 8, 0);
    builder.add("unlisted.txt", &deflate(b"unlisted"), 8, 8, 0);
    builder.directory.clear();
    builder.list("listed.txt", deflate(b"listed").len(), 6, 8, 0, 0);
    builder.count = 1;
    let got = read("a.zip", &builder.end());
    assert_eq!(reasons(&got), [Because::Malformed]);
}

#[test]
fn archives_without_a_reader_are_never_clean() {
    for (name, file) in [
        ("a.7z", &b"7z\xbc\xaf\x27\x1c"[..]),
        ("a.rar", b"Rar!\x1a\x07\0"),
        ("a.xz", b"\xfd7zXZ\0"),
    ] {
        assert_eq!(
            reasons(&read(name, file)),
            [Because::UnsupportedType],
            "{name}"
        );
    }
}
