//! Pieces and what is counted in them.

use super::{PIECE, Seen, Text, Weighed, pieces, read};
use crate::bearing::Cues;
use crate::lexicon::Lexicon;

fn signs(text: &str, seen: &mut Seen) -> Vec<u64> {
    let (lexicon, cues) = (Lexicon::new(), Cues::new());
    let words = lexicon.read(text.as_bytes());
    let terms: Vec<_> = words.terms.iter().collect();
    let mut signs = Vec::new();
    let text = Text {
        octets: text.as_bytes(),
        piece: 0..text.len(),
        words: &words,
        terms: &terms,
        found: &[],
        cues: &cues,
        is_subject: false,
    };
    read(&text, seen, &mut |sign| signs.push(sign));
    signs
}

#[test]
fn pieces_are_all_of_a_text_and_none_is_long() {
    let lines = "a line of a letter\n".repeat(900);
    let paragraphs = "two lines\nof one paragraph\n\n".repeat(900);
    let unbroken = "x".repeat(20_000);
    for text in ["", "short", &lines, &paragraphs, &unbroken] {
        let mut at = 0;
        for piece in pieces(text.as_bytes()) {
            assert_eq!(piece.start, at);
            assert!((1..=PIECE).contains(&piece.len()));
            at = piece.end;
        }
        assert_eq!(at, text.len());
    }
    let first = pieces(paragraphs.as_bytes()).next().expect("a piece");
    assert!(paragraphs[..first.end].ends_with("\n\n") || paragraphs[first.end..].starts_with('\n'));
}

#[test]
fn a_sign_counts_once_and_nothing_is_left_of_the_text_before() {
    let mut seen = Seen::new();
    let once = signs("she takes insulin. ", &mut seen);
    let again = signs("she takes insulin. ", &mut seen);
    assert_eq!(once, again);
    let often = signs(&"she takes insulin. ".repeat(50), &mut seen);
    // Where the sentences meet there are other neighbours.
    assert!(often.len() < once.len() * 3, "{} signs", often.len());
    let mut sorted = often.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), often.len());
}

#[test]
fn a_name_is_no_sign_by_its_letters() {
    let found = |text: &str| {
        crate::Scanner::new()
            .signs(
                &[crate::Part::new(crate::PartKind::Body, text)],
                &crate::Reading::new(&|_| [0; 32]),
            )
            .pieces
    };
    assert_eq!(
        found("Mr. Robert Miller takes insulin"),
        found("Mr. Daniel Garcia takes insulin")
    );
}

#[test]
fn many_signs_weigh_no_more_than_they_say_together() {
    let of = |signs: u32, each: i64| {
        let mut weighed = Weighed::default();
        (0..signs).for_each(|_| weighed.add(each));
        weighed.leaning()
    };
    assert_eq!(of(1, 256), 100);
    assert_eq!(of(100, 256), 1_000);
    assert_eq!(of(4, -256), -200);
    assert_eq!(Weighed::default().leaning(), 0);
}
