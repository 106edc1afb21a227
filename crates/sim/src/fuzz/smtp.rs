//! Both sides of SMTP: a session hears anything, in any pieces.

use mail::smtp::{
    AuthOffer, ClientAction, ClientSession, Dsn, Profile, Security, ServerAction, ServerConfig,
    ServerSession, Transaction,
};
use model::{Address, Demand, TlsFacts};

use crate::kit::hostile::{Target, texts};

const WORDS: &[&str] = &[
    "EHLO x\r\n",
    "HELO x\r\n",
    "MAIL FROM:<a@b.example>\r\n",
    "MAIL FROM:<> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=a\r\n",
    "RCPT TO:<c@d.example>\r\n",
    "RCPT TO:<c@d.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;c@d\r\n",
    "DATA\r\n",
    "\r\n.\r\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\r",
    "BDAT 5\r\n",
    "BDAT 0 LAST\r\n",
    "BDAT 99999999999 LAST\r\n",
    "RSET\r\n",
    "AUTH PLAIN AGFwcAByaWdodA==\r\n",
    "AUTH LOGIN\r\n",
    "*\r\n",
    "STARTTLS\r\n",
    "QUIT\r\n",
    "NOOP\r\n",
    "250-",
    "250 ",
    "354 \r\n",
    "421 4.3.2 x\r\n",
    "550 5.1.1 x\r\n",
    "250-SIZE 1\r\n",
    "250 STARTTLS\r\n",
    "250-LIMITS MAILMAX=1\r\n",
];

pub const SERVER: Target = Target {
    name: "smtp_server",
    seeds: || {
        texts(&[
            "\x01\x07EHLO x\nMAIL FROM:<a@b.example>\nRCPT TO:<c@d.example>\nDATA\nSubject: x\n\n..a\n.\nQUIT\n",
            "\x00\x01EHLO x\nMAIL FROM:<a@b.example> SIZE=10\nRCPT TO:<c@d.example>\nBDAT 4\nab\nBDAT 0 LAST\nRSET\n",
            "\x02\x03EHLO x\nAUTH PLAIN AGFwcAByaWdodA==\nMAIL FROM:<a@b.example> RET=FULL\nRCPT TO:<c@d.example> NOTIFY=NEVER\nDATA\nx\n.\n",
            "\x03\x02EHLO x\nSTARTTLS\nEHLO x\nAUTH LOGIN\nYXBw\ncmlnaHQ=\nNOOP\nVRFY a\nHELP\nQUIT\n",
        ])
    },
    words: WORDS,
    read: serve,
    // An EHLO of eight octets is answered by some 250.
    most: (4_000, 40),
};

/// The first octet chooses the door, the second the size of the pieces.
fn serve(input: &[u8]) -> usize {
    let [door, piece, input @ ..] = input else {
        return 0;
    };
    let said = hear(*door, input.chunks(usize::from(*piece).max(1)));
    // Whether something lies behind STARTTLS is a matter of pieces, and must be.
    if !input
        .to_ascii_uppercase()
        .windows(8)
        .any(|word| word == b"STARTTLS")
    {
        assert!(
            said == hear(*door, std::iter::once(input)),
            "pieces make no difference"
        );
    }
    said.len()
}

fn hear<'a>(door: u8, pieces: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    const SIZE_MAX: usize = 20_000;
    let submission = door & 2 != 0;
    let encrypted = door & 1 == 0;
    let mut session = ServerSession::new(ServerConfig {
        hostname: "mail.clinic.example".to_owned(),
        security: if encrypted {
            Security::Encrypted
        } else {
            Security::StartTlsOffered
        },
        auth: if submission {
            AuthOffer::Required
        } else {
            AuthOffer::None
        },
        size_max: SIZE_MAX,
        recipients_max: 3,
        profile: if submission {
            Profile::Submission
        } else {
            Profile::Mx
        },
    });
    let (mut encrypted, mut signed_in, mut closed, mut said) =
        (encrypted, false, false, Vec::new());
    for piece in std::iter::once([].as_slice()).chain(pieces) {
        session.receive(piece);
        while let Some(action) = session.next() {
            assert!(!closed, "nothing comes after the end");
            match action {
                ServerAction::Write(bytes) => said.extend(bytes),
                ServerAction::StartTls => {
                    (encrypted, signed_in) = (true, false);
                    session.tls_started();
                }
                ServerAction::Authenticate { password, .. } => {
                    assert!(encrypted && submission, "credentials in the clear");
                    signed_in = password.expose() == "right";
                    session.authenticated(if signed_in {
                        Ok(())
                    } else {
                        Err(model::Code::CredentialsInvalid)
                    });
                }
                ServerAction::Sender(..) => {
                    assert!(signed_in || !submission, "a sender before its credentials");
                    session.sender(Ok(()));
                }
                ServerAction::Recipient(..) => session.recipient(Ok(())),
                ServerAction::Message(received) => {
                    assert!(
                        received.bytes.len() <= SIZE_MAX
                            && (1..=3).contains(&received.recipients.len())
                    );
                    assert!(
                        has_whole_lines(&received.bytes),
                        "a broken line end came in"
                    );
                    session.message(Ok("msg_1".to_owned()));
                }
                ServerAction::Close => closed = true,
            }
        }
    }
    let replies = said
        .strip_suffix(b"\r\n")
        .unwrap_or(&said)
        .split(|b| *b == b'\n');
    for line in replies.filter(|line| !line.is_empty()) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let sound = line.iter().all(|b| matches!(b, 0x20..=0x7e))
            && line.first().is_some_and(|b| (b'2'..=b'5').contains(b));
        assert!(sound, "{}", line.escape_ascii());
    }
    said
}

/// CR and LF in pairs only (the last line of chunks may be open), and no NUL.
fn has_whole_lines(bytes: &[u8]) -> bool {
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let count = |byte: u8| bytes.iter().filter(|b| **b == byte).count();
    count(b'\r') == pairs && count(b'\n') == pairs && count(0) == 0
}

pub const CLIENT: Target = Target {
    name: "smtp_client",
    seeds: || {
        texts(&[
            "\x09220 mx\n250-mx\n250 STARTTLS\n220 go\n250-mx\n250-PIPELINING\n250-SIZE 100000\n250-LIMITS MAILMAX=2\n250 8BITMIME\n250 a\n250 b\n354 c\n250 2.0.0 d\n250 a\n550 5.1.1 no\n503 x\n221 bye\n",
            "\x03220 mx\n502 what\n250 mx\n",
            "\x01421 4.3.2 busy\n",
            "\x05220 mx\n250-mx\n250 STARTTLS\n454 not now\n",
        ])
    },
    words: WORDS,
    read: speak,
    // What is said grows with the number of greetings and transactions, and both are bounded below.
    most: (6_000, 12),
};

/// The first octet sets the size of the pieces, and whether the handshake verifies.
fn speak(input: &[u8]) -> usize {
    let [how, input @ ..] = input else { return 0 };
    let verifies = how & 1 != 0;
    let mut session = ClientSession::new("mail.clinic.example".to_owned(), Demand::VerifiedTls);
    let (mut protected, mut sent, mut done, mut said) = (false, 0, 0, Vec::new());
    for piece in std::iter::once([].as_slice()).chain(input.chunks(usize::from(how >> 1).max(1))) {
        session.receive(piece);
        while let Some(action) = session.next() {
            match action {
                ClientAction::Write(bytes) => {
                    let is_mail = bytes.windows(5).any(|word| word == b"MAIL ");
                    assert!(protected || !is_mail, "a message without verified TLS");
                    said.extend(bytes);
                }
                ClientAction::StartTls => {
                    protected = verifies;
                    session.tls_started(&facts(verifies));
                }
                ClientAction::Ready if sent < 3 => {
                    sent += 1;
                    session.send(letter());
                }
                ClientAction::Ready => session.quit(),
                ClientAction::Done(_) => done += 1,
                ClientAction::Close => {}
            }
        }
    }
    session.disconnected(model::seams::NetFault::Closed);
    while let Some(action) = session.next() {
        done += usize::from(matches!(action, ClientAction::Done(_)));
    }
    assert_eq!(
        done,
        sent.max(1),
        "one end of each transaction, or of the connection"
    );
    assert!(
        !said.windows(4).any(|word| word == b"AUTH"),
        "credentials were offered"
    );
    said.len()
}

fn facts(verified: bool) -> TlsFacts {
    TlsFacts {
        version: "TLSv1.3".to_owned(),
        cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
        certificate_sha256: "00".repeat(32),
        verified,
        unverified_because: None,
    }
}

fn letter() -> Transaction {
    Transaction {
        from: None,
        to: Address::parse("pat@mail.example").expect("an address"),
        head: b"Subject: x\r\n\r\n".as_slice().into(),
        body: b".x\r\n".repeat(20).into(),
        utf8: false,
        eight_bit: false,
        dsn: Dsn::never(),
        require_tls: false,
    }
}
