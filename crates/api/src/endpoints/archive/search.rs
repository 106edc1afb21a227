//! `POST /v1/archive/search`: messages by what they say. It posts, so that what is looked for stays out of links
//! and their logs.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use ctx::Action;
use model::{Code, Error, MessageId, Timestamp, limits};
use records::{Excerpt, Found, Page};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{Door, NoQuery};
use crate::answer::{Answer, json};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::input::{self, Asked};
use crate::{ApiState, blocking, schema};

/// What to look for, and when it was accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArchiveSearch {
    /// Words (in any form), `"exact phrases"`, `AND`, `OR`, `NOT` or `-`, brackets, `a NEAR/5 b`, `hosp*`, `h?sp*l`,
    /// `hospitl~`, and places and marks: `subject:`, `body:`, `from:`, `to:`, `people:`, `file:`, `in:sent`,
    /// `has:file`, `has:phi`, `method:portal`, `level:likely`, `stream:marketing`, `label:`.
    #[schema(max_length = 2000, example = "\"insulin pump\" from:nurse -has:file")]
    query: String,
    /// RFC 3339.
    since: Option<String>,
    /// RFC 3339; not part of it.
    until: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
    /// Show subject, people and the words around what was found. Which messages were shown is kept, sealed, in the
    /// audit log.
    #[serde(default)]
    excerpts: bool,
}

/// A page of hits, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveHits {
    hits: Vec<ArchiveHit>,
    /// Pass it as `after` for the next page; null on the last.
    next: Option<String>,
    /// Messages that are not archived yet, or of which not all can be found: a search may have missed them.
    missing: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveHit {
    #[schema(schema_with = schema::message_id)]
    id: MessageId,
    #[schema(schema_with = schema::moment)]
    created_at: Timestamp,
    /// Where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<ArchiveExcerpt>,
}

/// What a hit says around the words that were found.
#[derive(Serialize, ToSchema)]
pub(crate) struct ArchiveExcerpt {
    subject: String,
    from: String,
    /// The first recipient.
    to: String,
    /// How many recipients there are beside.
    more: usize,
    /// Where the words stand: `body`, `file`, or nothing where only the head holds them.
    place: &'static str,
    text: Vec<ArchivePassage>,
    /// Its key was destroyed: nothing of it is left.
    gone: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ArchivePassage {
    text: String,
    /// Whether it was looked for.
    found: bool,
}

pub(in crate::endpoints) fn door() -> Door {
    const CODES: &[Code] = &[
        Code::JsonInvalid,
        Code::ContentTypeUnsupported,
        Code::FieldUnknown,
        Code::FieldType,
        Code::FieldMissing,
        Code::FieldInvalid,
        Code::CursorInvalid,
        Code::MessageTooLarge,
    ];
    Door::new::<__path_search_archive>(post(search_archive), Action::ArchiveSearch, CODES)
}

/// Search the archive
///
/// Newest first, 50 on a page. The search is kept, sealed, in the audit log.
#[utoipa::path(post, path = "/v1/archive/search", tag = "archive", request_body = ArchiveSearch,
    responses((status = 200, description = "A page.", body = ArchiveHits))
)]
async fn search_archive(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    Asked(NoQuery {}): Asked<NoQuery>,
    body: JsonBody,
) -> Answer {
    let found = blocking(move || {
        let asked: ArchiveSearch = crate::json::from_slice(&body.bytes)?;
        let before = asked.after.map(|after| {
            after
                .parse()
                .map_err(|_| Error::new(Code::CursorInvalid).at("/after"))
        });
        let page = Page {
            query: asked.query,
            since: input::moment("since", asked.since.as_deref())?,
            until: input::moment("until", asked.until.as_deref())?,
            before: before.transpose()?,
            rows: limits::PAGE_ROWS,
        };
        match state.records.search(&ctx, &page)? {
            Found::Unclear(error) => Err(Error::new(Code::FieldInvalid)
                .at("/query")
                .advising(error.why.advice())),
            Found::Hits {
                hits,
                next,
                missing,
                find,
            } => {
                let excerpts = match asked.excerpts {
                    true => state.records.excerpts(&ctx, &find, &hits)?,
                    false => Vec::new(),
                };
                let mut excerpts = excerpts.into_iter().map(shown);
                let hits = hits.into_iter().map(|hit| ArchiveHit {
                    id: hit.message,
                    created_at: hit.created_at,
                    excerpt: excerpts.next(),
                });
                Ok(ArchiveHits {
                    hits: hits.collect(),
                    next: next.map(|at| at.to_string()),
                    missing,
                })
            }
        }
    })
    .await?;
    json(StatusCode::OK, &found)
}

fn shown(excerpt: Excerpt) -> ArchiveExcerpt {
    let passage = |(text, found)| ArchivePassage { text, found };
    ArchiveExcerpt {
        subject: excerpt.subject,
        from: excerpt.from,
        to: excerpt.to,
        more: excerpt.more,
        place: excerpt.place,
        text: excerpt.text.into_iter().map(passage).collect(),
        gone: excerpt.gone,
    }
}
