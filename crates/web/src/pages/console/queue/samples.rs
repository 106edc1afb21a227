//! Ways the queue can look.

use std::time::Duration;

use flow::view::{Summary, Why};
use model::Stream;

use super::{Lane, Queue, Row};
use crate::pages::Sample;
use crate::pages::samples::NOW;

pub fn all() -> Vec<Sample<Queue>> {
    let summary = Summary {
        running: 4,
        ready: 12,
        scheduled: 3,
        retrying: 27,
        oldest: Some(NOW.minus(Duration::from_secs(4 * 3_600 + 130))),
        more: false,
    };
    let nothing = Summary {
        running: 0,
        ready: 0,
        scheduled: 0,
        retrying: 0,
        oldest: None,
        more: false,
    };
    let most = Summary {
        ready: 100_000,
        more: true,
        ..summary.clone()
    };
    let many = Queue {
        later_href: Some("#".to_owned()),
        lanes: vec![
            lane("google", "east-1", Some("rate")),
            lane("microsoft", "east-2", Some("back_off")),
            lane("yahoo", "east-1", Some("ordered")),
            lane("icloud", "east-1", Some("ordered_everywhere")),
            lane("other", "east-1", None),
        ],
        orders: 2,
        manages: true,
        ..Queue::new(&summary, None, (0..12).map(row).collect())
    };
    vec![
        Sample::new("empty", Queue::new(&nothing, None, Vec::new())),
        Sample::new(
            "none_fits",
            Queue::new(&summary, Some(Stream::Marketing), Vec::new()),
        ),
        Sample::new("one", Queue::new(&summary, None, vec![row(3)])),
        Sample::new("many", many.clone()),
        Sample::new("long_names", Queue::new(&most, None, vec![row(3), row(4)])),
        Sample::spanish(many),
    ]
}

fn lane(provider: &str, source: &str, stopped: Option<&'static str>) -> Lane {
    Lane {
        provider: provider.to_owned(),
        source: source.to_owned(),
        waiting: 14,
        running: 2,
        stopped,
        suspend_href: "#".to_owned(),
        order: (stopped == Some("ordered")).then(|| "ord_01KJVB0W7HQ3ZJ8X9T4M2C6D00".to_owned()),
        until: stopped.map(|_| NOW.plus(Duration::from_secs(900))),
        warm_up: (source == "east-2").then_some((180, 500)),
    }
}

fn row(n: u64) -> Row {
    let which = usize::try_from(n).unwrap_or_default();
    let why = Why::ALL[which % Why::ALL.len()];
    let waits = matches!(
        why,
        Why::Scheduled | Why::Deferred | Why::Ambiguous | Why::OurFault
    );
    Row {
        message: "msg_01KJVB0W7HQ3ZJ8X9T4M2C6D99".to_owned(),
        recipient: "rcp_01KJVB0W7HQ3ZJ8X9T4M2C6D11".to_owned(),
        role: ["letter", "notice", "code", "report"][which % 4].to_owned(),
        stream: if n % 5 == 4 {
            Stream::Marketing
        } else {
            Stream::Transactional
        },
        priority: 5,
        why: why.word(),
        reply: (why == Why::Deferred).then(|| "451 4.7.1".to_owned()),
        attempts: u32::try_from(n % 4).unwrap_or(0),
        since: NOW.minus(Duration::from_secs(n * 640)),
        next_at: waits.then(|| NOW.plus(Duration::from_secs(240 + n * 60))),
        until: NOW.plus(Duration::from_secs(86_400 - n * 640)),
    }
}
