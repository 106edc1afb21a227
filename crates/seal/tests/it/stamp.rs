//! Time stamps: tokens that OpenSSL made, in `data/stamp` (`make.sh` in it says how), and what must not
//! pass for one.

use model::Timestamp;
use model::seams::Rng;
use seal::stamp::{Authorities, Question, Stamp, StampError, Token};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("data/stamp/", $name)).as_slice()
    };
}

const OCTETS: &[u8] = file!("octets.txt");

fn now() -> Timestamp {
    let text = include_str!("data/stamp/at.txt").trim();
    Timestamp::parse_rfc3339(text).expect("a moment")
}

fn root() -> Authorities {
    Authorities::parse(file!("root.pem")).expect("a root")
}

/// The token inside an answer: the second element of the sequence.
fn token_of(answer: &[u8]) -> Token {
    let at = answer
        .windows(4)
        .position(|head| head == [0x06, 0x09, 0x2a, 0x86])
        .expect("a token");
    // its own head has four octets: it is longer than 255
    Token::read(&answer[at - 4..]).expect("a token")
}

fn judged(token: &[u8]) -> Result<Stamp, StampError> {
    Token::read(token)?.verify(OCTETS, &root(), now())
}

#[test]
fn what_openssl_stamped_holds_with_every_kind_of_key() {
    for (answer, authority) in [
        (file!("p256.tsr"), "CN=Test p256 stamps"),
        (file!("p384.tsr"), "CN=Test p384 stamps"),
        (file!("rsa.tsr"), "CN=Test rsa stamps"),
        // names its certificate by SHA-1, as many still do
        (file!("sha1.tsr"), "CN=Test p256 stamps"),
    ] {
        let token = token_of(answer);
        let stamp = token.verify(OCTETS, &root(), now()).expect("it holds");
        assert_eq!(stamp.authority, authority);
        // stated to the millisecond, give or take 1.5001 seconds
        let accuracy = stamp.before.since(token.stated_at());
        assert_eq!(accuracy.as_micros(), 1_500_100);
        assert!(token.stated_at() <= now());
    }
    let padded = judged(file!("pss.token")).expect("it holds");
    assert_eq!(padded.authority, "CN=Test rsa stamps");
}

#[test]
fn other_octets_are_not_stamped() {
    let token = token_of(file!("p256.tsr"));
    let other = [OCTETS, b" "].concat();
    let refused = token.verify(&other, &root(), now());
    assert_eq!(refused, Err(StampError::OtherImprint));
    let by_other_digest = token_of(file!("sha512.tsr")).verify(OCTETS, &root(), now());
    assert_eq!(by_other_digest, Err(StampError::OtherImprint));
}

#[test]
fn an_authority_that_was_not_given_says_nothing() {
    let token = token_of(file!("p256.tsr"));
    let foreign = Authorities::parse(file!("foreign.pem")).expect("a root");
    let refused = token.verify(OCTETS, &foreign, now());
    assert_eq!(refused, Err(StampError::UnknownAuthority));
}

#[test]
fn a_certificate_for_something_else_does_not_stamp() {
    for (token, why) in [
        (file!("mail.token"), StampError::WrongUsage),
        // for time stamps, without being critical
        (file!("loose.token"), StampError::WrongUsage),
        (file!("over.token"), StampError::OutsideValidity),
        (file!("nameless.token"), StampError::OtherCertificate),
        (file!("two.token"), StampError::Unreadable),
        (file!("sha1digest.token"), StampError::WeakDigest),
    ] {
        assert_eq!(judged(token), Err(why));
    }
}

#[test]
fn a_moment_to_come_is_no_stamp() {
    let token = token_of(file!("p256.tsr"));
    let yesterday = Timestamp::from_secs(now().secs() - 86_400);
    let refused = token.verify(OCTETS, &root(), yesterday);
    assert_eq!(refused, Err(StampError::Future));
}

#[test]
fn no_changed_octet_holds() {
    let good = judged(file!("pss.token"));
    let sound = token_of(file!("p256.tsr"));
    let all = sound.verify(OCTETS, &root(), now()).expect("it holds");
    for token in [sound.der(), file!("pss.token")] {
        for at in 0..token.len() {
            let mut changed = token.to_vec();
            changed[at] ^= 0x01;
            // the root sent along is not needed; what holds all the same says the same
            if let Ok(stamp) = judged(&changed) {
                assert!(stamp == all || Ok(&stamp) == good.as_ref(), "octet {at}");
            }
        }
        for end in 0..token.len() {
            assert!(judged(&token[..end]).is_err(), "cut at {end}");
        }
    }
}

/// The number that `openssl ts` drew stands in the question; ours is drawn so that it is the same.
struct Drawn([u8; 8]);

impl Rng for Drawn {
    fn fill(&self, buf: &mut [u8]) {
        buf.copy_from_slice(&self.0);
    }
}

#[test]
fn a_question_is_the_one_that_openssl_asks() {
    let theirs = file!("question.tsq");
    // INTEGER of eight octets, then certReq
    let at = theirs.len() - 3 - 8;
    let mut nonce = [0; 8];
    nonce.copy_from_slice(&theirs[at..at + 8]);
    let ours = Question::about(OCTETS, &Drawn(nonce));
    assert_eq!(ours.request(), theirs);
    let token = ours.read(file!("p256.tsr")).expect("its answer");
    assert!(token.verify(OCTETS, &root(), now()).is_ok());

    let another = Question::about(OCTETS, &Drawn([0x51; 8]));
    let answer = another.read(file!("p256.tsr"));
    assert_eq!(answer, Err(StampError::OtherNonce));
    let about_other = Question::about(b"other", &Drawn(nonce));
    let answer = about_other.read(file!("p256.tsr"));
    assert_eq!(answer, Err(StampError::OtherImprint));
}

#[test]
fn a_refusal_says_its_status_and_broken_answers_nothing() {
    let question = Question::about(OCTETS, &Drawn([0x51; 8]));
    let refused = question.read(file!("refused.tsr"));
    assert_eq!(refused, Err(StampError::Refused(2)));
    assert_eq!(question.read(b""), Err(StampError::Unreadable));
    let long = vec![0x30; 200_000];
    assert_eq!(question.read(&long), Err(StampError::TooLarge));
    let deep: Vec<u8> = std::iter::repeat_n([0x30, 0x80], 50_000)
        .flatten()
        .collect();
    assert!(question.read(&deep).is_err());
}
