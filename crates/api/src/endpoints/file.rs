//! `GET /v1/messages/{id}/files/{file}`: one attachment. Needs the right to open; recorded.

use axum::extract::State;
use axum::routing::get;
use ctx::Action;
use model::{AttachmentId, Code, MessageId};

use super::{Door, NoQuery};
use crate::answer::{Answer, download};
use crate::caller::Caller;
use crate::input::{Asked, Ids};
use crate::{ApiState, blocking};

pub(super) fn door() -> Door {
    const CODES: &[Code] = &[Code::IdInvalid, Code::NotFound, Code::KeyDestroyed];
    Door::new::<__path_download_file>(get(download_file), Action::MessageOpen, CODES)
}

/// Download a file of a message
///
/// Each download is an entry of the audit log.
#[utoipa::path(get, path = "/v1/messages/{id}/files/{file}", tag = "content",
    params(
        ("id" = String, Path, description = "The message.", example = "msg_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"),
        ("file" = String, Path, description = "The file, as the content lists it.", example = "file_01KAJ5Z3E9T7M0X4Q8V2B6N1CD"),
    ),
    responses((status = 200, description = "The file, as the sender declared its type.",
        body = Vec<u8>, content_type = "application/octet-stream", headers(
            ("Content-Disposition" = String, description = "The file's name.")
    )))
)]
async fn download_file(
    State(state): State<ApiState>,
    Caller(ctx): Caller,
    ids: Ids,
    Asked(NoQuery {}): Asked<NoQuery>,
) -> Answer {
    let (id, file): (MessageId, AttachmentId) = (ids.parse(0)?, ids.parse(1)?);
    let file = blocking(move || state.flow.open_file(&ctx, id, file)).await?;
    download(file.bytes, &file.content_type, &file.name)
}
