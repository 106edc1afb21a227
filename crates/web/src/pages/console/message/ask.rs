//! What can be asked of one message: to see it, to open it, a file of it, its proof.

use axum::http::StatusCode;
use axum::response::Response;
use flow::feedback::Opinion;
use flow::view::{ContentView, EventView, MessageView};
use model::{AttachmentId, Code, MessageId, RecipientId, Result, limits};

use super::{Content, MessagePage};
use crate::door::answer::{desk_page, download, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::{Desk, desk};

/// Why a reply stays sealed.
const CLOSED: &[Code] = &[Code::ActionForbidden, Code::KeyDestroyed];

/// GET `/console/messages/{id}`
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let (view, events) = load(&asked, &desk, id).await?;
    let content = match desk.reads_content() {
        true => Content::Sealed {
            open_action: open_action(&asked, id),
        },
        false => Content::MayNot,
    };
    let mut page = MessagePage::of(&view, &events, asked.query("to"), content);
    page.offer(&desk, &view.actor);
    page.cancelled = asked.query("cancelled").parse().ok();
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/messages/{id}/open`: the content and the replies to it. Each opening is recorded
/// before a word is shown.
pub async fn open(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let content = content(&asked, &desk, id).await;
    let (view, events) = load(&asked, &desk, id).await?;
    let destroyed = matches!(&content, Err(error) if error.code() == Code::KeyDestroyed);
    let mut page = MessagePage::of(&view, &events, asked.query("to"), Content::Destroyed);
    page.offer(&desk, &view.actor);
    if !destroyed {
        let access = desk.ctx()?.machine_access();
        page.unseal(&content?, access, asked.now());
        for (reply, _, _) in view
            .thread_messages
            .iter()
            .filter(|(_, origin, _)| origin.stays_here())
        {
            match self::content(&asked, &desk, *reply).await {
                Ok(opened) => page.unseal_reply(*reply, &opened, access),
                // In quarantine, or destroyed from there: its own page says so.
                Err(error) if CLOSED.contains(&error.code()) => {}
                Err(error) => return Err(error),
            }
        }
    }
    desk_page(&asked, &desk, StatusCode::OK, &page)
}

/// POST `/console/messages/{id}/opinion`: what detection got wrong. Leads back to where it was said.
pub async fn say(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let opinion = Opinion::from_word(asked.field("opinion")).ok_or(Code::FieldInvalid)?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.say(&ctx, id, opinion)).await?;
    Ok(redirect(&match asked.field("back") {
        "held" => format!("/console/held/{id}"),
        _ => format!("/console/messages/{id}"),
    }))
}

/// GET `/console/messages/{id}/file/{file}`
pub async fn file(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let id: MessageId = asked.segment(2).parse()?;
    let wanted: AttachmentId = asked.segment(4).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let found = run(move || flow.open_file(&ctx, id, wanted)).await?;
    Ok(download(&found.name, &found.content_type, found.bytes))
}

/// GET `/console/proof/{recipient}`
pub async fn proof(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    let recipient: RecipientId = asked.segment(2).parse()?;
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let bundle = run(move || flow.proof(&ctx, recipient)).await?;
    Ok(download(
        &format!("{recipient}.proof.json"),
        "application/json",
        bundle,
    ))
}

/// Opening keeps the recipient that is shown.
fn open_action(asked: &Asked, id: MessageId) -> String {
    match asked.query("to").parse::<RecipientId>() {
        Ok(to) => format!("/console/messages/{id}/open?to={to}"),
        Err(_) => format!("/console/messages/{id}/open"),
    }
}

/// GET `/console/messages/{id}/open`: a browser that comes back to an opened page finds it sealed.
pub async fn sealed_again(asked: Asked) -> Result<Response> {
    let id: MessageId = asked.segment(2).parse()?;
    Ok(redirect(&format!("/console/messages/{id}")))
}

async fn load(asked: &Asked, desk: &Desk, id: MessageId) -> Result<(MessageView, Vec<EventView>)> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || {
        let view = flow.message(&ctx, id)?;
        let mut events = Vec::new();
        let mut after = None;
        loop {
            let page = flow.events(&ctx, id, after.as_deref(), limits::PAGE_ROWS_MAX)?;
            events.extend(page.rows);
            match page.next {
                Some(next) if events.len() < EVENTS_MAX => after = Some(next),
                _ => return Ok((view, events)),
            }
        }
    })
    .await
}

/// Events read for one page: a hundred recipients with all their attempts.
const EVENTS_MAX: usize = 5_000;

async fn content(asked: &Asked, desk: &Desk, id: MessageId) -> Result<ContentView> {
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    run(move || flow.open_content(&ctx, id)).await
}
