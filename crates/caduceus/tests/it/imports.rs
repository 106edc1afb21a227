//! Older archives by the command line: said before, taken once, listed.

use serde_json::Value;

use super::program::Installation;

const TWO: &str = "From a@far.example Tue Mar  3 10:00:00 2015\nFrom: a@far.example\nSubject: One\n\nFirst.\n\n\
From a@far.example Tue Mar  3 11:00:00 2015\nFrom: a@far.example\nSubject: Two\n\nSecond.\n\n";

fn count(answer: &Value, field: &str) -> String {
    answer[field].as_str().expect("a field").to_owned()
}

#[test]
fn a_mailbox_is_taken_in_once_and_what_was_not_mail_is_named() {
    let made = Installation::founded("imports");
    let path = made.config.with_file_name("old mail");
    std::fs::create_dir_all(&path).expect("a folder");
    std::fs::write(path.join("old.mbox"), TWO).expect("written");
    std::fs::write(path.join("kanari.bin"), [0_u8, 1, 2]).expect("written");
    let path = path.to_str().expect("UTF-8");
    let tried = made.admin(&["import", "take", path, "--dry-run"]);
    assert_eq!(
        (count(&tried, "messages"), count(&tried, "failures")),
        ("2".into(), "1".into())
    );
    assert_eq!(made.admin(&["import", "list"]), serde_json::json!({}));
    let done = made.admin(&[
        "import",
        "take",
        path,
        "--custodian",
        "nurse@clinic.example",
    ]);
    assert_eq!(
        (count(&done, "state"), count(&done, "messages")),
        ("done".into(), "2".into())
    );
    let again = made.admin(&["import", "take", path]);
    assert_eq!(
        (count(&again, "messages"), count(&again, "duplicates")),
        ("0".into(), "2".into())
    );
    let listed = made.admin(&["import", "list"]);
    assert_eq!(listed["imports"].as_array().map(Vec::len), Some(2));
    let problems = made.admin(&["import", "problems", &count(&done, "import")]);
    let first = &problems["problems"][0];
    assert_eq!(first["problems"], serde_json::json!(["not_mail"]));
    assert!(
        first["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("kanari.bin")),
        "{first}"
    );
}
