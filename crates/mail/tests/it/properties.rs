//! What must hold for any input.

use caduceus_mail::smtp::{
    AuthOffer, ClientAction, ClientSession, Profile, Security, ServerAction, ServerConfig,
    ServerSession, Transaction,
};
use caduceus_mail::{Compose, ComposePart, compose, parse};
use model::{Address, Outcome, Timestamp};
use proptest::prelude::*;

fn server() -> ServerSession {
    ServerSession::new(ServerConfig {
        hostname: "mail.clinic.example".to_owned(),
        security: Security::StartTlsOffered,
        auth: AuthOffer::None,
        size_max: 200_000,
        recipients_max: 3,
        profile: Profile::Mx,
    })
}

/// Everything a server does with this input, replies joined.
fn transcript<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut session = server();
    let (mut written, mut messages) = (Vec::new(), Vec::new());
    for piece in std::iter::once(b"".as_slice()).chain(pieces) {
        session.receive(piece);
        while let Some(action) = session.next() {
            match action {
                ServerAction::Write(bytes) => written.extend(bytes),
                ServerAction::StartTls => session.tls_started(),
                ServerAction::Authenticate { .. } => session.authenticated(Ok(())),
                ServerAction::Sender(..) => session.sender(Ok(())),
                ServerAction::Recipient(..) => session.recipient(Ok(())),
                ServerAction::Message(received) => {
                    messages.push(received.bytes);
                    session.message(Ok("msg_1".to_owned()));
                }
                ServerAction::Close => {}
            }
        }
    }
    (written, messages)
}

/// Words of the protocol, and what breaks them.
fn dialogue() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"EHLO x\r\n",
        b"MAIL FROM:<a@b.example>\r\n",
        b"RCPT TO:<c@d.example>\r\n",
        b"DATA\r\n",
        b"BDAT 5\r\n",
        b"BDAT 3 LAST\r\n",
        b"RSET\r\n",
        b"NOOP\r\n",
        b"AUTH PLAIN\r\n",
        b".\r\n",
        b"..",
        b"abc\r\n",
        b"\r\n",
        b"\r",
        b"\n",
        b"\0",
        b"\xff",
        b"Subject: x\r\n\r\n",
    ];
    prop::collection::vec(prop::sample::select(words), 0..40).prop_map(|words| words.concat())
}

fn clean_message() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b".",
        b"..",
        b"\r\n",
        b"\r\n.",
        b"a",
        b"\xc3\xb1",
        b"line of text",
        b" ",
    ];
    prop::collection::vec(prop::sample::select(words), 0..200).prop_map(|words| words.concat())
}

/// Runs one message from our client into our server, byte counts as given.
fn carry(message: &[u8], cut: usize, piece: usize) -> (Vec<u8>, Outcome) {
    let mut client = ClientSession::new_plain("client.example".to_owned());
    let mut server = server();
    let (head, body) = message.split_at(cut);
    let (mut delivered, mut outcome) = (None, None);
    loop {
        let mut idle = true;
        while let Some(action) = server.next() {
            idle = false;
            match action {
                ServerAction::Write(bytes) => {
                    bytes.chunks(piece).for_each(|bytes| client.receive(bytes))
                }
                ServerAction::Sender(..) => server.sender(Ok(())),
                ServerAction::Recipient(..) => server.recipient(Ok(())),
                ServerAction::Message(received) => {
                    delivered = Some(received.bytes);
                    server.message(Ok("msg_1".to_owned()));
                }
                _ => {}
            }
        }
        while let Some(action) = client.next() {
            idle = false;
            match action {
                ClientAction::Write(bytes) => {
                    bytes.chunks(piece).for_each(|bytes| server.receive(bytes))
                }
                ClientAction::Ready if outcome.is_none() => client.send(Transaction {
                    from: None,
                    to: Address::parse("c@d.example").expect("an address"),
                    head: head.into(),
                    body: body.into(),
                    utf8: false,
                    eight_bit: true,
                    dsn: Default::default(),
                    require_tls: false,
                }),
                ClientAction::Done(done) => outcome = Some(done.outcome),
                _ => {}
            }
        }
        if idle {
            return (delivered.expect("a message"), outcome.expect("an outcome"));
        }
    }
}

proptest! {
    #[test]
    fn a_server_does_the_same_however_its_input_is_split(input in dialogue(), size in 1..9usize) {
        // A split is visible behind STARTTLS only, and that command is not among the words.
        prop_assert_eq!(transcript(std::iter::once(input.as_slice())), transcript(input.chunks(size)));
    }

    #[test]
    fn a_server_survives_anything(input in prop::collection::vec(any::<u8>(), 0..600), size in 1..70usize) {
        transcript(input.chunks(size));
    }

    #[test]
    fn a_client_survives_anything(
        replies in prop::collection::vec(prop::sample::select(vec![
            "220 x\r\n", "250 x\r\n", "250-x\r\n250-PIPELINING\r\n250 SIZE 9\r\n", "250-x\r\n250 STARTTLS\r\n", "354 x\r\n",
            "421 x\r\n", "550 5.1.1 x\r\n", "450 x\r\n", "junk\r\n", "250", "\r\n", "999 x\r\n", "250-x\r\n",
        ]), 0..15),
        size in 1..9usize,
    ) {
        let mut client = ClientSession::new_plain("client.example".to_owned());
        let (mut dones, mut sends, mut closed) = (0, 0, false);
        for piece in replies.concat().as_bytes().chunks(size) {
            client.receive(piece);
            while let Some(action) = client.next() {
                prop_assert!(!closed, "an action after Close");
                match action {
                    ClientAction::Ready => {
                        sends += 1;
                        client.send(Transaction {
                            from: None,
                            to: Address::parse("c@d.example").expect("an address"),
                            head: b"a\r\n".as_slice().into(),
                            body: [].into(),
                            utf8: false,
                            eight_bit: false,
                            dsn: Default::default(),
                            require_tls: false,
                        });
                    }
                    ClientAction::Done(_) => dones += 1,
                    ClientAction::Close => closed = true,
                    ClientAction::Write(_) | ClientAction::StartTls => {}
                }
            }
        }
        // Each transaction ends once; a connection that never was ready ends once too.
        prop_assert!(dones <= sends.max(1), "{dones} outcomes of {sends} transactions");
        prop_assert!(!closed || dones == sends.max(1));
    }

    /// Byte for byte, but for the CRLF that DATA needs at the end of a message that has none.
    #[test]
    fn what_we_send_is_what_we_receive(message in clean_message(), cut in any::<prop::sample::Index>(), piece in 1..50usize) {
        let cut = cut.index(message.len() + 1);
        let mut expected = message.clone();
        if !expected.is_empty() && !expected.ends_with(b"\r\n") {
            expected.extend_from_slice(b"\r\n");
        }
        // A cut inside a CRLF is still the same message.
        let (delivered, outcome) = carry(&message, cut, piece);
        prop_assert_eq!(delivered.as_slice().escape_ascii().to_string(), expected.escape_ascii().to_string());
        prop_assert_eq!(outcome, Outcome::Accepted);
    }

    #[test]
    fn reading_survives_anything(input in prop::collection::vec(any::<u8>(), 0..2_000)) {
        read_all(&input);
    }

    #[test]
    fn reading_survives_broken_mime(words in prop::collection::vec(prop::sample::select(vec![
        "Content-Type: ", "multipart/mixed; boundary=", "message/rfc822", "text/html; charset=utf-7", "b", "\"", "\r\n", "\n",
        "\r\n\r\n", "--b", "--b--", "--", "=?utf-8?Q?=4", "?=", "=?utf-8?B?", "Subject: ", "From: ", "<", ">", "@", ",", ";", "(",
        ")", "\\", "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n", "=", "=4", "QUJD",
        "<!--", "-->", "<style>", "&#", "&amp", ";", "x='", "name*0*=", "'%4", " ", "\t", "ñ", "\u{0}", "On x wrote:", "> ",
    ]), 0..60)) {
        read_all(words.concat().as_bytes());
    }

    #[test]
    fn what_is_composed_reads_back(
        subject in "[^\\p{Cc}]{0,60}",
        name in "[^\\p{Cc}]{1,30}",
        text in "[a-zñ€ .=\\t\\n-]{0,300}",
        html in prop::option::of("[a-z<>/ñ \\n]{0,200}"),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        file in "[a-zñ _.'%-]{1,40}",
    ) {
        let address = Address::parse("who@clinic.example").expect("an address");
        let part = ComposePart { name: &file, content_type: "application/octet-stream", bytes: &bytes, inline_id: None };
        let built = compose(&Compose {
            from: (Some(&name), &address),
            reply_to: None,
            to: vec![(None, &address)],
            cc: Vec::new(),
            subject: &subject,
            text: Some(&text),
            html: html.as_deref(),
            attachments: &[part],
            headers: &[],
            message_id: "1@clinic.example",
            in_reply_to: None,
            date: Timestamp::default(),
            boundary_seed: [3; 16],
            auto_submitted: false,
        });
        let built = built.expect("nothing forbidden was asked for");
        prop_assert!(built.is_ascii() && built.split(|&b| b == b'\n').all(|line| line.len() <= 999));
        let message = parse(&built).expect("a message");
        prop_assert_eq!(message.subject().unwrap_or(""), subject.as_str());
        let authors = message.from();
        prop_assert_eq!(authors.len(), 1);
        prop_assert_eq!(authors[0].0.as_deref().unwrap_or("").trim(), name.trim());
        prop_assert_eq!(lines(&message.body_text().unwrap_or_default()), lines(&text));
        prop_assert_eq!(message.body_html().map(|html| lines(&html)), html.as_deref().map(lines));
        let parts = message.attachments();
        prop_assert_eq!(parts.len(), 1);
        prop_assert_eq!(&parts[0].bytes, &bytes);
        prop_assert_eq!(parts[0].name.as_deref(), Some(file.trim()).filter(|name| name.bytes().any(|b| b != b'.')));
        prop_assert!(!message.is_damaged());
    }
}

/// A text without the difference that a last line end makes.
fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n")
        .trim_end_matches('\n')
        .split('\n')
        .map(str::to_owned)
        .collect()
}

fn read_all(input: &[u8]) {
    if let Ok(message) = parse(input) {
        message.subject();
        message.from();
        message.recipients_in_headers();
        message.texts();
        message.attachments();
        message.body_text();
        message.body_html();
        message.is_damaged();
    }
    caduceus_mail::sniff(input);
    caduceus_mail::replace_subject(input, "x");
}
