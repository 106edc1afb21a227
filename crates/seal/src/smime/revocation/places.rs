//! Where a certificate says that its issuer, its issuer's list and its issuer's responder are (RFC 5280 §4.2.1.13,
//! §4.2.2.1).
//!
//! Invariant: what may be asked is an URL of plain HTTP, and there are few of each.

use crate::smime::ber::{self, Element, Reader};
use crate::smime::{SmimeError, oid};

const PLACES_MAX: usize = 3;
const NAMES_MAX: usize = 20;
const URL_OCTETS_MAX: usize = 1_000;
/// `[6]` IA5String of GeneralName.
const URI: u8 = 0x86;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    lists: Vec<String>,
    responders: Vec<String>,
    issuers: Vec<String>,
    /// Of all its lists, in whatever scheme.
    names: Vec<Vec<u8>>,
}

impl Places {
    /// Whole lists by its own issuer.
    pub fn lists(&self) -> &[String] {
        &self.lists
    }
    pub fn responders(&self) -> &[String] {
        &self.responders
    }
    /// Certificates of its issuer.
    pub fn issuers(&self) -> &[String] {
        &self.issuers
    }
    /// Whether anybody could say that it was revoked.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.responders.is_empty()
    }

    pub(super) fn names_any(&self, names: &[&[u8]]) -> bool {
        names
            .iter()
            .any(|name| self.names.iter().any(|known| known == name))
    }

    pub(in crate::smime) fn take_lists(&mut self, mut value: Reader<'_>) -> Result<(), SmimeError> {
        let mut points = value.load(ber::SEQUENCE)?.inside();
        while let Some(point) = points.find_next()? {
            let mut inside = point.inside();
            let names = match inside.find(ber::context(0))? {
                Some(name) => full_names(name)?,
                None => Vec::new(),
            };
            // Reasons, or an issuer of lists that is another: not a whole list by its own issuer.
            if !inside.is_empty() {
                continue;
            }
            for name in names {
                keep(&mut self.lists, name);
                if self.names.len() < NAMES_MAX {
                    self.names.push(name.to_vec());
                }
            }
        }
        Ok(())
    }

    pub(in crate::smime) fn take_access(
        &mut self,
        mut value: Reader<'_>,
    ) -> Result<(), SmimeError> {
        let mut all = value.load(ber::SEQUENCE)?.inside();
        while let Some(one) = all.find_next()? {
            let mut inside = one.inside();
            let id = inside.load(ber::OID)?.body;
            let place = inside.any()?;
            match (id, place.tag) {
                (oid::ACCESS_RESPONDER, URI) => keep(&mut self.responders, place.body),
                (oid::ACCESS_ISSUER, URI) => keep(&mut self.issuers, place.body),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Of a DistributionPointName; none where it is relative to its issuer's.
pub(super) fn full_names(name: Element<'_>) -> Result<Vec<&[u8]>, SmimeError> {
    let mut found = Vec::new();
    if let Some(names) = name.inside().find(ber::context(0))? {
        let mut names = names.inside();
        while let Some(name) = names.find_next()? {
            if name.tag == URI {
                found.push(name.body);
            }
        }
    }
    Ok(found)
}

fn keep(into: &mut Vec<String>, url: &[u8]) {
    let is_http = url.len() > 7 && url[..7].eq_ignore_ascii_case(b"http://");
    let is_plain = url.len() <= URL_OCTETS_MAX && url.iter().all(u8::is_ascii_graphic);
    if let (true, true, Ok(url)) = (is_http, is_plain, std::str::from_utf8(url))
        && into.len() < PLACES_MAX
        && !into.iter().any(|known| known == url)
    {
        into.push(url.to_owned());
    }
}
