//! Ways the thread can look.

use std::time::Duration;

use model::Method;

use super::{Body, File, Letter, Reply, Thread};
use crate::face::{Fault, Lang};
use crate::pages::Sample;
use crate::pages::samples::NOW;

const TEXT: &str = "Hello Pat,\n\nYour blood test from last week is back. Everything is in the normal range. \
Your iron is a little low, so keep taking the tablets once a day with food.\n\nWe would like to see you \
again in three months. You can choose a time here: https://northside.example/visits?when=june.\n\n\
Dr. Amara Okafor";

const HTML: &str = "<h1>Before your visit</h1><p>Bring these with you:</p><ul><li>Your insurance card\
</li><li>A list of <b>all</b> medicines you take</li></ul><img src=\"https://tracker.example/p.gif\">\
<table><tr><th>Day</th><th>Time</th><th>Room</th></tr><tr><td>Tuesday 10 March</td><td>9:30 am</td>\
<td>Second floor, room 214, behind the large window</td></tr></table>\
<p>Questions? Call <a href=\"tel:+12025550143\">202-555-0143</a>.</p>";

const SPANISH: &str = "Hola, Pat:\n\nYa tenemos los resultados de su análisis de sangre. Todo está dentro \
de lo normal. Siga tomando el hierro una vez al día con la comida.\n\nDra. Amara Okafor";

pub fn all() -> Vec<Sample<Thread>> {
    vec![
        Sample::new("one", page()),
        Sample::new("empty", empty()),
        Sample::new("many", many()),
        Sample::new("long_names", long_names()),
        Sample::new("error", error()),
        Sample::new(
            "replied",
            Thread {
                reply: Reply::Used { at: ago(40) },
                ..page()
            },
        ),
        Sample {
            lang: Lang::Es,
            ..Sample::new("spanish", spanish())
        },
    ]
}

fn ago(minutes: u64) -> model::Timestamp {
    NOW.minus(Duration::from_secs(minutes * 60))
}

fn file(name: &str, content_type: &str, octets: u64) -> File {
    File {
        name: name.to_owned(),
        kind: File::kind_of(content_type, name),
        octets,
        href: "#".to_owned(),
    }
}

fn letter(from: Option<&str>, minutes: u64, body: Body, files: Vec<File>) -> Letter {
    Letter {
        from: from.map(str::to_owned),
        at: ago(minutes),
        body,
        files,
    }
}

fn page() -> Thread {
    let files = vec![file("Blood test results.pdf", "application/pdf", 184_320)];
    let body = Body::new(Some(TEXT), None);
    Thread {
        subject: Some("Your test results".to_owned()),
        protection: Method::Portal,
        statements: Vec::new(),
        letters: vec![letter(Some("Dr. Amara Okafor"), 125, body, files)],
        reply: Reply::Open {
            action: "#".to_owned(),
            draft: String::new(),
        },
        close_action: "#".to_owned(),
        faults: Vec::new(),
    }
}

fn empty() -> Thread {
    Thread {
        subject: None,
        letters: vec![letter(
            Some("Northside Clinic"),
            300,
            Body::Empty,
            Vec::new(),
        )],
        reply: Reply::Closed,
        ..page()
    }
}

fn many() -> Thread {
    let files = vec![
        file("Map of the building.png", "image/png", 2_412_000),
        file(
            "Form to fill in before the visit.docx",
            "application/octet-stream",
            48_000,
        ),
        file("notes", "application/octet-stream", 812),
    ];
    Thread {
        statements: vec![
            "42 CFR part 2 prohibits unauthorized use or disclosure of these records.\r\nThe patient consented to \
             this disclosure in writing; the sender will tell you what that consent covers."
                .to_owned(),
        ],
        letters: vec![
            letter(
                Some("Dr. Amara Okafor"),
                4_500,
                Body::new(Some(TEXT), None),
                Vec::new(),
            ),
            letter(
                None,
                3_000,
                Body::new(
                    Some("Thank you. Should I stop the tablets before the visit?"),
                    None,
                ),
                Vec::new(),
            ),
            letter(Some("Front desk"), 90, Body::new(None, Some(HTML)), files),
        ],
        ..page()
    }
}

fn long_names() -> Thread {
    let word = "Pneumonoultramicroscopicsilicovolcanoconiosis";
    let from = format!(
        "Dr. Maximiliana {word}-Featherstonehaugh, Department of Pulmonary and Occupational Medicine"
    );
    let name = format!("{word}_{word}_2026-03-03_final_version_signed.pdf");
    let text = format!("{TEXT}\n\nhttps://northside.example/{word}/{word}/{word}");
    let files = vec![file(&name, "application/pdf", 18_432_000)];
    Thread {
        subject: Some(format!(
            "Follow-up about {word} and the next three appointments in the spring"
        )),
        letters: vec![letter(Some(&from), 60, Body::new(Some(&text), None), files)],
        ..page()
    }
}

fn error() -> Thread {
    Thread {
        faults: vec![Fault::new("reply", "reply_stale")],
        reply: Reply::Open {
            action: "#".to_owned(),
            draft: "Yes, June is fine for me.".to_owned(),
        },
        ..page()
    }
}

fn spanish() -> Thread {
    let files = vec![file("Resultados.pdf", "application/pdf", 184_320)];
    Thread {
        subject: Some("Sus resultados".to_owned()),
        letters: vec![letter(
            Some("Dra. Amara Okafor"),
            125,
            Body::new(Some(SPANISH), None),
            files,
        )],
        ..page()
    }
}
