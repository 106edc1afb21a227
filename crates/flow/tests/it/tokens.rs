//! Whatever is put in the place of a link, a visit or a code: it opens nothing and breaks nothing.

use model::Fault;
use sim::kit::hostile::{broken, rounds, texts};
use sim::kit::{Engine, store_on};

use crate::clinic::Clinic;

#[test]
fn only_what_we_made_opens_anything() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let (_, link) = clinic.notify("lee@peer.example");
    let visit = clinic.visit(&link);
    let seeds = texts(&[&link, &visit, "000000"]);
    let words = ["/", "..", "%2f", "=", "-", "'", "--", ";"];
    let known = |text: &str| [&link, &visit].iter().any(|made| made.as_str() == text);
    for round in 0..rounds(400) {
        let input = broken("portal_tokens", &seeds, &words, round);
        let text = String::from_utf8_lossy(&input);
        if known(&text) {
            continue;
        }
        let refused = [
            clinic.flow.portal_thread(&text).map(drop),
            clinic.flow.portal_enter(&text, "000000").map(drop),
            clinic.flow.portal_enter(&link, &text).map(drop),
            clinic.flow.portal_send_code(&text).map(drop),
        ];
        for (door, result) in refused.into_iter().enumerate() {
            let error = result.expect_err("it opens nothing");
            assert!(
                error.code().row().fault != Fault::Ours,
                "door {door}, round {round}: {error:?}"
            );
        }
    }
    assert!(
        clinic.flow.portal_thread(&visit).is_ok(),
        "the reader reads on"
    );
}
