//! A form as a browser sends it: fields, and files where a page asks for some (RFC 7578).
//!
//! Invariant: both forms are read to the same limit, that of the whole body; the name of a file is not kept.

use axum::Form;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};

/// Parts that no page of ours comes near.
const PARTS_MAX: usize = 50;

/// What was sent, in its order.
#[derive(Default)]
pub(super) struct Sent {
    pub fields: Vec<(String, String)>,
    pub files: Vec<(String, Vec<u8>)>,
}

/// Gives the status that says why it could not be read.
pub(super) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Sent, StatusCode> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if essence.eq_ignore_ascii_case("multipart/form-data") {
        let parts = Multipart::from_request(request, state).await;
        return parts_read(parts.map_err(|refused| refused.status())?).await;
    }
    let form = Form::<Vec<(String, String)>>::from_request(request, state).await;
    let fields = form.map_err(|refused| refused.status())?.0;
    Ok(Sent {
        fields,
        files: Vec::new(),
    })
}

async fn parts_read(mut parts: Multipart) -> Result<Sent, StatusCode> {
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(|e| e.status())? {
        if sent.fields.len() + sent.files.len() >= PARTS_MAX {
            return Err(StatusCode::BAD_REQUEST);
        }
        let name = part.name().unwrap_or("").to_owned();
        let is_file = part.file_name().is_some();
        let octets = part.bytes().await.map_err(|e| e.status())?;
        match is_file {
            true => sent.files.push((name, octets.to_vec())),
            false => {
                let text = String::from_utf8(octets.to_vec());
                let text = text.map_err(|_| StatusCode::BAD_REQUEST)?;
                sent.fields.push((name, text));
            }
        }
    }
    Ok(sent)
}
