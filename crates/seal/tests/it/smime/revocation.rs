//! What lists and responders say of certificates, and what they may not say. Both are OpenSSL's, in `data/revocation`;
//! `make.sh` in it says how they were made.

use std::time::Duration;

use model::{RevocationDoubt, RevocationReason, Timestamp};
use seal::smime::{Certificate, RevocationList, Status, ask_responder, judge_answer};

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../data/revocation/", $name)).as_slice()
    };
}

fn one(pem: &[u8]) -> Certificate {
    let all = Certificate::parse_all(pem);
    all.expect("a certificate").remove(0)
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a moment")
}

fn winter() -> Timestamp {
    at("2026-12-01T00:00:00Z")
}

/// When the answers were made.
fn answered() -> Timestamp {
    at(include_str!("../data/revocation/answers.txt").trim())
}

fn by_list(list: &[u8], now: Timestamp) -> Status {
    let list = RevocationList::read(list).expect("a list");
    list.judge(&one(file!("pat.pem")), &one(file!("issuer.pem")), now)
}

fn by_answer(answer: &[u8], now: Timestamp) -> Status {
    let (lee, issuer) = (one(file!("lee.pem")), one(file!("issuer.pem")));
    judge_answer(answer, &lee, &issuer, now)
}

fn doubt(doubt: RevocationDoubt) -> Status {
    Status::Unknown(doubt)
}

fn why(status: Status) -> Option<RevocationReason> {
    match status {
        Status::Revoked { reason, .. } => Some(reason),
        _ => None,
    }
}

#[test]
fn a_certificate_says_where_to_ask_and_only_plain_http_is_asked() {
    let (pat, lee, kim, odd) = (
        one(file!("pat.pem")),
        one(file!("lee.pem")),
        one(file!("kim.pem")),
        one(file!("odd.pem")),
    );
    assert_eq!(
        pat.places().lists(),
        ["http://lists.issuer.example/all.crl"]
    );
    assert_eq!(pat.places().responders(), ["http://ask.issuer.example/"]);
    assert!(lee.places().lists().is_empty());
    let issuers = lee.places().issuers();
    assert_eq!(issuers, ["http://issuer.example/issuer.cer"]);
    assert!(kim.places().is_empty());
    // LDAP and HTTPS are left out, and so is a list by another issuer and one for some reasons
    assert_eq!(
        odd.places().lists(),
        ["HTTP://lists.issuer.example/odd.crl"]
    );
    assert!(odd.places().responders().is_empty());
}

#[test]
fn a_changed_certificate_names_few_places_or_is_refused() {
    for pem in [file!("odd.pem"), file!("lee.pem")] {
        let der = one(pem).der().to_vec();
        for at in 0..der.len() {
            for flip in [1, 2, 0x20, 0x80] {
                let mut changed = der.clone();
                changed[at] ^= flip;
                let Ok(read) = Certificate::from_der(&changed) else {
                    continue;
                };
                let places = read.places();
                let all = [places.lists(), places.responders(), places.issuers()].concat();
                assert!(all.len() <= 9, "octet {at}");
                let is_http = |url: &String| url.to_ascii_lowercase().starts_with("http://");
                assert!(all.iter().all(is_http), "octet {at}");
            }
        }
    }
}

#[test]
fn only_who_signed_a_certificate_is_its_issuer() {
    let (pat, issuer) = (one(file!("pat.pem")), one(file!("issuer.pem")));
    assert!(pat.is_issued_by(&issuer));
    assert!(!issuer.is_issued_by(&pat));
    let root = include_bytes!("../data/authority/root.pem");
    assert!(!pat.is_issued_by(&one(root)));
}

#[test]
fn a_list_revokes_whom_it_names_and_clears_the_others_until_its_end() {
    let good = Status::Good {
        made_at: at("2026-11-01T00:00:00Z"),
        until: at("2027-01-31T00:00:00Z"),
    };
    assert_eq!(by_list(file!("good.crl"), winter()), good);
    assert_eq!(by_list(file!("own.crl"), winter()), good);
    let revoked = by_list(file!("revoked.crl"), winter());
    assert_eq!(why(revoked), Some(RevocationReason::KeyCompromise));
    let held = by_list(file!("held.crl"), winter());
    assert_eq!(why(held), Some(RevocationReason::Hold));
    assert!(matches!(
        by_list(file!("lifted.crl"), winter()),
        Status::Good { .. }
    ));
    // what it revoked stays so after its end
    let late = at("2028-01-01T00:00:00Z");
    assert_eq!(
        why(by_list(file!("revoked.crl"), late)),
        Some(RevocationReason::KeyCompromise)
    );
    let some = by_list(file!("some_revoked.crl"), winter());
    assert_eq!(why(some), Some(RevocationReason::KeyCompromise));
}

#[test]
fn a_list_that_is_over_early_anothers_or_of_others_clears_nobody() {
    for (list, expected) in [
        (file!("past.crl"), RevocationDoubt::Stale),
        (file!("coming.crl"), RevocationDoubt::Early),
        (file!("forged.crl"), RevocationDoubt::WrongSigner),
        (file!("indirect.crl"), RevocationDoubt::Indirect),
        (file!("elsewhere.crl"), RevocationDoubt::Partial),
        (file!("some.crl"), RevocationDoubt::Partial),
        (file!("delta.crl"), RevocationDoubt::Partial),
    ] {
        assert_eq!(by_list(list, winter()), doubt(expected), "{expected}");
    }
    // clocks differ a little
    let end = at("2027-01-31T00:00:00Z");
    let minutes = |count: u64| Duration::from_secs(count * 60);
    let list = file!("good.crl");
    assert!(matches!(
        by_list(list, end.plus(minutes(5))),
        Status::Good { .. }
    ));
    assert_eq!(
        by_list(list, end.plus(minutes(6))),
        doubt(RevocationDoubt::Stale)
    );
    let begin = at("2026-11-01T00:00:00Z");
    assert!(matches!(
        by_list(list, begin.minus(minutes(5))),
        Status::Good { .. }
    ));
    assert_eq!(
        by_list(list, begin.minus(minutes(6))),
        doubt(RevocationDoubt::Early)
    );
}

#[test]
fn a_list_that_is_changed_or_broken_says_nothing() {
    let good = file!("good.crl");
    let issuer = one(file!("issuer.pem"));
    let pat = one(file!("pat.pem"));
    for at in 0..good.len() {
        for flip in [1, 0x80] {
            let mut changed = good.to_vec();
            changed[at] ^= flip;
            if let Ok(list) = RevocationList::read(&changed) {
                let status = list.judge(&pat, &issuer, winter());
                assert!(matches!(status, Status::Unknown(_)), "octet {at}");
            }
        }
        assert!(RevocationList::read(&good[..at]).is_err(), "{at} octets");
    }
    assert!(RevocationList::read(b"<!doctype html>").is_err());
}

#[test]
fn a_question_is_the_one_that_openssl_asks() {
    let asked = ask_responder(&one(file!("lee.pem")), &one(file!("issuer.pem")));
    assert_eq!(asked.expect("a question"), file!("question.ocsp"));
}

#[test]
fn an_answer_counts_by_the_issuer_or_whom_it_named_for_that() {
    let now = answered().plus(Duration::from_secs(3_600));
    for answer in [file!("answer_good.ocsp"), file!("answer_delegated.ocsp")] {
        let Status::Good { made_at, until } = by_answer(answer, now) else {
            panic!("it is good");
        };
        assert!(made_at <= answered());
        let ten_days = until.secs() - made_at.secs();
        assert_eq!(ten_days, 10 * 86_400);
    }
    let revoked = by_answer(file!("answer_revoked.ocsp"), now);
    assert_eq!(why(revoked), Some(RevocationReason::Superseded));
    for (answer, expected) in [
        (file!("answer_forged.ocsp"), RevocationDoubt::WrongSigner),
        // the issuer's own certificate, but not for that
        (file!("answer_stranger.ocsp"), RevocationDoubt::WrongSigner),
        (file!("answer_unknown.ocsp"), RevocationDoubt::NotKnown),
        (b"<!doctype html>".as_slice(), RevocationDoubt::Unreadable),
        // tryLater
        (&[0x30, 3, 0x0a, 1, 3], RevocationDoubt::NotKnown),
    ] {
        assert_eq!(by_answer(answer, now), doubt(expected), "{expected}");
    }
    let answer = file!("answer_good.ocsp");
    let days = |count: u64| Duration::from_secs(count * 86_400);
    assert_eq!(
        by_answer(answer, answered().plus(days(11))),
        doubt(RevocationDoubt::Stale)
    );
    assert_eq!(
        by_answer(answer, answered().minus(days(1))),
        doubt(RevocationDoubt::Early)
    );
}

#[test]
fn an_answer_about_another_or_a_changed_one_says_nothing() {
    let now = answered().plus(Duration::from_secs(3_600));
    let (pat, issuer) = (one(file!("pat.pem")), one(file!("issuer.pem")));
    let good = file!("answer_good.ocsp");
    let of_pat = judge_answer(good, &pat, &issuer, now);
    assert_eq!(of_pat, doubt(RevocationDoubt::NotKnown));
    // Behind what is signed stands the issuer's certificate once more, which nobody needs.
    let own = file!("issuer.cer");
    let behind = good.windows(own.len()).position(|part| part == own);
    let behind = behind.expect("a certificate");
    for at in 0..good.len() {
        let mut changed = good.to_vec();
        changed[at] ^= 1;
        let status = by_answer(&changed, now);
        let is_refused = matches!(status, Status::Unknown(_));
        assert!(
            is_refused || at >= behind && matches!(status, Status::Good { .. }),
            "octet {at}"
        );
        assert!(matches!(by_answer(&good[..at], now), Status::Unknown(_)));
    }
    let longer = [good, &[0]].concat();
    assert_eq!(by_answer(&longer, now), doubt(RevocationDoubt::Unreadable));
}
