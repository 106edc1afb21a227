//! The messages of the demo: who writes what to whom, through which door, and what must come of it.

use model::{Method, RecipientState};

use super::authority::Authority;
use super::clinic::Clinic;
use super::doors::{self, Addresses};

/// One recipient's expected end.
pub struct Expected {
    pub to: &'static str,
    pub method: Method,
    pub state: RecipientState,
    pub why: &'static str,
}

pub const EXPECTED: &[Expected] = &[
    Expected {
        to: "pat@verified.example",
        method: Method::Tls,
        state: RecipientState::Delivered,
        why: "an SSN and a diagnosis: verified TLS was demanded and achieved",
    },
    Expected {
        to: "lee@notls.example",
        method: Method::Portal,
        state: RecipientState::Notified,
        why: "the server offers no TLS: the message stays here, a notice went",
    },
    Expected {
        to: "kim@selfsigned.example",
        method: Method::Portal,
        state: RecipientState::Notified,
        why: "the certificate does not verify: the message stays here, a notice went",
    },
    Expected {
        to: "ana@greylist.example",
        method: Method::Tls,
        state: RecipientState::Delivered,
        why: "the server asked to come again; the second attempt was taken",
    },
    Expected {
        to: "gone@bounce.example",
        method: Method::Tls,
        state: RecipientState::Bounced,
        why: "the server knows no such mailbox",
    },
    Expected {
        to: "sam@verified.example",
        method: Method::Portal,
        state: RecipientState::Notified,
        why: "the sender asked for the portal",
    },
];

/// Sends everything through the real doors: REST and authenticated SMTP.
pub async fn send(at: &Addresses, clinic: &Clinic, authority: &Authority) -> anyhow::Result<()> {
    let one = |to: &str, subject: &str, text: &str| {
        serde_json::json!({
            "from": { "address": "nina@riverside.example", "name": "Nina Alvarez" },
            "to": [{ "address": to }], "subject": subject, "text": text,
        })
    };
    let key = clinic.live_key.expose();
    let results = "Your SSN 219-09-9999 is on file. The biopsy shows basal cell carcinoma; the surgeon will call you.";
    doors::post(
        at,
        key,
        &one("pat@verified.example", "Your biopsy results", results),
    )
    .await?;
    doors::post(
        at,
        key,
        &one(
            "lee@notls.example",
            "Your medication",
            "Please take metformin 500 mg twice a day for your diabetes.",
        ),
    )
    .await?;
    doors::post(
        at,
        key,
        &one(
            "kim@selfsigned.example",
            "Appointment",
            "Your follow-up for hypertension is on Tuesday.",
        ),
    )
    .await?;
    let mut asked = one(
        "sam@verified.example",
        "Lab report",
        "Your A1c was 6.1 %. Call us with questions.",
    );
    asked["method"] = "portal".into();
    doors::post(at, key, &asked).await?;
    let letter = "From: Nina Alvarez <nina@riverside.example>\r\nTo: ana@greylist.example\r\n\
                  Subject: Physical therapy\r\n\r\nYour first physical therapy session for the knee is on Monday.\r\n";
    doors::submit(at, clinic, authority, "ana@greylist.example", letter).await?;
    let letter = "From: Nina Alvarez <nina@riverside.example>\r\nTo: gone@bounce.example\r\n\
                  Subject: Reminder\r\n\r\nYour asthma check is due.\r\n";
    doors::submit(at, clinic, authority, "gone@bounce.example", letter).await
}
