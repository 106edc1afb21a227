//! What software is told of a disposal, from the day it is proposed to the certificate.

use std::time::Duration;

use records::keeping::Proposed;
use serde_json::{Value, json};
use sim::kit::TestStore;

use crate::house::{ALL_SCOPES, Client, House, run, text};

const DAY: u64 = 86_400;
const WHY: &str = "Counsel read the text";
const ALL_DAYS: &str = "patient,email,birth,last_service,discharge,last_encounter,last_entry,death,\
litigation_notice,litigation_resolved\n17,pat@mail.example,1970-02-03,2026-11-22,2026-11-22,2026-11-22,2026-11-22,never,never,never\n";

impl House {
    fn wait(&self, days: u64) {
        self.clock.advance(Duration::from_secs(days * DAY));
    }

    fn dispose(&self) {
        while self.records.dispose().expect("disposed") > 0 {}
    }

    /// Two letters of a patient's, whose time is over.
    fn with_due_letters(store: &TestStore) -> (Self, [String; 2]) {
        let house = Self::new(store);
        let (officer, second) = (house.officer(), house.officer());
        let client = house.client(&ALL_SCOPES);
        let letters = [run(client.sent()).0, run(client.sent()).0];
        for letter in &letters {
            // so that nobody is still to be given it
            let path = format!("/v1/messages/{letter}/cancel");
            assert_eq!(run(client.post(&path, &json!({}))).status.as_u16(), 200);
        }
        while house.records.archive().expect("archived") > 0 {}
        let records = &house.records;
        records.feed_anchors(&officer, ALL_DAYS).expect("fed");
        let profile = json!({"states": ["US-NY"], "provider_types": ["physician"], "zone": "America/New_York"});
        let profile = serde_json::from_value(profile).expect("a profile");
        records
            .set_keeping_profile(&officer, &profile, WHY)
            .expect("set");
        let rule = serde_json::from_value(json!({"id": "us-ny-professional", "version": 1}));
        let rule = Proposed::Enable(rule.expect("a rule"));
        let number = records
            .propose_rule(&officer, &rule, WHY)
            .expect("proposed");
        records.proposal_impact(&officer, number).expect("shown");
        records
            .approve_rule(&second, number, WHY)
            .expect("approved");
        house.wait(14 + 7 * 366);
        while house.records.reckon().expect("reckoned") > 0 {}
        (house, letters)
    }
}

fn answered(client: &Client<'_>, path: &str) -> Value {
    let answer = run(client.get(path));
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text());
    answer.json()
}

fn refused(client: &Client<'_>, path: &str) -> String {
    run(client.get(path)).summary()
}

sim::both_engines! {
    fn a_disposal_is_followed_from_its_list_to_its_certificate(store) {
        let (house, letters) = House::with_due_letters(store);
        let client = house.client(&["retention.read"]);
        let officer = house.officer();
        let id = house.records.propose_disposal(&officer, WHY).expect("proposed");
        house.dispose();
        let path = format!("/v1/disposals/{id}");
        let shown = answered(&client, &path);
        assert_eq!(shown["disposal"]["state"], "proposed");
        assert_eq!((&shown["disposal"]["records"], &shown["disposal"]["held"]), (&json!(2), &json!(0)));
        assert_eq!(shown["rules"], json!({"us-ny-professional version 1": 2}));
        assert_eq!(shown["sample"].as_array().map(Vec::len), Some(2));
        let certificate = format!("{path}/certificate");
        assert_eq!(refused(&client, &certificate), "409 state_conflict");

        let second = house.officer();
        house.records.approve_disposal(&second, id, WHY).expect("approved");
        assert_eq!(refused(&client, &certificate), "409 state_conflict");
        house.wait(14);
        house.dispose();
        let done = answered(&client, &path);
        assert_eq!((&done["disposal"]["destroyed"], &done["disposal"]["spared"]), (&json!(2), &json!(0)));
        assert_eq!(done["disposal"]["said"].as_array().map(Vec::len), Some(2));

        let first = answered(&client, &format!("{path}/records?state=destroyed&limit=1"));
        let next = text(&first["next"]);
        let rest = answered(&client, &format!("{path}/records?state=destroyed&limit=1&after={next}"));
        assert_eq!(rest["next"], Value::Null);
        let mut gone = [&first, &rest].map(|page| text(&page["records"][0]["message"]));
        gone.sort();
        let mut expected = letters.clone();
        expected.sort();
        assert_eq!(gone, expected);

        let file = run(client.get(&certificate));
        assert_eq!(file.header("content-type"), "application/json");
        let whole = file.text();
        assert!(letters.iter().all(|letter| whole.contains(letter)), "{whole}");
        let paper = run(client.get(&format!("{certificate}?form=pdf")));
        assert_eq!(paper.header("content-type"), "application/pdf");
        assert!(paper.bytes.starts_with(b"%PDF-"));
        assert_eq!(refused(&client, &format!("{certificate}?form=word")), "400 query_invalid /form");
    }

    fn the_proof_of_one_destroyed_message_names_no_other(store) {
        let (house, letters) = House::with_due_letters(store);
        let client = house.client(&["retention.read"]);
        let destruction = |letter: &str| format!("/v1/messages/{letter}/destruction");
        assert_eq!(refused(&client, &destruction(&letters[0])), "404 not_found");
        let id = house.records.propose_disposal(&house.officer(), WHY).expect("proposed");
        house.dispose();
        house.records.approve_disposal(&house.officer(), id, WHY).expect("approved");
        house.wait(14);
        house.dispose();
        let proof = run(client.get(&destruction(&letters[0]))).text();
        assert!(proof.contains(&letters[0]) && !proof.contains(&letters[1]), "{proof}");
        let elsewhere = house.other_organisation();
        let other = house.client_of(elsewhere, &["retention.read"]);
        assert_eq!(refused(&other, &destruction(&letters[0])), "404 not_found");
        assert_eq!(refused(&other, &format!("/v1/disposals/{id}")), "404 not_found");
    }
}
