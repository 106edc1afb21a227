//! The nine sequences that some server takes for the end of a message and another does not, against
//! both doors: each cut in two at every octet. None may end the message or begin a command.

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

const ENVELOPE: &[u8] = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n";
const SMUGGLED: &[u8] =
    b"MAIL FROM:<evil@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nevil\r\n.\r\nQUIT\r\n";

const DOORS: [Profile; 2] = [Profile::Mx, Profile::Submission];

/// From the greeting to the recipient.
fn envelope(door: Profile) -> Vec<u8> {
    let hello: &[u8] = match door {
        Profile::Mx => b"EHLO x.example\r\n",
        Profile::Submission => b"EHLO x.example\r\nAUTH PLAIN AGFwcAByaWdodA==\r\n",
    };
    [hello, ENVELOPE].concat()
}

/// Senders that were named, messages that came, and the replies.
fn talk(door: Profile, pieces: &[&[u8]]) -> (usize, usize, String) {
    let (security, auth) = match door {
        Profile::Mx => (Security::StartTlsOffered, AuthOffer::None),
        Profile::Submission => (Security::Encrypted, AuthOffer::Required),
    };
    let mut session = ServerSession::new(ServerConfig {
        hostname: "mx.clinic.example".to_owned(),
        security,
        auth,
        size_max: 100_000,
        recipients_max: 10,
        profile: door,
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
                ServerAction::Authenticate { .. } => session.authenticated(Ok(())),
                ServerAction::StartTls => {}
            }
        }
    }
    (
        senders,
        messages,
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// Every way to cut an input in two, at a door.
fn cut(door: Profile, input: &[u8], check: impl Fn(usize, (usize, usize, String))) {
    for at in 0..=input.len() {
        let (a, b) = input.split_at(at);
        check(at, talk(door, &[a, b]));
    }
}

#[test]
fn no_sequence_smuggles_a_message_past_either_door() {
    for (door, sequence) in DOORS.iter().flat_map(|door| SEQUENCES.map(|s| (*door, s))) {
        let text: Vec<u8> = [b"DATA\r\nSubject: t\r\n\r\nline1", sequence, SMUGGLED].concat();
        let input = [envelope(door), text].concat();
        cut(door, &input, |at, (senders, messages, said)| {
            let shown = format!("{door:?} {} cut at {at}", sequence.escape_ascii());
            assert_eq!((senders, messages), (1, 0), "{shown}");
            let last = said.lines().last().unwrap_or_default();
            assert!(last.starts_with("550 5.6.0"), "{shown}: {said}");
        });
    }
}

/// The same in chunks, where a count ends the message: broken line ends are refused all the same.
#[test]
fn no_sequence_comes_in_by_chunks() {
    let sequences = SEQUENCES.into_iter().filter(|s| !s.ends_with(b"\r"));
    for (door, sequence) in sequences.flat_map(|s| DOORS.map(|door| (door, s))) {
        let text: Vec<u8> = [b"Subject: t\r\n\r\nline1", sequence, b"more\r\n"].concat();
        let bdat = format!("BDAT {} LAST\r\n", text.len());
        let input = [&envelope(door), bdat.as_bytes(), &text, b"QUIT\r\n"].concat();
        cut(door, &input, |at, (_, messages, said)| {
            let shown = sequence.escape_ascii();
            assert_eq!(messages, 0, "{door:?} {shown} cut at {at}: {said}");
        });
    }
}

/// One message and nothing else comes of honest input, dots and all.
#[test]
fn honest_mail_passes_whole() {
    let text = b"DATA\r\nSubject: t\r\n\r\n..\r\n...\r\nMAIL FROM:<x@y.example>\r\n.\r\nQUIT\r\n";
    for door in DOORS {
        let input = [&envelope(door), text.as_slice()].concat();
        cut(door, &input, |at, (senders, messages, _)| {
            assert_eq!((senders, messages), (1, 1), "{door:?} cut at {at}");
        });
    }
}
