//! SPF (RFC 7208): whether a client may use the domain it names.
//!
//! Pure: records come from [`Known`]. Invariant: at most ten terms that ask DNS, two of them void,
//! ten hosts a term, so a hostile record costs a bounded number of questions (§4.6.4).

mod macros;
mod record;

use std::net::IpAddr;

use crate::dns::{Ask, Found, Known};
use macros::Scene;
use record::{Masks, Mechanism, Record, Term};

/// RFC 7208 §4.6.4.
const TERMS_MAX: u32 = 10;
const VOID_MAX: u32 = 2;
const HOSTS_MAX: usize = 10;

/// RFC 7208 §2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spf {
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,
    TempError,
    PermError,
}

impl Spf {
    /// As in `Authentication-Results` (RFC 8601 §2.7.2).
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

/// Who asks to send.
pub struct SpfClient<'a> {
    pub ip: IpAddr,
    pub helo: &'a str,
    /// Local part and domain of MAIL FROM; for `<>` it is `postmaster` at the HELO name (§2.4).
    pub local: &'a str,
    pub domain: &'a str,
}

/// `check_host()` of §4.
pub fn check(known: &Known, client: &SpfClient<'_>) -> Result<Spf, Ask> {
    let ip = client.ip.to_canonical();
    let local = if client.local.is_empty() {
        "postmaster"
    } else {
        client.local
    };
    let mut run = Run {
        known,
        ip,
        helo: client.helo,
        local,
        sender_domain: client.domain,
        terms: 0,
        void: 0,
    };
    match run.host(client.domain) {
        Ok(spf) => Ok(spf),
        Err(Stop::Ask(ask)) => Err(ask),
        Err(Stop::Temp) => Ok(Spf::TempError),
        Err(Stop::Perm) => Ok(Spf::PermError),
    }
}

struct Run<'a> {
    known: &'a Known,
    ip: IpAddr,
    helo: &'a str,
    local: &'a str,
    sender_domain: &'a str,
    terms: u32,
    void: u32,
}

/// What ends the whole evaluation.
enum Stop {
    Ask(Ask),
    Temp,
    Perm,
}

impl From<Ask> for Stop {
    fn from(ask: Ask) -> Self {
        Self::Ask(ask)
    }
}

impl Run<'_> {
    fn host(&mut self, domain: &str) -> Result<Spf, Stop> {
        if !is_name(domain) {
            return Ok(Spf::None);
        }
        let Some(text) = self.select(domain)? else {
            return Ok(Spf::None);
        };
        let record = Record::parse(&text).ok_or(Stop::Perm)?;
        for term in &record.terms {
            if self.matches(term, domain)? {
                return Ok(term.verdict);
            }
        }
        let Some(redirect) = &record.redirect else {
            return Ok(Spf::Neutral);
        };
        self.count_term()?;
        let target = self.expand(redirect, domain)?;
        match self.host(&target)? {
            Spf::None => Err(Stop::Perm),
            other => Ok(other),
        }
    }

    /// §4.5: the one record of version 1.
    fn select(&self, domain: &str) -> Result<Option<Vec<u8>>, Stop> {
        let records = match self.known.txt(domain)? {
            Found::Failed => return Err(Stop::Temp),
            Found::Nothing => return Ok(None),
            Found::Records(records) => records,
        };
        let is_ours = |r: &&Vec<u8>| {
            r.get(..6)
                .is_some_and(|v| v.eq_ignore_ascii_case(b"v=spf1"))
                && matches!(r.get(6), None | Some(b' '))
        };
        let mut own = records.iter().filter(is_ours);
        match (own.next(), own.next()) {
            (Some(_), Some(_)) => Err(Stop::Perm),
            (first, _) => Ok(first.cloned()),
        }
    }

    fn matches(&mut self, term: &Term, domain: &str) -> Result<bool, Stop> {
        match &term.mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip(network, bits) => Ok(within(self.ip, *network, *bits)),
            Mechanism::Include(spec) => {
                self.count_term()?;
                let target = self.expand(spec, domain)?;
                match self.host(&target)? {
                    Spf::Pass => Ok(true),
                    Spf::None => Err(Stop::Perm),
                    _ => Ok(false),
                }
            }
            Mechanism::A(spec, masks) => {
                self.count_term()?;
                let target = self.target(spec.as_deref(), domain)?;
                let found = self.addresses(&target, self.ip.is_ipv4())?;
                Ok(found.iter().any(|ip| self.within_masks(*ip, *masks)))
            }
            Mechanism::Mx(spec, masks) => {
                self.count_term()?;
                let target = self.target(spec.as_deref(), domain)?;
                self.mx(&target, *masks)
            }
            Mechanism::Exists(spec) => {
                self.count_term()?;
                let target = self.expand(spec, domain)?;
                // §5.7: always an A query, whatever the client's family.
                Ok(!self.addresses(&target, true)?.is_empty())
            }
            Mechanism::Ptr(spec) => {
                self.count_term()?;
                let target = self.target(spec.as_deref(), domain)?;
                let suffix = format!(".{}", target.to_ascii_lowercase());
                let names = self.validated_names()?;
                Ok(names
                    .iter()
                    .any(|n| n.eq_ignore_ascii_case(&target) || n.ends_with(&suffix)))
            }
        }
    }

    fn mx(&mut self, target: &str, masks: Masks) -> Result<bool, Stop> {
        let hosts = match self.lookup_name(target, Known::mx)? {
            None => return Ok(false),
            Some(hosts) => hosts,
        };
        if hosts.len() > HOSTS_MAX {
            return Err(Stop::Perm);
        }
        for host in hosts {
            let found = match self.known.addresses(&host)? {
                Found::Failed => return Err(Stop::Temp),
                Found::Nothing => continue,
                Found::Records(found) => found,
            };
            if found.iter().any(|ip| self.within_masks(*ip, masks)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn addresses(&mut self, name: &str, v4: bool) -> Result<Vec<IpAddr>, Stop> {
        let found = self
            .lookup_name(name, Known::addresses)?
            .unwrap_or_default();
        let any = !found.is_empty();
        let own: Vec<IpAddr> = found.into_iter().filter(|ip| ip.is_ipv4() == v4).collect();
        if own.is_empty() && any {
            self.count_void()?;
        }
        Ok(own)
    }

    /// One lookup of a term. A name that cannot be one has no records (§4.8).
    fn lookup_name<T: Clone>(
        &mut self,
        name: &str,
        ask: impl for<'k> Fn(&'k Known, &str) -> Result<&'k Found<T>, Ask>,
    ) -> Result<Option<Vec<T>>, Stop> {
        if !is_askable(name) {
            return Ok(None);
        }
        match ask(self.known, name)? {
            Found::Failed => Err(Stop::Temp),
            Found::Records(found) if !found.is_empty() => Ok(Some(found.clone())),
            _ => self.count_void().map(|()| None),
        }
    }

    /// §5.5: names of the client's address whose own address is the client's.
    fn validated_names(&mut self) -> Result<Vec<String>, Stop> {
        let names = match self.known.names(self.ip)? {
            Found::Records(names) => names.clone(),
            Found::Nothing => {
                self.count_void()?;
                return Ok(Vec::new());
            }
            Found::Failed => return Ok(Vec::new()),
        };
        let mut valid = Vec::new();
        for name in names.iter().take(HOSTS_MAX) {
            if let Found::Records(found) = self.known.addresses(name)?
                && found.contains(&self.ip)
            {
                valid.push(name.to_ascii_lowercase());
            }
        }
        Ok(valid)
    }

    fn target(&mut self, spec: Option<&str>, domain: &str) -> Result<String, Stop> {
        match spec {
            None => Ok(domain.to_owned()),
            Some(spec) => self.expand(spec, domain),
        }
    }

    fn expand(&mut self, spec: &str, domain: &str) -> Result<String, Stop> {
        let validated = if macros::asks_for_name(spec) {
            let names = self.validated_names()?;
            macros::best_name(&names, domain)
        } else {
            String::new()
        };
        let scene = Scene {
            ip: self.ip,
            helo: self.helo,
            local: self.local,
            sender_domain: self.sender_domain,
            domain,
            validated: &validated,
        };
        Ok(macros::expand(spec, &scene))
    }

    fn within_masks(&self, ip: IpAddr, masks: Masks) -> bool {
        within(self.ip, ip, if ip.is_ipv4() { masks.v4 } else { masks.v6 })
    }

    fn count_term(&mut self) -> Result<(), Stop> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(Stop::Perm);
        }
        Ok(())
    }

    fn count_void(&mut self) -> Result<(), Stop> {
        self.void += 1;
        if self.void > VOID_MAX {
            return Err(Stop::Perm);
        }
        Ok(())
    }
}

/// Whether two addresses of one family share their first `bits`.
fn within(a: IpAddr, b: IpAddr, bits: u8) -> bool {
    let same = |a: u128, b: u128, width: u8| {
        let shift = u32::from(width - bits.min(width));
        bits == 0 || a >> shift == b >> shift
    };
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(a.to_bits().into(), b.to_bits().into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        _ => false,
    }
}

/// §4.3: a name with more than one label that DNS could hold.
fn is_name(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    domain.contains('.') && is_askable(domain)
}

fn is_askable(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(|l| (1..=63).contains(&l.len())) && name.is_ascii()
}
