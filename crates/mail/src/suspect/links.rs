//! Where the links of a message lead, by their address alone.
//!
//! No link is followed: a request would tell its owner that the mail was read, and links in a
//! clinic's mail can carry a patient's token. Addresses are read by the rules of browsers (WHATWG
//! URL), because a browser will read them. Invariant: what cannot be read as a link is none.

use std::collections::BTreeMap;

use model::Domain;
use url::{Host, Url};

use super::look_alike::Familiar;
use super::markup::{self, LINKS_MAX, Markup};
use super::names::{registered, same_owner};
use super::{Suspicion, SuspicionKind};
use crate::message::{Message, PartName};

use SuspicionKind as Kind;

/// Hosts of one message that are compared with known ones.
const HOSTS_COMPARED_MAX: usize = 50;
/// Schemes by which a link brings a page or a program of its own.
const ACTIVE_SCHEMES: [&str; 5] = ["data", "file", "javascript", "search-ms", "vbscript"];
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

pub(super) fn suspicions(message: &Message<'_>, familiar: &Familiar<'_>) -> Vec<Suspicion> {
    let mut reader = Reader {
        familiar,
        hosts: BTreeMap::new(),
        place: PartName::Body(0),
        found: Vec::new(),
    };
    for (n, part) in message.shown_texts().enumerate() {
        reader.place = PartName::Body(n);
        if part.is_html {
            reader.markup(&markup::read(&part.text));
        } else {
            for link in links_in(&part.text) {
                reader.link(&link, "");
            }
        }
    }
    reader.found
}

struct Reader<'a> {
    familiar: &'a Familiar<'a>,
    /// Hosts met, and whether each is like a known one.
    hosts: BTreeMap<String, bool>,
    place: PartName,
    found: Vec<Suspicion>,
}

impl Reader<'_> {
    fn markup(&mut self, markup: &Markup) {
        if markup.asks_password {
            self.add(Kind::CredentialForm);
        }
        if markup.has_script {
            self.add(Kind::ScriptInBody);
        }
        for link in &markup.links {
            self.link(&link.target, &link.shown);
        }
    }

    fn link(&mut self, target: &str, shown: &str) {
        let Some(url) = read(target) else { return };
        if !matches!(url.scheme(), "http" | "https" | "ftp") {
            if ACTIVE_SCHEMES.contains(&url.scheme()) {
                self.add(Kind::LinkDataScheme);
            }
            return;
        }
        if !url.username().is_empty() || url.password().is_some() {
            self.add(Kind::LinkUserinfo);
        }
        match url.host() {
            Some(Host::Domain(host)) => {
                if let Ok(domain) = Domain::parse(host) {
                    self.site(&url, &domain, shown);
                }
            }
            Some(_) => self.add(Kind::LinkIpHost),
            None => {}
        }
    }

    fn site(&mut self, url: &Url, domain: &Domain, shown: &str) {
        if self.is_like_known(domain) {
            self.add(Kind::LinkLookAlike);
        }
        let is_foreign = domain.as_str().split('.').any(|l| l.starts_with("xn--"));
        if is_foreign && !self.familiar.holds(domain) {
            self.add(Kind::LinkPunycode);
        }
        if SHORTENERS.contains(&registered(domain.as_str())) {
            self.add(Kind::LinkShortener);
        }
        if is_gateway(domain) {
            return;
        }
        if redirects(url, domain) {
            self.add(Kind::LinkRedirect);
        }
        if host_shown(shown).is_some_and(|named| !same_owner(&named, domain)) {
            self.add(Kind::LinkHostDiffers);
        }
    }

    /// Each host is compared once; a message with more hosts than that is no letter.
    fn is_like_known(&mut self, domain: &Domain) -> bool {
        if let Some(known) = self.hosts.get(domain.as_str()) {
            return *known;
        }
        if self.hosts.len() >= HOSTS_COMPARED_MAX {
            return false;
        }
        let is_like = self.familiar.nearest(domain).is_some();
        self.hosts.insert(domain.as_str().to_owned(), is_like);
        is_like
    }

    fn add(&mut self, kind: Kind) {
        let one = Suspicion::of(kind, self.place);
        if !self.found.contains(&one) {
            self.found.push(one);
        }
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
