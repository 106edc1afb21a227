//! What comes in the path, the query and the headers.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use model::{Code, Error, Result, Timestamp, limits};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::json::Json;
use crate::problem::Problem;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The ids of the path, in its order.
pub(crate) struct Ids(Vec<String>);

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| Problem::from(Code::IdInvalid))?;
        Ok(Self(
            params.iter().map(|(_, value)| value.to_owned()).collect(),
        ))
    }
}

impl Ids {
    pub(crate) fn parse<T: FromStr<Err = Error>>(&self, position: usize) -> Result<T> {
        self.0
            .get(position)
            .ok_or_else(|| Error::new(Code::IdInvalid))?
            .parse()
    }
}

/// The query, every parameter known and given at most once.
pub(crate) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(read(pairs(parts)?)?))
    }
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// `next` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]{32}$")]
    after: Option<String>,
    /// How many: 1 to 200. Default: 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200)]
    limit: Option<String>,
}

/// The query of a list: which page, and what else is asked for, as in [`Asked`].
pub(crate) struct Listing<T> {
    pub after: Option<String>,
    pub rows: usize,
    pub wanted: T,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Listing<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let of_page = |(name, _): &Pair| matches!(name.as_str(), "after" | "limit");
        let (paging, wanted) = pairs(parts)?.into_iter().partition::<Vec<_>, _>(of_page);
        let (wanted, paging) = (read(wanted)?, read::<Paging>(paging)?);
        Ok(Self {
            rows: limit(paging.limit.as_deref())?,
            after: paging.after,
            wanted,
        })
    }
}

type Pair = (String, String);

fn pairs(parts: &Parts) -> Result<Vec<Pair>> {
    let Query(pairs) = Query::try_from_uri(&parts.uri).map_err(|_| Code::QueryInvalid)?;
    Ok(pairs)
}

fn read<T: DeserializeOwned>(pairs: Vec<Pair>) -> Result<T> {
    let object = pairs
        .into_iter()
        .map(|(name, value)| (Cow::Owned(name), Json::Text(Cow::Owned(value))));
    Json::Object(object.collect())
        .read()
        .map_err(|error| query_error(error.pointer().map(|p| p.trim_start_matches('/'))))
}

/// A parameter has no JSON pointer: `?name` says where.
fn query_error(name: Option<&str>) -> Error {
    let error = Error::new(Code::QueryInvalid);
    match name {
        Some(name) if !name.is_empty() => error.at(format!("?{name}")),
        _ => error,
    }
}

pub(crate) fn limit(given: Option<&str>) -> Result<usize> {
    let Some(text) = given else {
        return Ok(limits::PAGE_ROWS);
    };
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    let rows = text
        .parse()
        .ok()
        .filter(|rows| plain && (1..=limits::PAGE_ROWS_MAX).contains(rows));
    rows.ok_or_else(|| query_error(Some("limit")))
}

pub(crate) fn moment(name: &str, given: Option<&str>) -> Result<Option<Timestamp>> {
    let parse = |text| Timestamp::parse_rfc3339(text).ok_or_else(|| query_error(Some(name)));
    given.map(parse).transpose()
}

pub(crate) fn word<T>(
    name: &str,
    given: Option<&str>,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>> {
    given
        .map(|text| read(text).ok_or_else(|| query_error(Some(name))))
        .transpose()
}

/// At most one; its letters are checked where it is used.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => match value.to_str() {
            Ok(text) => Ok(Some(text.to_owned())),
            Err(_) => Err(Code::IdempotencyKeyInvalid.into()),
        },
        (Some(_), Some(_)) => Err(Code::IdempotencyKeyInvalid.into()),
    }
}
