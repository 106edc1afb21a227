//! What became of each message, read through the service's own views; then a reader's whole visit.

use std::time::Duration;

use anyhow::Context;
use flow::portal::Reply;
use flow::view::Filter;
use model::{Method, RecipientState};

use super::mailboxes::Mailboxes;
use super::story::{EXPECTED, Expected};
use crate::terminal::say;
use crate::wiring::Wired;

const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub struct Seen {
    expected: &'static Expected,
    method: Method,
    state: RecipientState,
}

/// Waits until nothing is queued any more, or patience ends.
pub async fn watch(wired: &Wired, mailboxes: &Mailboxes) -> anyhow::Result<Vec<Seen>> {
    let mut waited = Duration::ZERO;
    loop {
        let flow = wired.flow.clone();
        let (settled, notices) = tokio::task::spawn_blocking(move || glance(&flow)).await??;
        if (settled && mailboxes.all().len() >= notices) || waited >= PATIENCE {
            let flow = wired.flow.clone();
            return tokio::task::spawn_blocking(move || look(&flow)).await?;
        }
        tokio::time::sleep(LOOK_EVERY).await;
        waited += LOOK_EVERY;
    }
}

/// Whether all is settled, and how many went to the portal. Opens nothing, so it leaves no entries.
fn glance(flow: &flow::Flow) -> anyhow::Result<(bool, usize)> {
    let organisation = flow
        .world()
        .organisations()?
        .first()
        .copied()
        .context("the clinic is there")?;
    let page = flow.list_messages(
        &flow.world().system(organisation),
        Filter::default(),
        None,
        100,
    )?;
    let waits = page
        .rows
        .iter()
        .any(|row| row.states.contains_key(&RecipientState::Queued));
    let notices = page
        .rows
        .iter()
        .filter(|row| row.methods.contains_key(&Method::Portal))
        .count();
    Ok((page.rows.len() >= EXPECTED.len() && !waits, notices))
}

fn look(flow: &flow::Flow) -> anyhow::Result<Vec<Seen>> {
    let organisation = flow
        .world()
        .organisations()?
        .first()
        .copied()
        .context("the clinic is there")?;
    let ctx = flow.world().system(organisation);
    let page = flow.list_messages(&ctx, Filter::default(), None, 100)?;
    let mut seen = Vec::new();
    // Oldest first is the order of the story by door; recipients are told apart by what was expected.
    for row in page.rows.iter().rev() {
        let view = flow.message(&ctx, row.id)?;
        let address = flow.recipient_addresses(&ctx, row.id)?;
        for (recipient, to) in view.recipients.iter().zip(address) {
            if let Some(expected) = EXPECTED
                .iter()
                .find(|e| e.to == to.open(ctx.machine_access()))
            {
                seen.push(Seen {
                    expected,
                    method: recipient.method,
                    state: recipient.state,
                });
            }
        }
    }
    Ok(seen)
}

/// Prints a line a recipient; fails when any end is not the expected one.
pub fn tell(seen: &[Seen], quiet: bool) -> anyhow::Result<()> {
    let mut wrong = 0;
    for expected in EXPECTED {
        let found = seen.iter().find(|s| s.expected.to == expected.to);
        let right = found.is_some_and(|s| s.method == expected.method && s.state == expected.state);
        wrong += usize::from(!right);
        if !quiet {
            let (method, state) = found.map_or(("-", "-"), |s| (s.method.word(), s.state.word()));
            let mark = if right { "ok  " } else { "FAIL" };
            say(format!(
                "{mark} {:24} {method:7} {state:10} {}",
                expected.to, expected.why
            ));
        }
    }
    anyhow::ensure!(
        wrong == 0,
        "{wrong} of {} recipients did not end as expected",
        EXPECTED.len()
    );
    Ok(())
}

/// A reader's way: link, code, reading, reply, receipt, proof. With the address that had no TLS.
pub async fn pick_up(wired: &Wired, mailboxes: &Mailboxes) -> anyhow::Result<()> {
    const READER: &str = "lee@notls.example";
    let notice = mailboxes
        .newest(READER, "/p/")
        .context("no notice arrived")?;
    let link = notice
        .split("/p/")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .context("no link")?;
    let (flow, link) = (wired.flow.clone(), link.to_owned());
    let (asking, link2) = (flow.clone(), link.clone());
    tokio::task::spawn_blocking(move || asking.portal_send_code(&link2)).await??;
    let mut waited = Duration::ZERO;
    let code = loop {
        if let Some(text) = mailboxes.newest(READER, "Your code is") {
            break text
                .chars()
                .filter(char::is_ascii_digit)
                .take(6)
                .collect::<String>();
        }
        anyhow::ensure!(waited < PATIENCE, "no code arrived");
        tokio::time::sleep(LOOK_EVERY).await;
        waited += LOOK_EVERY;
    };
    tokio::task::spawn_blocking(move || visit(&flow, &link, &code)).await?
}

fn visit(flow: &flow::Flow, link: &str, code: &str) -> anyhow::Result<()> {
    let visit = flow.portal_enter(link, code)?;
    let thread = flow.portal_thread(visit.0.expose())?;
    let text = thread
        .entries
        .first()
        .and_then(|e| e.text.clone())
        .unwrap_or_default();
    anyhow::ensure!(
        text.contains("metformin"),
        "the portal does not show what was written"
    );
    flow.portal_reply(
        visit.0.expose(),
        Reply {
            text: "Thank you, I will.".to_owned(),
            files: Vec::new(),
        },
    )?;
    let organisation = flow
        .world()
        .organisations()?
        .first()
        .copied()
        .context("the clinic is there")?;
    let ctx = flow.world().system(organisation);
    let page = flow.list_messages(
        &ctx,
        Filter {
            state: Some(RecipientState::PickedUp),
            ..Filter::default()
        },
        None,
        1,
    )?;
    let row = page.rows.first().context("the receipt is not recorded")?;
    let recipient = flow.message(&ctx, row.id)?.recipients[0].id;
    let bundle = ledger::bundle::Bundle::parse(&flow.proof(&ctx, recipient)?)?;
    let level = bundle.verify(None)?.level;
    anyhow::ensure!(
        level == ledger::bundle::Claim::S4,
        "the proof reaches {} only",
        level.word()
    );
    anyhow::ensure!(
        flow.overview(&ctx)?.off_by == 0,
        "accepted and settled do not add up"
    );
    Ok(())
}

pub fn tell_pick_up(result: &anyhow::Result<()>) {
    match result {
        Ok(()) => say(
            "ok   lee@notls.example opened the link, entered the code, read, replied; the proof reaches S4",
        ),
        Err(error) => say(format!("FAIL the portal visit: {error:#}")),
    }
}
