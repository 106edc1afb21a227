use proptest::prelude::*;

use super::*;

const ROOM: usize = 100_000;

/// What became of input: the message and how many octets it took, or `None` where it is refused.
type Verdict = Option<(Vec<u8>, usize)>;

fn read_in_pieces<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Verdict {
    let mut reader = DataReader::dotted(ROOM, None);
    let mut before = 0;
    for piece in pieces {
        match reader.feed(piece) {
            Fed::More => before += piece.len(),
            Fed::End { used } => {
                return Some((reader.into_message().expect("no fault"), before + used));
            }
            Fed::Broken => return None,
        }
    }
    panic!("the input does not end")
}

fn read(input: &[u8]) -> Verdict {
    read_in_pieces(std::iter::once(input))
}

/// Cut in two at every place, and into single octets: always the same.
fn read_every_way(input: &[u8]) -> Verdict {
    let whole = read(input);
    for cut in 0..=input.len() {
        let (a, b) = input.split_at(cut);
        assert_eq!(read_in_pieces([a, b].into_iter()), whole, "cut at {cut}");
    }
    assert_eq!(read_in_pieces(input.chunks(1)), whole, "octet by octet");
    whole
}

/// The sequences that other servers have taken for the end of a message.
#[test]
fn nothing_but_the_true_end_ends_a_message() {
    let sequences: [&[u8]; 9] = [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\r",
        b"\r\n.\r\r\n",
        b"\r\r\n.\r\r\n",
        b"\r\n\0.\r\n",
    ];
    for sequence in sequences {
        let input = [
            b"Subject: t\r\n\r\nline1",
            sequence,
            b"MAIL FROM:<evil@b.example>\r\n.\r\n",
        ]
        .concat();
        assert_eq!(read_every_way(&input), None, "{}", sequence.escape_ascii());
    }
}

#[test]
fn the_true_end_ends_it_and_what_follows_is_left() {
    let input = b"Subject: t\r\n\r\nline1\r\n.\r\n";
    assert_eq!(
        read_every_way(input),
        Some((b"Subject: t\r\n\r\nline1\r\n".to_vec(), input.len()))
    );
    let more = [input.as_slice(), b"QUIT\r\n"].concat();
    assert_eq!(read(&more).map(|(_, used)| used), Some(input.len()));
}

#[test]
fn an_empty_message_is_one() {
    assert_eq!(read_every_way(b".\r\n"), Some((Vec::new(), 3)));
}

#[test]
fn a_stuffed_first_line_is_unstuffed() {
    assert_eq!(read_every_way(b"..\r\n.\r\n"), Some((b".\r\n".to_vec(), 7)));
    assert_eq!(
        read_every_way(b"...a\r\n.b\r\n..\r\n.\r\n"),
        Some((b"..a\r\nb\r\n.\r\n".to_vec(), 17))
    );
}

#[test]
fn a_line_is_measured_without_its_stuffed_dot() {
    let line = |octets: usize| [b".".as_slice(), &vec![b'.'; octets], b"\r\n.\r\n"].concat();
    let fault = |input: &[u8]| {
        let mut reader = DataReader::dotted(ROOM, None);
        assert!(matches!(reader.feed(input), Fed::End { .. }));
        reader.into_message().err()
    };
    assert_eq!(fault(&line(998)), None);
    assert_eq!(fault(&line(999)), Some(Code::LineTooLong));
}

#[test]
fn what_is_too_large_is_read_to_its_end_and_not_kept() {
    let mut reader = DataReader::dotted(10, Some(u64::MAX));
    assert_eq!(reader.feed(b"12345678\r\n"), Fed::More);
    assert_eq!(reader.fault(), None);
    assert_eq!(reader.feed(b"1\r\n"), Fed::More);
    assert_eq!(reader.fault(), Some(Code::MessageTooLarge));
    assert_eq!(reader.kept.capacity(), 0);
    assert_eq!(reader.feed(b".\r\nQUIT"), Fed::End { used: 3 });
    assert_eq!(reader.into_message().err(), Some(Code::MessageTooLarge));
}

#[test]
fn counted_content_knows_no_dots() {
    let mut reader = DataReader::counted(ROOM, None);
    assert_eq!(reader.feed(b".\r\n..\r\n.\r"), Fed::More);
    assert!(!reader.is_whole());
    assert_eq!(reader.feed(b"\nend"), Fed::More);
    assert!(reader.is_whole());
    assert_eq!(
        reader.into_message().expect("no fault"),
        b".\r\n..\r\n.\r\nend"
    );
}

/// The rule said the slow way, line by line.
fn specified(input: &[u8]) -> Verdict {
    let mut message = Vec::new();
    let mut at = 0;
    loop {
        let rest = &input[at..];
        let bad = rest.iter().position(|b| matches!(b, b'\r' | b'\n' | 0))?;
        if !rest[bad..].starts_with(b"\r\n") {
            return None;
        }
        let line = &rest[..bad];
        at += bad + 2;
        match line {
            b"." => return Some((message, at)),
            [b'.', line @ ..] | line => message.extend_from_slice(&[line, b"\r\n"].concat()),
        }
    }
}

proptest! {
    /// Any octets, any split: the same as the rule says.
    #[test]
    fn splits_do_not_matter(
        words in prop::collection::vec(prop::sample::select(vec![
            b".".as_slice(), b"..", b"\r\n", b"\r\n", b"\r\n", b"a", b"bc.", b"\r", b"\n", b"\0",
        ]), 0..20),
        sizes in prop::collection::vec(1..5usize, 1..80),
    ) {
        let input = [words.concat().as_slice(), b"\r\n.\r\n"].concat();
        let mut rest = input.as_slice();
        let mut sizes = sizes.iter().cycle();
        let pieces = std::iter::from_fn(|| {
            let size = (*sizes.next()?).min(rest.len());
            let (piece, after) = rest.split_at(size);
            rest = after;
            (!piece.is_empty()).then_some(piece)
        });
        prop_assert_eq!(read_in_pieces(pieces), specified(&input));
    }
}

/// Of two reasons to refuse it the same one is told, whatever was met first.
#[test]
fn a_long_line_in_a_large_message_is_told_alike_however_it_is_split() {
    let text = [b"a".repeat(3_000), b"\r\nb\r\n.\r\n".to_vec()].concat();
    for octets in [1, 7, 1_000, 2_999, 4_000] {
        let mut reader = DataReader::dotted(2_000, None);
        for piece in text.chunks(octets) {
            reader.feed(piece);
        }
        let code = reader.into_message().err();
        assert_eq!(code, Some(Code::MessageTooLarge), "{octets} at a time");
    }
}
