//! A browser small enough to read: cookies, forms with their token, redirects.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use tower::ServiceExt;

pub struct Browser {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    /// The last page shown.
    pub page: Answer,
}

#[derive(Clone, Default)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
    pub fn says(&self, words: &str) -> bool {
        self.body.contains(words)
    }
    /// The value of the first attribute that begins like `begin`, which ends before the quote.
    pub fn find(&self, begin: &str) -> Option<&str> {
        self.body
            .split_once(begin)
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(value, _)| value)
    }
}

impl Browser {
    pub fn new(router: Router) -> Self {
        Self {
            router,
            cookies: BTreeMap::new(),
            page: Answer::default(),
        }
    }

    pub async fn get(&mut self, path: &str) -> &Answer {
        let request = self
            .request("GET", path)
            .body(Body::empty())
            .expect("a request");
        self.show(request).await
    }

    /// Sends a form with the token of the page last shown.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> &Answer {
        let token = self
            .page
            .find("name=\"csrf\" value=\"")
            .unwrap_or_default()
            .to_owned();
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, "https://mail.northside.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(encode(&all)))
            .expect("a request");
        self.show(request).await
    }

    /// Sends a form with a file, `file`, as browsers do: RFC 7578.
    pub async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> &Answer {
        let token = self.page.find("name=\"csrf\" value=\"").unwrap_or_default();
        let mut body = Vec::new();
        for (name, value) in [("csrf", token)].iter().chain(fields) {
            let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        let name = if file.is_empty() { "" } else { "pat.crt" };
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = self
            .request("POST", path)
            .header(header::ORIGIN, "https://mail.northside.example")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .body(Body::from(body))
            .expect("a request");
        self.show(request).await
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let jar: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "mail.northside.example");
        if !jar.is_empty() {
            builder = builder.header(header::COOKIE, jar.join("; "));
        }
        builder
    }

    /// One exchange, then wherever it redirects to.
    pub async fn show(&mut self, request: Request<Body>) -> &Answer {
        self.page = self.send(request).await;
        for _ in 0..5 {
            if self.page.status != StatusCode::SEE_OTHER {
                break;
            }
            let to = self.page.header("location").to_owned();
            assert!(to.starts_with('/'), "leads away: {to}");
            let next = self
                .request("GET", &to)
                .body(Body::empty())
                .expect("a request");
            self.page = self.send(next).await;
        }
        &self.page
    }

    /// One exchange.
    pub async fn send(&mut self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("the router answers");
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().expect("ASCII");
            for must in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
                assert!(line.contains(must), "{must} is missing in {line}");
            }
            let (name, value) = line
                .split_once(';')
                .map_or(line, |l| l.0)
                .split_once('=')
                .expect("a pair");
            assert!(name.starts_with("__Host-"), "{name}");
            match value {
                "" => self.cookies.remove(name),
                value => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let bytes = to_bytes(body, 64 * 1024 * 1024).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric();
    let value = |text: &str| -> String {
        text.bytes()
            .map(|b| {
                if plain(b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect()
    };
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, text)| format!("{name}={}", value(text)))
        .collect();
    pairs.join("&")
}
