//! Headers that are judged: one that was brought, one that is kept here, and nobody else's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::house::{ALL_SCOPES, House, letter, run, text};

const BROUGHT: &str = "Received: from out.bayview-lab.com (out.bayview-lab.com [9.2.2.8]) by mx.lakeside-clinic.org\r\n with ESMTP; Mon, 5 Jan 2026 10:00:00 +0000\r\n\
Received: by out.bayview-lab.com; Mon, 5 Jan 2026 11:00:00 +0000\r\n\
From: ann@bayview-lab.com\r\nDate: Mon, 5 Jan 2026 11:00:00 +0000\r\n\r\nhello\r\n";

fn brought(wire: &[u8]) -> Value {
    json!({"raw": STANDARD.encode(wire)})
}

sim::both_engines! {
    fn a_header_that_was_brought_is_judged_and_not_kept(store) {
        let house = House::new(store);
        let client = house.client(&["message.open"]);
        let answer = run(client.post("/v1/headers", &brought(BROUGHT.as_bytes())));
        assert_eq!(answer.status.as_u16(), 200);
        let judged = answer.json();
        assert_eq!(judged["on_arrival"], json!([]));
        assert_eq!(judged["total_seconds"], json!(-3600));
        let hop = json!({"at": "2026-01-05T10:00:00.000Z", "delay_seconds": -3600, "vouched": true,
            "from": "out.bayview-lab.com", "seen_from": "9.2.2.8", "resolved": "out.bayview-lab.com",
            "by": "mx.lakeside-clinic.org", "with": "ESMTP"});
        assert_eq!(judged["hops"][0], hop);
        assert_eq!(judged["hops"][1]["vouched"], json!(false));
        let findings = json!([
            {"code": "hop_back_in_time", "hop": 0, "field": null, "number": -3600},
            {"code": "hops_claimed", "hop": 1, "field": null, "number": 1},
        ]);
        assert_eq!(judged["findings"], findings);
    }

    fn a_header_is_of_ones_own_organisation(store) {
        let house = House::new(store);
        let owner = house.client(&ALL_SCOPES);
        let sent = run(owner.post("/v1/messages", &letter())).json();
        let asked = json!({"message": text(&sent["id"])});
        assert_eq!(run(owner.post("/v1/headers", &asked)).status.as_u16(), 200);
        let elsewhere = house.other_organisation();
        let other = house.client_of(elsewhere, &ALL_SCOPES);
        let denied = run(other.post("/v1/headers", &asked));
        assert_eq!((denied.status.as_u16(), denied.code().as_str()), (404, "not_found"));
    }

    fn one_header_at_a_time_within_its_limit(store) {
        let house = House::new(store);
        let client = house.client(&["message.open"]);
        let code = |body: &Value| run(client.post("/v1/headers", body)).code();
        assert_eq!(code(&json!({})), "field_missing");
        let both = json!({"raw": "aGk=", "message": "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"});
        assert_eq!(code(&both), "field_invalid");
        assert_eq!(code(&json!({"raw": "no base64"})), "base64_invalid");
        assert_eq!(code(&json!({"message": "me"})), "id_invalid");
        assert_eq!(code(&brought(&vec![b'a'; 1_000_001])), "message_too_large");
    }
}
