use model::RefusalScope;

use super::*;
use crate::smtp::response::Responses;

fn outcome(stage: Stage, reply: &str) -> Outcome {
    let mut responses = Responses::default();
    responses.push(format!("{reply}\r\n").as_bytes());
    let Ok(Some(response)) = responses.next() else {
        panic!("{reply} is no reply")
    };
    refusal(stage, &response, "other").0
}

#[test]
fn how_far_a_refusal_reaches() {
    use RefusalScope::{Content, Domain, OurAddress, OurDomain, Recipient, Us};
    let deferred = Outcome::Deferred;
    let refused = Outcome::Refused;
    let cases = [
        (Stage::Greeting, "554 5.7.1 no", deferred(Us)),
        (Stage::Ehlo, "550 no", deferred(Us)),
        (Stage::Mail, "451 4.7.1 greylisted", deferred(Us)),
        (Stage::Mail, "421 4.7.1 greylisted", deferred(Us)),
        (Stage::Mail, "550 5.1.8 bad sender", refused(Us)),
        (Stage::Mail, "550 5.1.1 strange", refused(Us)),
        (Stage::Mail, "552 5.3.4 too big", refused(Content)),
        (Stage::Rcpt, "550 5.1.1 no such user", refused(Recipient)),
        (Stage::Rcpt, "550 5.1.10 null MX", refused(Domain)),
        (Stage::Rcpt, "550 5.1.2 no such host", refused(Domain)),
        (Stage::Rcpt, "452 4.2.2 full", deferred(Recipient)),
        (Stage::Rcpt, "552 5.2.2 full", deferred(Recipient)),
        (Stage::Rcpt, "552 too many", deferred(Us)),
        (Stage::Rcpt, "452 too many", deferred(Us)),
        (Stage::Rcpt, "550 5.7.1 blocked", refused(Us)),
        (Stage::Rcpt, "450 4.7.1 greylisted", deferred(Recipient)),
        (Stage::Rcpt, "451 greylisted", deferred(Recipient)),
        (Stage::Rcpt, "450 busy", deferred(Recipient)),
        (Stage::Data, "451 4.7.1 greylisted", deferred(Recipient)),
        (Stage::Final, "451 4.7.1 greylisted", deferred(Recipient)),
        (
            Stage::Rcpt,
            "450 4.7.25 no reverse name",
            deferred(OurAddress),
        ),
        (
            Stage::Rcpt,
            "550 5.7.13 account disabled",
            refused(Recipient),
        ),
        (Stage::Rcpt, "450 4.4.1 timeout", deferred(Domain)),
        // A bare 550 may mean anything: never the recipient alone.
        (Stage::Rcpt, "550 mailbox unavailable", refused(Domain)),
        (Stage::Rcpt, "550 4.1.1 classes disagree", refused(Domain)),
        (Stage::Rcpt, "553 name not allowed", refused(Recipient)),
        (Stage::Rcpt, "421 4.2.1 closing", deferred(Us)),
        (Stage::Final, "550 5.7.1 spam", refused(Content)),
        (Stage::Final, "554 refused", refused(Content)),
        (
            Stage::Final,
            "550 5.7.26 not authenticated",
            refused(OurDomain),
        ),
        (Stage::Final, "552 5.2.2 full", refused(Recipient)),
        (Stage::Final, "451 4.3.0 try later", deferred(Domain)),
    ];
    for (stage, reply, expected) in cases {
        assert_eq!(outcome(stage, reply), expected, "{stage:?} {reply}");
    }
}
