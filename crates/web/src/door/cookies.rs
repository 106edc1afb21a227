//! Cookies: `__Host-` and `Secure` when readers come by HTTPS, always `HttpOnly` and `SameSite=Strict`
//! (RFC 6265bis §4.1.3.2), never with a lifetime longer than the browser's window, except the language.

use axum::http::{HeaderMap, HeaderValue, header};

/// Which cookie; its full name depends on whether we are behind TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// A browser that has proved nothing yet: carries the token of its forms.
    Form,
    /// Password given, second factor not yet.
    Pending,
    /// Signed in to the console.
    Session,
    /// A visit of the portal, one for each link.
    Visit(String),
    Lang,
}

impl Cookie {
    fn name(&self, tls: bool) -> String {
        let prefix = if tls { "__Host-" } else { "" };
        let name = match self {
            Self::Form => "form",
            Self::Pending => "pending",
            Self::Session => "session",
            Self::Lang => "lang",
            Self::Visit(link) => return format!("{prefix}visit-{:016x}", fold(link)),
        };
        format!("{prefix}{name}")
    }

    /// The value a request carries.
    pub fn find(&self, headers: &HeaderMap, tls: bool) -> Option<String> {
        let name = self.name(tls);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty() && value.len() <= 256)
            .map(|(_, value)| value.to_owned())
    }

    /// The header that sets it; an empty value removes it.
    pub fn set(&self, value: &str, tls: bool) -> Option<HeaderValue> {
        let secure = if tls { "; Secure" } else { "" };
        let age = match (self, value.is_empty()) {
            (_, true) => "; Max-Age=0",
            (Self::Lang, _) => "; Max-Age=31536000",
            _ => "",
        };
        let line = format!(
            "{}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}",
            self.name(tls)
        );
        HeaderValue::from_str(&line).ok()
    }
}

/// Tells the visits of a browser apart; the link itself stays out of the cookie's name.
fn fold(link: &str) -> u64 {
    link.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
