//! `GET /v1/health`: the process answers. No credentials, no facts about anyone.

pub(crate) async fn health() -> &'static str {
    "{\"status\":\"ok\"}"
}
