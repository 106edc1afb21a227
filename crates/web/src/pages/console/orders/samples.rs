//! Ways the list of orders can look, and the question before one is ended.

use std::time::Duration;

use model::Stream;

use super::{End, Orders, Row};
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn lists() -> Vec<Sample<Orders>> {
    let acts = ["suspend", "bounce", "expire", "rebind", "transfer"];
    let many = || -> Vec<Row> { (0_u32..9).zip(acts.into_iter().cycle()).map(row).collect() };
    let over = |mut row: Row| {
        row.ended_at = row.until.lt(&NOW).then_some(row.until).or(Some(NOW));
        row.in_force = false;
        row
    };
    vec![
        Sample::new("empty", page(Vec::new())),
        Sample::new(
            "one",
            Orders {
                done: Some("given"),
                ..page(vec![row((0, "suspend"))])
            },
        ),
        Sample::new(
            "many",
            Orders {
                older_href: Some("#".to_owned()),
                newest_href: Some("#".to_owned()),
                ..page(many())
            },
        ),
        Sample::new(
            "over",
            Orders {
                all: true,
                done: Some("ended"),
                ..page(many().into_iter().map(over).collect())
            },
        ),
        Sample::new("long_names", page(vec![long(), everywhere()])),
        Sample::new(
            "may_not",
            Orders {
                manages: false,
                done: Some("over"),
                ..page(many())
            },
        ),
        Sample::spanish(page(many())),
    ]
}

pub fn ends() -> Vec<Sample<End>> {
    vec![
        Sample::new(
            "one",
            End {
                order: row((0, "suspend")),
            },
        ),
        Sample::new(
            "bounce",
            End {
                order: row((1, "bounce")),
            },
        ),
        Sample::new("long_names", End { order: long() }),
        Sample::spanish(End {
            order: row((3, "rebind")),
        }),
    ]
}

fn page(rows: Vec<Row>) -> Orders {
    Orders {
        all: false,
        rows,
        manages: true,
        older_href: None,
        newest_href: None,
        done: None,
    }
}

fn row((n, act): (u32, &str)) -> Row {
    let target = match act {
        "rebind" => Some("east-2".to_owned()),
        "transfer" => Some("nod_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned()),
        _ => None,
    };
    Row {
        id: format!("ord_01KJVB0W7HQ3ZJ8X9T4M2C6D{n:02}"),
        act: act.to_owned(),
        target,
        stream: (n % 3 == 0).then_some(Stream::Marketing),
        provider: (n % 2 == 0).then(|| "google".to_owned()),
        domain: (n % 4 == 1).then(|| "mail.example".to_owned()),
        source: (n % 4 == 2).then(|| "east-1".to_owned()),
        message: (n % 4 == 3).then(|| "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned()),
        everywhere: false,
        reason: "Complaints of last night are looked into".to_owned(),
        actor: "usr_01KJVB0W7HQ3ZJ8X9T4M2C6D42".to_owned(),
        at: NOW.minus(Duration::from_secs(u64::from(n + 1) * 700)),
        until: NOW.plus(Duration::from_secs(u64::from(n + 1) * 3_600)),
        ended_at: None,
        in_force: true,
    }
}

fn long() -> Row {
    Row {
        stream: Some(Stream::Transactional),
        provider: Some("microsoft".to_owned()),
        domain: Some("northside-community-health-partnership-for-family-medicine.example".to_owned()),
        source: Some("east-coast-secondary-egress-7".to_owned()),
        message: Some("msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned()),
        reason: "The partnership moves its mail servers tonight between two and four and asked us by phone to wait until its administrator has called back and said that all of them answer again".to_owned(),
        ..row((3, "rebind"))
    }
}

/// Given on the server by somebody else: its reason stays with them.
fn everywhere() -> Row {
    Row {
        stream: None,
        provider: None,
        everywhere: true,
        reason: String::new(),
        actor: "system".to_owned(),
        ..row((0, "suspend"))
    }
}
