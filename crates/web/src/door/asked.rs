//! What was asked: path, query, form, cookies, language.
//!
//! The one way for a handler to see a form. A request that is not a plain read and whose token does
//! not fit a cookie of its part of the site, or that comes from another origin, never gets here.

use std::sync::Arc;

use axum::extract::{FromRequest, Query, Request};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::response::Response;
use model::{Code, RequestId, Timestamp};

use super::WebState;
use super::answer;
use super::cookies::Cookie;
use super::form::{self, Sent};
use crate::face::format::Zone;
use crate::face::{Frame, Lang, Place, Visitor};

type Pairs = Vec<(String, String)>;

/// One request. Cheap to clone.
#[derive(Clone)]
pub struct Asked(Arc<Inner>);

struct Inner {
    state: WebState,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    query: Pairs,
    form: Sent,
    lang: Option<Lang>,
    request: RequestId,
    now: Timestamp,
    /// A fresh form cookie for a browser that had none.
    minted: Option<String>,
}

impl FromRequest<WebState> for Asked {
    type Rejection = Response;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let query = Query::<Pairs>::try_from_uri(&parts.uri)
            .map(|q| q.0)
            .unwrap_or_default();
        let world = state.flow.world();
        let tls = state.settings.tls;
        let named = Cookie::Lang
            .find(&parts.headers, tls)
            .and_then(|word| Lang::from_word(&word));
        let header = parts
            .headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let needs_form = Cookie::Form.find(&parts.headers, tls).is_none();
        let mut inner = Inner {
            state: state.clone(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            query,
            form: Sent::default(),
            lang: named.or_else(|| header.and_then(Lang::preferred)),
            request: RequestId::mint(world.now(), world.rng.as_ref()),
            now: world.now(),
            minted: needs_form.then(|| random_text(state)),
        };
        if matches!(parts.method, Method::GET | Method::HEAD) {
            let asked = Self(Arc::new(inner));
            return asked.language_wish().map_or(Ok(asked), Err);
        }
        // RFC 8058 §3.2: mail programs post by themselves, without cookies and in either form type. The
        // link is the whole authority, and what is in the body says nothing more.
        if parts.uri.path().starts_with("/u/") {
            return Ok(Self(Arc::new(inner)));
        }
        let refused = match form::read(Request::from_parts(parts, body), state).await {
            Ok(form) => {
                inner.form = form;
                None
            }
            Err(status) => Some(code_of(status)),
        };
        let asked = Self(Arc::new(inner));
        match refused {
            Some(code) => Err(answer::trouble(&asked, &code.into())),
            None if asked.is_own() && asked.has_token() => Ok(asked),
            None => Err(answer::trouble(&asked, &Code::CsrfInvalid.into())),
        }
    }
}

/// Of a form that could not be read.
fn code_of(status: StatusCode) -> Code {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::MessageTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::ContentTypeUnsupported,
        _ => Code::FieldInvalid,
    }
}

impl Asked {
    pub fn state(&self) -> &WebState {
        &self.0.state
    }
    pub fn now(&self) -> Timestamp {
        self.0.now
    }
    pub fn path(&self) -> &str {
        self.0.uri.path()
    }
    /// Path and query, for returning after sign-in.
    pub fn here(&self) -> &str {
        self.0.uri.path_and_query().map_or("/", |p| p.as_str())
    }
    pub fn is_read(&self) -> bool {
        matches!(self.0.method, Method::GET | Method::HEAD)
    }
    pub fn is_console(&self) -> bool {
        self.path().starts_with("/console")
    }
    /// The n-th part of the path, from 0.
    pub fn segment(&self, n: usize) -> &str {
        self.path()
            .trim_start_matches('/')
            .split('/')
            .nth(n)
            .unwrap_or_default()
    }
    pub fn query(&self, name: &str) -> &str {
        find(&self.0.query, name)
    }
    /// Where a list's page begins; none for the first.
    pub fn after(&self) -> Option<String> {
        Some(self.query("after").to_owned()).filter(|after| !after.is_empty())
    }
    pub fn field(&self, name: &str) -> &str {
        find(&self.0.form.fields, name)
    }
    /// A file that was chosen; one without octets is none.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        let found = self.0.form.files.iter().find(|(key, _)| key == name);
        found
            .map(|(_, octets)| octets.as_slice())
            .filter(|octets| !octets.is_empty())
    }
    /// All values of a field that may come several times.
    pub fn fields<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .form
            .fields
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
    pub fn cookie(&self, cookie: &Cookie) -> Option<String> {
        cookie.find(&self.0.headers, self.0.state.settings.tls)
    }
    /// The form cookie to set, when the form on the page has no other to lean on.
    pub(super) fn minted(&self) -> Option<&str> {
        let cookies = self.token_cookies();
        let leans = cookies.iter().any(|cookie| self.cookie(cookie).is_some());
        self.0
            .minted
            .as_deref()
            .filter(|_| !leans && cookies.contains(&Cookie::Form))
    }
    /// What the browser wishes, else what the organisation speaks.
    pub fn lang(&self, organisation: &str) -> Lang {
        self.0
            .lang
            .or_else(|| Lang::from_word(organisation))
            .unwrap_or(Lang::En)
    }

    /// The frame of a page at an organisation of this name, zone and language.
    pub fn frame(&self, house: &House, visitor: Visitor, place: Place, idle_seconds: u64) -> Frame {
        let lang = self.lang(&house.language);
        Frame {
            lang,
            zone: Zone::find(&house.zone).unwrap_or(Zone::UTC),
            now: self.now(),
            organisation: house.name.clone(),
            other_lang_href: self.in_language(lang.other()),
            visitor,
            place,
            csrf: self.form_token(),
            idle_seconds,
            request: self.0.request.to_string(),
        }
    }

    /// This page in another language; a form's answer leads back to the page it is on.
    fn in_language(&self, lang: Lang) -> String {
        match (self.is_read(), self.is_console()) {
            (true, _) => {
                let kept = self.wishes_but_language();
                let and = if kept.is_empty() { "" } else { "&" };
                format!("{}?{kept}{and}lang={}", self.path(), lang.word())
            }
            (false, true) => format!("/console?lang={}", lang.word()),
            (false, false) => format!("{}?lang={}", self.portal_home(), lang.word()),
        }
    }

    /// The query as it came, without the wish for a language.
    fn wishes_but_language(&self) -> String {
        let query = self.0.uri.query().unwrap_or_default();
        let named = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some("lang");
        query.split('&').filter(named).collect::<Vec<_>>().join("&")
    }

    /// Where this visitor of the portal began.
    pub(super) fn portal_home(&self) -> String {
        let part = if self.segment(0) == "u" { "u" } else { "p" };
        format!("/{part}/{}", self.segment(1))
    }

    /// A read with `?lang=` is answered by keeping the wish and asking again without it.
    fn language_wish(&self) -> Option<Response> {
        let lang = Lang::from_word(self.query("lang"))?;
        // Two slashes, or a backslash, would name another host.
        let path = format!("/{}", self.path().trim_start_matches(['/', '\\']));
        let kept = self.wishes_but_language();
        let response = answer::redirect(&match kept.is_empty() {
            true => path,
            false => format!("{path}?{kept}"),
        });
        Some(answer::with_cookie(
            response,
            self,
            &Cookie::Lang,
            lang.word(),
        ))
    }

    /// The cookies whose token a form of this part of the site may carry, most specific first.
    fn token_cookies(&self) -> Vec<Cookie> {
        match (self.path(), self.is_console()) {
            ("/console/sign-in", _) => vec![Cookie::Form],
            ("/console/sign-in/code" | "/console/sign-in/set-up", _) => vec![Cookie::Pending],
            (_, true) => vec![Cookie::Session],
            (_, false) => vec![Cookie::Visit(self.segment(1).to_owned()), Cookie::Form],
        }
    }

    fn form_token(&self) -> String {
        let found = self
            .token_cookies()
            .iter()
            .find_map(|cookie| self.cookie(cookie));
        let basis = found.or_else(|| self.0.minted.clone());
        basis
            .map(|token| people::csrf_of(&token))
            .unwrap_or_default()
    }

    fn has_token(&self) -> bool {
        let given = self.field("csrf");
        let expected = self
            .token_cookies()
            .into_iter()
            .filter_map(|cookie| self.cookie(&cookie));
        expected
            .map(|token| people::csrf_of(&token))
            .any(|token| same(&token, given))
    }

    /// Whether the browser says that the form is ours; one that says nothing has only the token.
    fn is_own(&self) -> bool {
        let text = |name: HeaderName| {
            self.0
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap_or("?"))
        };
        let site = text(HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return false;
        }
        let Some(origin) = text(header::ORIGIN) else {
            return true;
        };
        let authority = origin
            .split_once("://")
            .map_or("", |(_, authority)| authority);
        let host = self
            .0
            .uri
            .authority()
            .map(|a| a.as_str())
            .or_else(|| text(header::HOST))
            .unwrap_or_default();
        let public = self
            .0
            .state
            .flow
            .settings()
            .portal_url
            .trim_end_matches('/');
        origin == public || (!authority.is_empty() && authority.eq_ignore_ascii_case(host))
    }
}

/// Whose site it is.
#[derive(Clone, Debug)]
pub struct House {
    pub name: String,
    pub zone: String,
    pub language: String,
}

impl House {
    /// Before an organisation is known.
    pub fn unknown(asked: &Asked) -> Self {
        Self {
            name: asked.state().settings.name.clone(),
            zone: "UTC".to_owned(),
            language: "en".to_owned(),
        }
    }
}

fn find<'a>(pairs: &'a Pairs, name: &str) -> &'a str {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value.as_str())
}

/// Equal, in time that depends on the length only.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |differs, (x, y)| differs | (x ^ y))
            == 0
}

/// 192 random bits as 32 letters.
fn random_text(state: &WebState) -> String {
    use base64::Engine;
    let mut bytes = [0; 24];
    state.flow.world().rng.fill(&mut bytes);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}
