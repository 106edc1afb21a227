//! Who may send as whom, in the envelope and in what readers see.

use ctx::Role;
use model::{Code, Mode};
use sim::kit::{Engine, store_on};

use crate::clinic::Clinic;
use crate::code;
use crate::letters::{PLAIN, address, arrival, letter};

#[test]
fn an_app_sends_as_its_rules_say() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let cases = [
        ("clinic.example", "nurse@clinic.example", true),
        ("Clinic.Example", "nurse@clinic.example", true),
        ("clinic.example", "nurse@ward.clinic.example", false),
        ("clinic.example", "nurse@notclinic.example", false),
        ("nurse@clinic.example", "Nurse@clinic.example", true),
        ("nurse@clinic.example", "doctor@clinic.example", false),
        (
            "a.example nurse@clinic.example",
            "nurse@clinic.example",
            true,
        ),
        ("*", "anyone@anywhere.example", true),
        ("", "nurse@clinic.example", false),
    ];
    for (rules, sender, may) in cases {
        let app = clinic.app(rules, Mode::Live);
        let expected = (!may).then_some(Code::SenderForbidden);
        assert_eq!(
            code(clinic.flow.may_send_as(&app, &address(sender))),
            expected,
            "{rules:?} {sender}"
        );
        let mut draft = letter(&["lee@peer.example"]);
        draft.from = address(sender);
        assert_eq!(
            code(clinic.flow.draft_from_letter(&app, draft)),
            expected,
            "{rules:?} {sender}"
        );
    }
}

#[test]
fn a_person_sends_from_a_domain_of_the_organisation() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let neighbour = clinic.neighbour();
    let own = address("nurse@clinic.example");
    assert_eq!(code(clinic.flow.may_send_as(&clinic.staff, &own)), None);
    assert_eq!(
        code(clinic.flow.may_send_as(&neighbour, &own)),
        Some(Code::SenderForbidden)
    );
}

/// Not even the right to send for any sender reaches into a neighbour's domain.
#[test]
fn nobody_sends_in_a_neighbours_name() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    clinic.neighbour();
    let app = clinic.app("* other.example", Mode::Live);
    for (sender, may) in [
        ("nurse@other.example", false),
        ("nurse@ward.other.example", false),
        ("nurse@another.example", true),
        ("nurse@clinic.example", true),
        ("anyone@anywhere.example", true),
    ] {
        let expected = (!may).then_some(Code::SenderForbidden);
        let answer = clinic.flow.may_send_as(&app, &address(sender));
        assert_eq!(code(answer), expected, "{sender}");
    }
}

/// Mail by SMTP is judged by envelope and by From field: we sign for the latter.
#[test]
fn the_from_field_is_judged_as_well() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    let app = clinic.app("clinic.example", Mode::Live);
    let draft = |content: &str| {
        let arrival = arrival(&[("lee@peer.example", "")], content);
        code(clinic.flow.draft_from_arrival(&app, arrival))
    };
    assert_eq!(draft(PLAIN), None);
    let forged = PLAIN.replace(
        "From: nurse@clinic.example",
        "From: Bank <help@bank.example>",
    );
    assert_eq!(draft(&forged), Some(Code::SenderForbidden));
    let two = PLAIN.replace(
        "From: nurse@clinic.example",
        "From: nurse@clinic.example, help@bank.example",
    );
    assert_eq!(draft(&two), Some(Code::SenderForbidden));
    let again = PLAIN.replace(
        "From: nurse@clinic.example",
        "From: nurse@clinic.example\r\nFrom: help@bank.example",
    );
    assert_eq!(draft(&again), Some(Code::MimeInvalid), "RFC 5322 §3.6");
    let sent_by = |address: &str| {
        let fields = format!("From: nurse@clinic.example\r\nSender: Desk <{address}>");
        draft(&PLAIN.replace("From: nurse@clinic.example", &fields))
    };
    assert_eq!(sent_by("desk@clinic.example"), None);
    assert_eq!(sent_by("help@bank.example"), Some(Code::SenderForbidden));
}

/// Sending is a right of its own.
#[test]
fn not_everyone_sends() {
    let store = store_on(Engine::Memory);
    let clinic = Clinic::open(&store);
    for role in [Role::Auditor, Role::Developer, Role::Compliance] {
        let answer = clinic
            .flow
            .draft_from_letter(&clinic.user(&[role]), letter(&["lee@peer.example"]));
        assert_eq!(code(answer), Some(Code::ActionForbidden), "{role}");
    }
}
