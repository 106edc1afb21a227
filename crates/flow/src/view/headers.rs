//! The header of a message: for staff who want to know where it came from (row 6.8).

use ctx::{Ctx, Event};
use model::{MessageId, Phi, Result};

use super::content::allow_open;
use crate::Flow;
use crate::content::load;

/// What the fields say. Only the results and the first hop were written here.
pub struct HeadersView {
    /// Empty for what did not come in by mail.
    pub checks: Vec<HeaderCheck>,
    /// Newest first.
    pub hops: Vec<HeaderHop>,
    pub seals: Vec<HeaderSeal>,
    /// Top down, names as they stand, values unfolded.
    pub fields: Vec<(String, String)>,
}

/// One method of our `Authentication-Results`.
pub struct HeaderCheck {
    pub method: String,
    pub result: String,
    /// The domain it speaks of.
    pub about: String,
}

pub struct HeaderHop {
    pub from: String,
    pub by: String,
    pub with: String,
    pub at: String,
}

/// One link of an ARC chain.
pub struct HeaderSeal {
    pub number: String,
    pub domain: String,
    pub claim: String,
}

impl Flow {
    /// # Errors
    /// As for opening the content; it is recorded before a word is shown.
    pub fn open_headers(&self, ctx: &Ctx, id: MessageId) -> Result<Phi<HeadersView>> {
        allow_open(self, ctx, id)?;
        ctx.open_phi(Event::new("message.headers_opened").message(id))?;
        let content = load(ctx, id)?.content(ctx)?;
        let message = mail::parse(&content)?;
        Ok(Phi::new(HeadersView {
            checks: own_checks(&message, &self.settings().hostname),
            hops: message.headers("received").map(hop).collect(),
            seals: message.headers("arc-seal").map(seal).collect(),
            fields: message
                .fields()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }))
    }
}

/// What we wrote when it came in; fields under our name that came with it were taken out.
pub(super) fn own_checks(message: &mail::Message<'_>, host: &str) -> Vec<HeaderCheck> {
    let mut fields = message.headers("authentication-results");
    let own = fields.find(|value| value.split(';').next().is_some_and(|id| id.trim() == host));
    own.map(checks).unwrap_or_default()
}

/// `method=result property=value …`
fn checks(value: &str) -> Vec<HeaderCheck> {
    let domains = ["smtp.mailfrom=", "header.d=", "header.from="];
    let one = |part: &str| {
        let mut words = part.split_whitespace();
        let (method, result) = words.next()?.split_once('=')?;
        let about = words.find_map(|w| domains.iter().find_map(|d| w.strip_prefix(d)));
        Some(HeaderCheck {
            method: method.to_owned(),
            result: result.to_owned(),
            about: about.unwrap_or_default().to_owned(),
        })
    };
    value.split(';').skip(1).filter_map(one).collect()
}

/// RFC 5321 §4.4: words in an order of their own, the time behind the last semicolon.
fn hop(value: &str) -> HeaderHop {
    let (words, at) = value.rsplit_once(';').unwrap_or((value, ""));
    let words: Vec<&str> = words.split_whitespace().collect();
    let after = |name: &str| {
        let at = words.iter().position(|w| w.eq_ignore_ascii_case(name));
        let found = at.and_then(|at| words.get(at + 1));
        found.copied().unwrap_or_default().to_owned()
    };
    HeaderHop {
        from: after("from"),
        by: after("by"),
        with: after("with"),
        at: at.trim().to_owned(),
    }
}

fn seal(value: &str) -> HeaderSeal {
    let tag = |name: &str| {
        let found = value.split(';').find_map(|tag| {
            let (n, value) = tag.split_once('=')?;
            (n.trim() == name).then(|| value.trim().to_owned())
        });
        found.unwrap_or_default()
    };
    HeaderSeal {
        number: tag("i"),
        domain: tag("d"),
        claim: tag("cv"),
    }
}
