//! The nine sequences that some server takes for the end of a message and another does not, against
//! the MX: each cut in two at every octet. None may end the message or begin a command.

use caduceus_mail::smtp::{
    AuthOffer, Profile, Security, ServerAction, ServerConfig, ServerSession,
};

const SEQUENCES: [&[u8]; 9] = [
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

const ENVELOPE: &[u8] =
    b"EHLO x.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n";
const SMUGGLED: &[u8] =
    b"MAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nevil\r\n.\r\nQUIT\r\n";

/// Senders that were named, messages that came, and the replies.
fn talk(pieces: &[&[u8]]) -> (usize, usize, String) {
    let mut session = ServerSession::new(ServerConfig {
        hostname: "mx.clinic.example".to_owned(),
        security: Security::StartTlsOffered,
        auth: AuthOffer::None,
        size_max: 100_000,
        recipients_max: 10,
        profile: Profile::Mx,
    });
    let (mut senders, mut messages, mut said) = (0, 0, Vec::new());
    for piece in pieces {
        session.receive(piece);
        while let Some(action) = session.next() {
            match action {
                ServerAction::Write(bytes) => said.extend(bytes),
                ServerAction::Sender(..) => {
                    senders += 1;
                    session.sender(Ok(()));
                }
                ServerAction::Recipient(..) => session.recipient(Ok(())),
                ServerAction::Message(_) => {
                    messages += 1;
                    session.message(Ok("req_1".to_owned()));
                }
                ServerAction::Close => {
                    assert!(session.next().is_none(), "nothing is said after the end");
                }
                ServerAction::StartTls | ServerAction::Authenticate { .. } => {}
            }
        }
    }
    (
        senders,
        messages,
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn no_sequence_smuggles_a_message_past_the_mx() {
    for sequence in SEQUENCES {
        let text: Vec<u8> = [b"Subject: t\r\n\r\nline1", sequence, SMUGGLED].concat();
        let input = [ENVELOPE, &text].concat();
        for cut in 0..=input.len() {
            let (a, b) = input.split_at(cut);
            let (senders, messages, said) = talk(&[a, b]);
            let shown = sequence.escape_ascii();
            assert_eq!((senders, messages), (1, 0), "{shown} cut at {cut}");
            let last = said.lines().last().unwrap_or_default();
            assert!(
                last.starts_with("550 5.6.0"),
                "{shown} cut at {cut}: {said}"
            );
        }
    }
}

/// The same in chunks, where a count ends the message: broken line ends are refused all the same.
#[test]
fn no_sequence_comes_in_by_chunks() {
    for sequence in SEQUENCES.into_iter().filter(|s| !s.ends_with(b"\r")) {
        let text: Vec<u8> = [b"Subject: t\r\n\r\nline1", sequence, b"more\r\n"].concat();
        let bdat = format!("BDAT {} LAST\r\n", text.len());
        let envelope = &ENVELOPE[..ENVELOPE.len() - b"DATA\r\n".len()];
        let input = [envelope, bdat.as_bytes(), &text, b"QUIT\r\n"].concat();
        for cut in 0..=input.len() {
            let (a, b) = input.split_at(cut);
            let (_, messages, said) = talk(&[a, b]);
            assert_eq!(
                messages,
                0,
                "{} cut at {cut}: {said}",
                sequence.escape_ascii()
            );
        }
    }
}

/// One message and nothing else comes of honest input, dots and all.
#[test]
fn honest_mail_passes_whole() {
    let text = b"Subject: t\r\n\r\n..\r\n...\r\nMAIL FROM:<x@y.example>\r\n.\r\n";
    let input = [ENVELOPE, text, b"QUIT\r\n"].concat();
    for cut in 0..=input.len() {
        let (a, b) = input.split_at(cut);
        let (senders, messages, _) = talk(&[a, b]);
        assert_eq!((senders, messages), (1, 1), "cut at {cut}");
    }
}
