use sim::kit::hostile::{Target, rounds, texts};

use super::*;

fn lines(text: &str) -> Vec<(usize, String)> {
    let lines = read(text).expect("it has a head");
    lines.into_iter().map(|l| (l.number, l.address)).collect()
}

#[test]
fn quotes_commas_and_line_ends_are_read_as_rfc_4180_says() {
    let text = "address,reason\r\n\"o\"\"neil@mail.example\",manual\r\n\r\nlee@mail.example,\n\"a,b\"@mail.example\r\n";
    let expected = [
        (2, "o\"neil@mail.example"),
        (4, "lee@mail.example"),
        (5, "a,b@mail.example"),
    ];
    assert_eq!(lines(text), expected.map(|(n, a)| (n, a.to_owned())));
}

#[test]
fn columns_stand_in_any_order_and_may_be_missing() {
    let read = read("\u{feff}Stream, Address\nmarketing,lee@mail.example").expect("a head");
    assert_eq!(read[0].address, "lee@mail.example");
    assert_eq!(read[0].stream, "marketing");
    assert_eq!(read[0].expires_at, "");
}

#[test]
fn a_bare_list_has_no_head() {
    let expected = [(1, "lee@mail.example"), (3, "kim@mail.example")];
    let read = lines("lee@mail.example\r\n\r\nkim@mail.example\n");
    assert_eq!(read, expected.map(|(n, a)| (n, a.to_owned())));
}

#[test]
fn a_file_without_an_address_column_is_not_read() {
    assert!(super::read("mail\nlee@mail.example").is_none());
    assert!(super::read("").is_none());
}

#[test]
fn what_a_spreadsheet_takes_for_a_formula_comes_back_as_it_was() {
    assert_eq!(
        lines("address\n\"'=1+1@mail.example\"")[0].1,
        "=1+1@mail.example"
    );
}

const FILES: Target = Target {
    name: "suppression_csv",
    seeds: || {
        texts(&[
            "address,stream,reason,expires_at\n\"o\"\"neil@mail.example\",marketing,manual,2027-01-01T00:00:00Z\nlee@mail.example,,,\n",
            "\u{feff}Stream, Address\nmarketing,'=lee@mail.example\n",
        ])
    },
    words: &["address", ",", "\"\"", "\",\"", "'=", "\n\n"],
    read: |input| {
        let text = String::from_utf8_lossy(input);
        let Some(lines) = read(&text) else { return 0 };
        assert!(
            lines.is_sorted_by(|a, b| a.number < b.number),
            "each line has its number"
        );
        let words = |line: &Line| line.stream.len() + line.reason.len() + line.expires_at.len();
        lines
            .iter()
            .map(|line| line.address.len() + words(line))
            .sum()
    },
    // A byte that is no UTF-8 is shown by three.
    most: (0, 3 * FIELDS.len()),
};

#[test]
fn any_file_is_read_or_refused() {
    FILES.survive(0, rounds(3_000));
}
