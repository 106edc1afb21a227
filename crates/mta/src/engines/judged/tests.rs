//! Each answer, and what becomes of the message.

use super::*;

fn advice(action: Action) -> std::result::Result<Advice, NoAnswer> {
    Ok(Advice {
        score: 7.0,
        required: 15.0,
        action,
        symbols: Vec::new(),
    })
}

/// What is taken in with which words, or the code of the refusal.
fn said(judge: impl Fn(&mut Looked) -> Result<()>) -> String {
    let mut looked = Looked::default();
    match judge(&mut looked) {
        Ok(()) => looked.kinds.iter().map(|kind| kind.word()).collect(),
        Err(error) => error.code().to_string(),
    }
}

#[test]
fn what_clamd_says_decides_and_what_it_does_not_say_is_never_clean() {
    let eicar = Scan::Found("Eicar-Test-Signature".to_owned());
    for (scan, found, becomes) in [
        (Scan::Clean, OnFound::Reject, ""),
        (eicar.clone(), OnFound::Quarantine, "virus_found"),
        (eicar, OnFound::Reject, "content_harmful"),
        (
            Scan::Unknown(NoAnswer::Cut),
            OnFound::Quarantine,
            "engine_unavailable",
        ),
        (
            Scan::Unknown(NoAnswer::NotLookedAt),
            OnFound::Reject,
            "engine_unavailable",
        ),
    ] {
        assert_eq!(
            said(|looked| of_scan(&scan, found, looked)),
            becomes,
            "{scan:?}"
        );
    }
}

#[test]
fn rspamds_advice_is_an_input() {
    for (action, found, becomes) in [
        (Action::NoAction, OnFound::Reject, ""),
        (Action::Greylist, OnFound::Reject, ""),
        (Action::AddHeader, OnFound::Reject, "spam_likely"),
        (Action::RewriteSubject, OnFound::Quarantine, "spam_likely"),
        (Action::SoftReject, OnFound::Quarantine, "greylisted"),
        (Action::Reject, OnFound::Quarantine, "spam_certain"),
        (Action::Reject, OnFound::Reject, "content_harmful"),
        (Action::Discard, OnFound::Quarantine, "spam_certain"),
    ] {
        let judged = said(|looked| of_advice(&advice(action), found, looked));
        assert_eq!(judged, becomes, "{action:?}");
    }
    let silent = said(|looked| of_advice(&Err(NoAnswer::Failed), OnFound::Quarantine, looked));
    assert_eq!(silent, "engine_unavailable");
}
