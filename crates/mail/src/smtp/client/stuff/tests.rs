use super::*;

fn stuffed(head: &[u8], body: &[u8]) -> Vec<u8> {
    let mut stuffing = Stuffing::new(head.into(), body.into());
    let mut out = Vec::new();
    loop {
        match stuffing.next_piece() {
            Piece::Some(piece) => out.extend(piece),
            Piece::Last(piece) => {
                out.extend(piece);
                return out;
            }
        }
    }
}

#[test]
fn dots_double_at_line_starts_only() {
    let cases: [(&[u8], &[u8]); 6] = [
        (b"", b".\r\n"),
        (b"a", b"a\r\n.\r\n"),
        (b"a\r\n", b"a\r\n.\r\n"),
        (b".", b"..\r\n.\r\n"),
        (b"a.b\r\n.\r\n..\r\n", b"a.b\r\n..\r\n...\r\n.\r\n"),
        (b"\r\n.", b"\r\n..\r\n.\r\n"),
    ];
    for (message, expected) in cases {
        for cut in 0..=message.len() {
            let (head, body) = message.split_at(cut);
            assert_eq!(
                stuffed(head, body),
                expected,
                "{} cut at {cut}",
                message.escape_ascii()
            );
        }
    }
}

/// Pieces of a large message join without a seam, wherever dots fall on their edges.
#[test]
fn large_messages_come_in_pieces() {
    let line = b".23456\r\n";
    let message = line.repeat(40_000);
    let expected = [b".".as_slice(), line].concat().repeat(40_000);
    let mut stuffing = Stuffing::new(message.as_slice().into(), [].into());
    assert!(matches!(stuffing.next_piece(), Piece::Some(piece) if piece.len() < 2 * PIECE_OCTETS));
    assert_eq!(
        stuffed(&message, b""),
        [expected.as_slice(), b".\r\n"].concat()
    );
}

#[test]
fn only_clean_messages_go_out() {
    for message in [b"a\r\nb".as_slice(), b"", b"\r\n", b"a\r\n\r\n"] {
        for cut in 0..=message.len() {
            assert!(
                is_clean(&message[..cut], &message[cut..]),
                "{}",
                message.escape_ascii()
            );
        }
    }
    for message in [
        b"a\nb".as_slice(),
        b"a\rb",
        b"\0",
        b"\r",
        b"\n",
        b"a\r\r\n",
        b"\r\n\n",
    ] {
        for cut in 0..=message.len() {
            assert!(
                !is_clean(&message[..cut], &message[cut..]),
                "{}",
                message.escape_ascii()
            );
        }
    }
}
