//! What can be proved about a message that comes in: SPF, DKIM, DMARC, ARC.
//!
//! Pure: DNS is what was learnt; where an answer is missing the examination pauses with the question
//! and goes on from there. Invariant: content is hashed only once all its keys are known.

use std::net::IpAddr;

use model::{Address, Timestamp};
use seal::arc::Arc;
use seal::dkim::DkimResult;
use seal::dmarc::{DmarcResult, Proved};
use seal::dns::{Ask, Known};
use seal::results::Results;
use seal::spf::{Spf, SpfClient};

/// One message, who brought it, and what is known so far.
pub struct Examination {
    ip: IpAddr,
    helo: String,
    from: Option<Address>,
    content: Vec<u8>,
    now: Timestamp,
    spf: Option<Spf>,
    dkim: Option<Vec<DkimResult>>,
    dmarc: Option<(Vec<String>, DmarcResult)>,
    arc: Option<Arc>,
}

impl Examination {
    pub fn new(
        ip: IpAddr,
        helo: &str,
        from: Option<&Address>,
        content: Vec<u8>,
        now: Timestamp,
    ) -> Self {
        Self {
            ip,
            helo: helo.to_owned(),
            from: from.cloned(),
            content,
            now,
            spf: None,
            dkim: None,
            dmarc: None,
            arc: None,
        }
    }

    /// Goes on until everything is known or something must be asked.
    pub fn run(&mut self, known: &Known) -> Result<Results, Ask> {
        let spf_domain = match &self.from {
            Some(from) => from.domain().as_str().to_owned(),
            None => self.helo.clone(),
        };
        let spf = self.spf(known, &spf_domain)?;
        if self.dkim.is_none() {
            self.dkim = Some(seal::dkim::check(&self.content, known, self.now)?);
        }
        let dkim = self.dkim.clone().unwrap_or_default();
        let (authors, dmarc) = match &self.dmarc {
            Some(found) => found.clone(),
            None => {
                let authors = authors(&self.content);
                let proved = Proved {
                    authors: &authors,
                    spf,
                    spf_domain: &spf_domain,
                    dkim: &dkim,
                };
                let dmarc = seal::dmarc::check(known, &proved)?;
                self.dmarc = Some((authors.clone(), dmarc));
                (authors, dmarc)
            }
        };
        let arc = match self.arc {
            Some(arc) => arc,
            None => *self.arc.insert(seal::arc::check(&self.content, known)?),
        };
        Ok(Results {
            spf,
            spf_domain,
            dkim,
            dmarc,
            author_domain: authors.into_iter().next().unwrap_or_default(),
            arc,
        })
    }

    pub fn into_content(self) -> Vec<u8> {
        self.content
    }

    fn spf(&mut self, known: &Known, domain: &str) -> Result<Spf, Ask> {
        if let Some(spf) = self.spf {
            return Ok(spf);
        }
        let client = SpfClient {
            ip: self.ip,
            helo: &self.helo,
            local: self.from.as_ref().map_or("postmaster", Address::local),
            domain,
        };
        let spf = seal::spf::check(known, &client)?;
        Ok(*self.spf.insert(spf))
    }
}

/// The domain of every author a reader may see; two From fields are two authors (RFC 9989 §5.3.1).
fn authors(content: &[u8]) -> Vec<String> {
    let Ok(message) = mail::parse(content) else {
        return Vec::new();
    };
    let from = message.from();
    from.into_iter()
        .map(|(_, address)| address.domain().as_str().to_owned())
        .collect()
}
