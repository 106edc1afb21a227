//! Where the links of a message lead, by their address alone.
//!
//! No link is followed: a request would tell its owner that the mail was read, and links in a
//! clinic's mail can carry a patient's token. Addresses are read by the rules of browsers (WHATWG
//! URL), because a browser will read them. Invariant: what cannot be read as a link is none.

use model::Domain;
use url::{Host, Url};

use super::markup::{self, LINKS_MAX, Markup};
use super::names::{registered, same_owner};
use super::{Known, Suspicion, SuspicionKind, look_alike};
use crate::message::{Message, PartName};

use SuspicionKind as Kind;

/// Hosts whose links say nothing of where they lead.
const SHORTENERS: [&str; 20] = [
    "bit.ly",
    "buff.ly",
    "cutt.ly",
    "goo.gl",
    "is.gd",
    "lnkd.in",
    "ow.ly",
    "qr.ae",
    "rb.gy",
    "rebrand.ly",
    "s.id",
    "shorturl.at",
    "t.co",
    "t.ly",
    "t2m.io",
    "tiny.cc",
    "tinyurl.com",
    "trib.al",
    "v.gd",
    "x.co",
];
/// Mail gateways that pass every link through themselves and name the real one in a parameter or in
/// the path.
const GATEWAYS: [&str; 6] = [
    "cudasvc.com",
    "mimecast.com",
    "mimecastprotect.com",
    "outlook.com",
    "proofpoint.com",
    "urldefense.com",
];
const GATEWAY_LABELS: [&str; 4] = ["safelinks", "linkprotect", "urldefense", "protect"];

pub(super) fn suspicions(message: &Message<'_>, known: &Known<'_>) -> Vec<Suspicion> {
    let mut found = Vec::new();
    let mut bodies = 0;
    for part in message.shown_texts() {
        let place = PartName::Body(bodies);
        bodies += 1;
        if part.is_html {
            of_markup(&markup::read(&part.text), place, known, &mut found);
        } else {
            for link in links_in(&part.text) {
                of_link(&link, "", place, known, &mut found);
            }
        }
    }
    found
}

fn of_markup(markup: &Markup, place: PartName, known: &Known<'_>, found: &mut Vec<Suspicion>) {
    if markup.asks_password {
        found.push(Suspicion::of(Kind::CredentialForm, place));
    }
    if markup.has_script {
        found.push(Suspicion::of(Kind::ScriptInBody, place));
    }
    for link in &markup.links {
        of_link(&link.target, &link.shown, place, known, found);
    }
}

fn of_link(
    target: &str,
    shown: &str,
    place: PartName,
    known: &Known<'_>,
    found: &mut Vec<Suspicion>,
) {
    let Some(url) = read(target) else { return };
    let mut add = |kind| found.push(Suspicion::of(kind, place));
    if !matches!(url.scheme(), "http" | "https" | "ftp") {
        if matches!(
            url.scheme(),
            "data" | "javascript" | "vbscript" | "file" | "search-ms"
        ) {
            add(Kind::LinkDataScheme);
        }
        return;
    }
    if !url.username().is_empty() || url.password().is_some() {
        add(Kind::LinkUserinfo);
    }
    let host = match url.host() {
        Some(Host::Domain(host)) => host,
        Some(_) => {
            add(Kind::LinkIpHost);
            return;
        }
        None => return,
    };
    let Ok(domain) = Domain::parse(host) else {
        return;
    };
    if host.split('.').any(|label| label.starts_with("xn--")) {
        add(Kind::LinkPunycode);
    }
    if SHORTENERS.contains(&registered(domain.as_str())) {
        add(Kind::LinkShortener);
    }
    if look_alike::nearest(&domain, known.familiar()).is_some() {
        add(Kind::LinkLookAlike);
    }
    if is_gateway(&domain) {
        return;
    }
    if redirects(&url, &domain) {
        add(Kind::LinkRedirect);
    }
    if let Some(named) = host_shown(shown)
        && !same_owner(&named, &domain)
    {
        add(Kind::LinkHostDiffers);
    }
}

fn is_gateway(domain: &Domain) -> bool {
    GATEWAYS.contains(&registered(domain.as_str()))
        && domain
            .as_str()
            .split(['.', '-'])
            .any(|label| GATEWAY_LABELS.contains(&label))
}

/// Another site's address as a parameter.
fn redirects(url: &Url, domain: &Domain) -> bool {
    url.query_pairs().any(|(_, value)| {
        let Some(inner) = read(&value).filter(|inner| inner.scheme().starts_with("http")) else {
            return false;
        };
        let host = inner.host_str().and_then(|host| Domain::parse(host).ok());
        host.is_some_and(|host| !same_owner(&host, domain))
    })
}

/// The host that a reader believes to see, where the text is an address and nothing else.
fn host_shown(shown: &str) -> Option<Domain> {
    let word = shown.trim();
    if word.is_empty() || word.contains(char::is_whitespace) || word.contains('@') {
        return None;
    }
    let with_scheme = read(word).filter(|url| url.scheme().starts_with("http"));
    let url = match with_scheme {
        Some(url) => url,
        // Without a scheme only what ends like a site: `www.clinic.example/bill`, not `invoice.pdf`.
        None if word.starts_with("www.") || has_known_ending(word) => {
            read(&format!("http://{word}"))?
        }
        None => return None,
    };
    let Some(Host::Domain(host)) = url.host() else {
        return None;
    };
    Domain::parse(host)
        .ok()
        .filter(|domain| domain.as_str().contains('.'))
}

fn has_known_ending(word: &str) -> bool {
    let host = word.split(['/', '?', '#']).next().unwrap_or("");
    let known = psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix.is_known());
    host.contains('.') && known
}

fn read(target: &str) -> Option<Url> {
    Url::parse(target.trim()).ok()
}

/// Addresses in plain text, as programs make links of them.
fn links_in(text: &str) -> impl Iterator<Item = String> {
    let outside = |c: char| c.is_whitespace() || "<>\"'()[]{}".contains(c);
    text.split(outside)
        .filter(|word| word.contains("://") || word.starts_with("www."))
        .take(LINKS_MAX)
        .map(|word| {
            let word = word.trim_end_matches(['.', ',', ';', '!', '?']);
            if word.starts_with("www.") {
                format!("http://{word}")
            } else {
                word.to_owned()
            }
        })
}
