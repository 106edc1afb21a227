//! Ways one webhook can look.

use std::time::Duration;

use model::{Mode, Stream};

use super::{Row, Webhook};
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn all() -> Vec<Sample<Webhook>> {
    let many = Webhook {
        dead: 3,
        older_href: Some("#".to_owned()),
        done: Some("replayed"),
        ..page((0..12).map(row).collect())
    };
    let stopped = |because: &str, state| Webhook {
        state,
        because: Some(because.to_owned()),
        failing_since: Some(NOW.minus(Duration::from_secs(5 * 86_400))),
        ..page((0..3).map(row).collect())
    };
    let long = Webhook {
        url: format!(
            "https://hooks.practice.example/{}?token=0123456789",
            "in/".repeat(40)
        ),
        description: "Tells the scheduling system of the whole partnership which reminders arrived"
            .to_owned(),
        app: Some("app_01KJVB0W7HQ3ZJ8X9T4M2C6D33".to_owned()),
        kinds: [
            "delivery.accepted",
            "delivery.refused",
            "portal.replied",
            "message.held",
        ]
        .map(str::to_owned)
        .to_vec(),
        stream: Some(Stream::Marketing),
        old_secret_until: Some(NOW.plus(Duration::from_secs(40_000))),
        ..page(vec![row(2)])
    };
    vec![
        Sample::new("empty", page(Vec::new())),
        Sample::new("one", page(vec![row(0)])),
        Sample::new("many", many.clone()),
        Sample::new("long_names", long),
        Sample::new("forbidden", stopped("forbidden", "paused")),
        Sample::new("gone", stopped("gone", "off")),
        Sample::new("error", stopped("failing", "paused")),
        Sample::spanish(many),
    ]
}

fn page(rows: Vec<Row>) -> Webhook {
    Webhook {
        id: "whk_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
        url: "https://hooks.practice.example/in".to_owned(),
        host: "hooks.practice.example".to_owned(),
        description: "Bookings".to_owned(),
        app: None,
        mode: Mode::Live,
        stream: None,
        kinds: Vec::new(),
        all_kinds: super::super::webhooks::all_kinds(),
        all_streams: Stream::ALL,
        state: "active",
        because: None,
        created_at: NOW.minus(Duration::from_secs(9 * 86_400)),
        failing_since: None,
        old_secret_until: None,
        dead: 0,
        only: "",
        all_states: vec!["waiting", "retrying", "delivered", "dead"],
        rows,
        older_href: None,
        newest_href: None,
        done: None,
    }
}

fn row(n: u64) -> Row {
    let states = ["delivered", "retrying", "dead", "waiting"];
    let which = usize::try_from(n).unwrap_or_default();
    let state = states[which % 4];
    let ended = matches!(state, "delivered" | "dead");
    Row {
        event: format!("evt_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        kind: ["delivery.accepted", "portal.read", "message.accepted"][which % 3].to_owned(),
        message: (n % 5 != 4).then(|| "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned()),
        state,
        tries: u32::try_from(n % 9).unwrap_or_default(),
        answer: [Some(204), Some(503), None, None][which % 4],
        fault: (state == "dead").then(|| "timed_out".to_owned()),
        at: NOW.minus(Duration::from_secs(n * 300)),
        due_at: (!ended).then(|| NOW.plus(Duration::from_secs(300))),
        ended,
    }
}
