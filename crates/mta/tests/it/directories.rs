//! Keys asked for at recipients' own domains: where, in which order, and which answers are none.

use std::sync::Arc;
use std::time::Duration;

use flow::keys::{Asked, Directories, Question, Reply};
use model::seams::{HttpAnswer, NetFault};
use mta::KeyDirectories;
use tokio::runtime::Handle;

use crate::world::World;

const ADVANCED: &str =
    "https://openpgpkey.mail.example/.well-known/openpgpkey/mail.example/hu/a?l=lee";
const DIRECT: &str = "https://mail.example/.well-known/openpgpkey/hu/a?l=lee";
const WAIT: Duration = Duration::from_secs(4);

fn answers(status: u16, body: &str) -> Result<HttpAnswer, NetFault> {
    Ok(HttpAnswer {
        status,
        headers: vec![(
            "location".to_owned(),
            "https://elsewhere.example/".to_owned(),
        )],
        body: body.as_bytes().to_vec(),
        tls: None,
    })
}

/// What one question comes to where the two places answer so; `None`: the host does not exist.
async fn asked(
    advanced: Option<Result<HttpAnswer, NetFault>>,
    direct: Option<Result<HttpAnswer, NetFault>>,
) -> String {
    let world = World::new().dns(|mut net| {
        for (url, answer) in [(ADVANCED, advanced), (DIRECT, direct)] {
            if let Some(answer) = answer {
                net = net.page(url, answer);
            }
        }
        net
    });
    let directories = KeyDirectories::new(Arc::new(world.open().net), Handle::current());
    let question = Question {
        advanced: ADVANCED.to_owned(),
        direct: DIRECT.to_owned(),
    };
    let asked = Asked {
        domains: vec![question],
        ..Asked::default()
    };
    let asking = tokio::task::spawn_blocking(move || directories.ask(asked, WAIT));
    let mut replies = asking.await.expect("no panic").domains;
    assert_eq!(replies.len(), 1);
    match replies.remove(0) {
        Reply::Found(body) => String::from_utf8(body).expect("text"),
        Reply::None => "none".to_owned(),
        Reply::Fault => "fault".to_owned(),
    }
}

#[tokio::test]
async fn the_second_place_is_asked_only_where_the_first_does_not_exist() {
    let key = |text| Some(answers(200, text));
    assert_eq!(asked(key("a key"), key("another")).await, "a key");
    assert_eq!(asked(None, key("a key")).await, "a key");
    assert_eq!(
        asked(None, None).await,
        "none",
        "the domain has no directory"
    );
    let missing = Some(answers(404, ""));
    assert_eq!(
        asked(missing.clone(), key("a key")).await,
        "none",
        "it has, without this key"
    );
    assert_eq!(asked(None, missing).await, "none");
    for fault in [
        NetFault::DnsFailed,
        NetFault::Refused,
        NetFault::TlsFailed,
        NetFault::TimedOut,
    ] {
        assert_eq!(
            asked(Some(Err(fault)), key("a key")).await,
            "fault",
            "no absence"
        );
    }
}

#[tokio::test]
async fn redirects_and_errors_are_no_answer() {
    for status in [301, 302, 307, 401, 403, 500, 503] {
        assert_eq!(
            asked(Some(answers(status, "a key")), None).await,
            "fault",
            "{status}"
        );
    }
    assert_eq!(asked(Some(Err(NetFault::TooLarge)), None).await, "fault");
}
