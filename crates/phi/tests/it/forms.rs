//! Texts with fields of their own, and what an organisation brings: registry, own people, detectors.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use caduceus_phi::{
    FindingKind, Findings, Form, Label, MemoryRegistry, Own, Part, PartKind, PatternClass,
    PatternSpec, PatternWhat, Patterns, PhiLevel, Reading, RegistryField, Scanner,
};

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

/// Stands for the organisation's keyed hash; good enough to tell values apart.
fn token(value: &str) -> [u8; 32] {
    let mut token = [0; 32];
    for (place, slot) in token.iter_mut().enumerate() {
        let seed = 0xcbf2_9ce4_8422_2325_u64 ^ (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = value.bytes().fold(seed, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        *slot = (mixed >> 32).to_le_bytes()[0];
    }
    token
}

fn scan(text: &str, form: Form) -> Findings {
    let part = Part {
        kind: PartKind::Attachment,
        text,
        form,
    };
    SCANNER.scan(&[part], &Reading::new(&token))
}

/// `kind` and the text there, in order.
fn found<'t>(text: &'t str, findings: &Findings) -> BTreeSet<(&'static str, &'t str)> {
    let findings = findings.findings.iter();
    findings
        .filter(|f| f.kind != FindingKind::HealthTerm)
        .map(|f| (f.kind.word(), &text[f.start..f.start + f.len]))
        .collect()
}

#[test]
fn a_column_s_name_speaks_for_its_cells() {
    let table = "Last Name\tDOB\tSSN\tMRN\tCity\n\
                 Quispe\t3/4/1956\t123456789\t004-82\tReno\n\
                 Oduya\t1960-01-02\t078051120\tA7713\tErie\n";
    let findings = scan(table, Form::Table);
    let found = found(table, &findings);
    for cell in [
        ("name", "Quispe"),
        ("date_of_birth", "3/4/1956"),
        ("us_ssn", "123456789"),
        ("mrn", "004-82"),
        ("place", "Erie"),
        ("mrn", "A7713"),
    ] {
        assert!(found.contains(&cell), "{cell:?} in {found:?}");
    }
    assert_eq!(findings.level, PhiLevel::Certain);
    assert_eq!(findings.patients, 2);
}

#[test]
fn a_table_without_such_columns_is_read_as_prose() {
    let table = "Item\tPrice\nPaper\t12.50\nCall 415-555-0134\t0\n";
    let findings = scan(table, Form::Table);
    assert_eq!(
        found(table, &findings),
        BTreeSet::from([("phone", "415-555-0134")])
    );
    assert_eq!(findings.level, PhiLevel::None);
}

#[test]
fn a_lab_result_in_hl7_names_its_patient() {
    let text = "MSH|^~\\&|LAB|X|EHR|Y|20260304||ORU^R01|1|P|2.5\r\
                PID|1||0048291^^^X||QUISPE^ANA||19560304|F|||12 Elm St^^Reno^NV||(415)555-0134|||||9981|123456789\r\
                OBX|1|NM|2345-7^Glucose||120|mg/dL\r";
    let findings = scan(text, Form::Hl7);
    let found = found(text, &findings);
    for field in [
        ("clinical_record", "PID"),
        ("mrn", "0048291"),
        ("patient_name", "QUISPE^ANA"),
        ("date_of_birth", "19560304"),
        ("us_ssn", "123456789"),
    ] {
        assert!(found.contains(&field), "{field:?} in {found:?}");
    }
    assert_eq!(findings.level, PhiLevel::Certain);
    assert_eq!(
        scan(text, Form::Prose).level,
        PhiLevel::Certain,
        "pasted into a mail"
    );
}

#[test]
fn a_claim_in_x12_names_its_subscriber_and_no_provider() {
    let text = "ISA*00*~ST*837*0001~NM1*85*2*LAKESIDE*****XX*1234567893~NM1*IL*1*QUISPE*ANA****MI*XYZ8844221~\
                N3*12 ELM ST~N4*RENO*NV*89501~DMG*D8*19560304*F~REF*SY*123456789~CLM*A-5512*100~";
    let findings = scan(text, Form::X12);
    let found = found(text, &findings);
    for field in [
        ("patient_name", "QUISPE"),
        ("member_id", "XYZ8844221"),
        ("date_of_birth", "19560304"),
        ("us_ssn", "123456789"),
        ("claim_id", "A-5512"),
    ] {
        assert!(found.contains(&field), "{field:?} in {found:?}");
    }
    assert!(!found.contains(&("patient_name", "LAKESIDE")));
}

#[test]
fn a_patient_in_fhir_and_in_a_continuity_document() {
    let fhir = r#"{"resourceType": "Patient", "name": [{"family": "Quispe", "given": ["Ana"]}], "birthDate": "1956-03-04"}"#;
    let findings = scan(fhir, Form::Fhir);
    let values = found(fhir, &findings);
    assert!(values.contains(&("patient_name", "Quispe")), "{values:?}");
    assert!(
        values.contains(&("date_of_birth", "1956-03-04")),
        "{values:?}"
    );
    assert_eq!(findings.level, PhiLevel::Certain);

    let ccda = r#"<recordTarget><patientRole><id root="2.16.840.1" extension="0048291"/><patient><name><given>Ana</given><family>Quispe</family></name><birthTime value="19560304"/></patient></patientRole></recordTarget>"#;
    let findings = scan(ccda, Form::Ccda);
    let values = found(ccda, &findings);
    for field in [
        ("mrn", "0048291"),
        ("patient_name", "Quispe"),
        ("date_of_birth", "19560304"),
    ] {
        assert!(values.contains(&field), "{field:?} in {values:?}");
    }
    assert!(findings.labels.contains(&Label::WholeRecord));
}

#[test]
fn the_header_of_an_image_and_the_fields_of_a_card() {
    let dicom = "PatientName: QUISPE^ANA\nPatientID: 0048291\nStudyDate: 20260304\nModality: CT\n";
    let findings = scan(dicom, Form::Dicom);
    let values = found(dicom, &findings);
    assert!(values.contains(&("mrn", "0048291")), "{values:?}");
    assert_eq!(findings.level, PhiLevel::Certain);

    let card = "BEGIN:VCARD\r\nFN:Ana Quispe\r\nTEL;TYPE=cell:+1-415-555-0134\r\nBDAY:19560304\r\nEND:VCARD\r\n";
    let values = scan(card, Form::Card);
    let values = found(card, &values);
    for field in [
        ("name", "Ana Quispe"),
        ("phone", "+1-415-555-0134"),
        ("date_of_birth", "19560304"),
    ] {
        assert!(values.contains(&field), "{field:?} in {values:?}");
    }
}

#[test]
fn a_malformed_payload_gives_less_and_never_fails() {
    for form in Form::ALL {
        for text in [
            "",
            "\t",
            "PID|",
            "PID|1||||",
            "NM1*IL",
            "{\"family\"",
            "<family",
            "<birthTime value=\"",
            "FN",
            "ATTENDEE;CN=",
            "<patientRole><id extension=\"",
        ] {
            let findings = scan(text, *form);
            assert!(findings.findings.len() <= 2, "{} {text}", form.word());
        }
    }
}

#[test]
fn hidden_text_is_read_and_said_to_be_hidden() {
    let findings = scan("MRN 0048291", Form::Hidden);
    assert!(findings.findings.iter().all(|finding| finding.hidden));
    assert_eq!(findings.level, PhiLevel::Certain);
}

fn registry() -> MemoryRegistry {
    let row = |field: RegistryField, values: &[&str], patient: u32| {
        let normal = field.normal(values).expect("a value of its field");
        (field, token(&field.text(&normal)), patient)
    };
    MemoryRegistry::new([
        row(RegistryField::Name, &["Xochitl", "Brightwater"], 7),
        row(RegistryField::Dob, &["1956-03-04"], 7),
        row(RegistryField::Mrn, &["QX55120"], 7),
        row(RegistryField::Name, &["Tove", "Aldersey"], 8),
        row(RegistryField::LastDob, &["Aldersey", "1960-01-02"], 8),
    ])
}

fn matched(text: &str) -> Findings {
    let registry = registry();
    let reading = Reading {
        registry: Some(&registry),
        ..Reading::new(&token)
    };
    SCANNER.scan(&[Part::new(PartKind::Body, text)], &reading)
}

#[test]
fn two_fields_of_one_patient_near_each_other_are_that_patient() {
    for text in [
        "About Xochitl Brightwater, 3/4/1956.",
        "Brightwater, Xochitl - qx55120 - please call.",
        "XOCHITL BRIGHTWATER qx-55120",
        "Aldersey born January 2, 1960",
    ] {
        let findings = matched(text);
        let hit = findings
            .findings
            .iter()
            .find(|f| f.kind == FindingKind::PatientMatch);
        assert_eq!(hit.map(|hit| hit.confidence), Some(95), "{text}");
        assert_eq!(
            (findings.level, findings.patients),
            (PhiLevel::Certain, 1),
            "{text}"
        );
    }
}

#[test]
fn one_field_or_fields_of_two_patients_or_far_apart_are_no_one() {
    let far = format!("Xochitl Brightwater {} 3/4/1956", "and so on ".repeat(40));
    for text in [
        "Xochitl Brightwater wrote.",
        "Tove Aldersey, 3/4/1956",
        far.as_str(),
    ] {
        let findings = matched(text);
        assert!(findings.level < PhiLevel::Certain, "{text}");
    }
}

#[test]
fn own_people_and_addresses_are_taken_out_but_not_their_strong_numbers() {
    let mut own = Own::new();
    own.domain("clinic.example");
    own.staff_name("Maria Lopez");
    let text =
        "Maria Lopez (m.lopez@clinic.example) asked; John Smith j@mail.example; SSN 123-45-6789";
    let reading = Reading {
        own: &own,
        ..Reading::new(&token)
    };
    let findings = SCANNER.scan(&[Part::new(PartKind::Body, text)], &reading);
    assert_eq!(
        found(text, &findings),
        BTreeSet::from([
            ("name", "John Smith"),
            ("email", "j@mail.example"),
            ("us_ssn", "123-45-6789")
        ])
    );
}

#[test]
fn an_organisation_s_detector_says_its_name() {
    let patterns = Patterns::compile(&[PatternSpec {
        name: "trial subject".to_owned(),
        what: PatternWhat::Regex(r"\bTRL-\d{5}\b".to_owned()),
        class: PatternClass::Certain,
        confidence: 80,
        hotwords: None,
    }])
    .expect("a small pattern");
    let reading = Reading {
        patterns: Some(&patterns),
        ..Reading::new(&token)
    };
    let findings = SCANNER.scan(&[Part::new(PartKind::Subject, "Re: TRL-00412")], &reading);
    let hit = findings.findings.first().expect("the detector hit");
    assert_eq!(hit.detector.as_deref(), Some("trial subject"));
    assert_eq!(
        (findings.level, findings.subject_phi),
        (PhiLevel::Certain, true)
    );
}

#[test]
fn what_an_earlier_release_stored_still_reads() {
    let stored = r#"{"findings":[{"kind":"mrn","part":0,"start":4,"len":7,"confidence":85,"token":"0000000000000000000000000000000000000000000000000000000000000000"}],"level":"weak","subject_phi":false,"unscannable":[],"health_terms":2,"counts":{"mrn":1}}"#;
    let findings: Findings = serde_json::from_str(stored).expect("it reads");
    assert_eq!(findings.level_to_patient, PhiLevel::Likely);
    assert!(findings.labels.is_empty() && !findings.findings[0].quoted);
}
