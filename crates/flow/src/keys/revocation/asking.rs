//! Asking: issuers where certificates say they are, then their lists, then responders where no list is named.
//!
//! A list tells whoever keeps it only that it is read, a question to a responder which certificate is meant. Invariant:
//! a list is read once for all certificates of a round.

use std::sync::{Arc, Mutex, PoisonError};

use model::{RevocationDoubt, Timestamp, limits};
use seal::smime::{Certificate, RevocationList, Status, ask_responder, judge_answer};

use super::round::Job;
use crate::Flow;
use crate::keys::asked::{Directories, Fetch, Reply};

/// Lists that were read of late: those that certificates share are fetched once.
#[derive(Default)]
pub(crate) struct Lists(Mutex<Vec<Held>>);

struct Held {
    url: String,
    octets: Arc<Vec<u8>>,
    read_at: Timestamp,
}

impl Lists {
    fn find(&self, url: &str, now: Timestamp) -> Option<Arc<Vec<u8>>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|held| held.read_at.plus(limits::REVOCATION_LIST_KEEP) > now);
        let held = all.iter().find(|held| held.url == url);
        held.map(|held| held.octets.clone())
    }

    fn keep(&self, url: &str, octets: Arc<Vec<u8>>, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|held| held.url != url);
        all.push(Held {
            url: url.to_owned(),
            octets,
            read_at: now,
        });
        let mut whole: usize = all.iter().map(|held| held.octets.len()).sum();
        while whole > limits::REVOCATION_LISTS_OCTETS_MAX {
            whole -= all.remove(0).octets.len();
        }
    }
}

/// One round's questions.
pub(super) struct Asking<'a> {
    flow: &'a Flow,
    directories: &'a dyn Directories,
    is_over: &'a dyn Fn() -> bool,
}

impl<'a> Asking<'a> {
    pub fn new(flow: &'a Flow, is_over: &'a dyn Fn() -> bool) -> Option<Self> {
        let directories = flow.lookups().directories()?.as_ref();
        Some(Self {
            flow,
            directories,
            is_over,
        })
    }

    pub fn ask(&self, jobs: &mut [Job]) {
        self.find_issuers(jobs);
        self.ask_lists(jobs);
        self.ask_responders(jobs);
    }

    fn find_issuers(&self, jobs: &mut [Job]) {
        let lost = |job: &Job| job.issuer.is_none() && !job.certificate.places().is_empty();
        let named = jobs.iter().filter(|job| lost(job));
        let urls = distinct(named.flat_map(|job| job.certificate.places().issuers()));
        let asked = urls.iter().map(|url| Fetch {
            url: url.clone(),
            body: None,
            octets_max: limits::REVOCATION_ANSWER_OCTETS_MAX,
        });
        let wait = limits::REVOCATION_ANSWER_WAIT;
        let replies = match urls.is_empty() {
            true => Vec::new(),
            false => self.directories.fetch(asked.collect(), wait),
        };
        let found: Vec<(String, Vec<Certificate>)> = urls
            .into_iter()
            .zip(replies)
            .map(|(url, reply)| (url, certificates(reply)))
            .collect();
        for job in jobs.iter_mut().filter(|job| lost(job)) {
            let names = job.certificate.places().issuers();
            let theirs = found.iter().filter(|(url, _)| names.contains(url));
            let mut all = theirs.flat_map(|(_, certificates)| certificates);
            job.issuer = all.find(|one| job.certificate.is_issued_by(one)).cloned();
            if job.issuer.is_none() {
                job.status = Some(Status::Unknown(RevocationDoubt::NoIssuer));
            }
        }
    }

    /// Places of one certificate are tried one after the other.
    fn ask_lists(&self, jobs: &mut [Job]) {
        let most = jobs
            .iter()
            .map(|job| job.certificate.places().lists().len());
        for place in 0..most.max().unwrap_or(0) {
            let is_asked = |job: &Job| job.is_open() && job.issuer.is_some();
            let open = jobs.iter().filter(|job| is_asked(job));
            let urls = distinct(open.filter_map(|job| job.certificate.places().lists().get(place)));
            for url in urls {
                if (self.is_over)() {
                    return;
                }
                let list = self.list(&url);
                let named = |job: &&mut Job| {
                    let lists = job.certificate.places().lists();
                    is_asked(job) && lists.get(place) == Some(&url)
                };
                for job in jobs.iter_mut().filter(named) {
                    job.status = job.issuer.as_ref().map(|issuer| match &list {
                        Ok(list) => list.judge(&job.certificate, issuer, self.flow.world().now()),
                        Err(doubt) => Status::Unknown(*doubt),
                    });
                }
            }
        }
    }

    fn list(&self, url: &str) -> Result<RevocationList, RevocationDoubt> {
        let (lists, now) = (self.flow.lookups().lists(), self.flow.world().now());
        if let Some(octets) = lists.find(url, now)
            && let Ok(list) = RevocationList::read(&octets)
            && !list.is_over(now)
        {
            return Ok(list);
        }
        let asked = Fetch {
            url: url.to_owned(),
            body: None,
            octets_max: limits::REVOCATION_LIST_OCTETS_MAX,
        };
        let wait = limits::REVOCATION_LIST_WAIT;
        let Some(Reply::Found(octets)) = self.directories.fetch(vec![asked], wait).pop() else {
            return Err(RevocationDoubt::NotReached);
        };
        let list = RevocationList::read(&octets).map_err(|_| RevocationDoubt::Unreadable)?;
        lists.keep(url, Arc::new(octets), now);
        Ok(list)
    }

    /// Those that name no list.
    fn ask_responders(&self, jobs: &mut [Job]) {
        if (self.is_over)() {
            return;
        }
        let mut asked = Vec::new();
        for (at, job) in jobs.iter().enumerate() {
            let places = job.certificate.places();
            let (true, Some(url), Some(issuer)) = (
                places.lists().is_empty(),
                places.responders().first(),
                &job.issuer,
            ) else {
                continue;
            };
            if let Ok(body) = ask_responder(&job.certificate, issuer) {
                let question = Fetch {
                    url: url.clone(),
                    body: Some(body),
                    octets_max: limits::REVOCATION_ANSWER_OCTETS_MAX,
                };
                asked.push((at, question));
            }
        }
        if asked.is_empty() {
            return;
        }
        let (at, questions): (Vec<usize>, Vec<Fetch>) = asked.into_iter().unzip();
        let wait = limits::REVOCATION_ANSWER_WAIT;
        let replies = self.directories.fetch(questions, wait);
        for (at, reply) in at.into_iter().zip(replies) {
            let job = &mut jobs[at];
            job.status = job.issuer.as_ref().map(|issuer| match reply {
                Reply::Found(answer) => {
                    let now = self.flow.world().now();
                    judge_answer(&answer, &job.certificate, issuer, now)
                }
                Reply::None | Reply::Fault => Status::Unknown(RevocationDoubt::NotReached),
            });
        }
    }
}

fn certificates(reply: Reply<Vec<u8>>) -> Vec<Certificate> {
    match reply {
        Reply::Found(octets) => Certificate::parse_all(&octets).unwrap_or_default(),
        Reply::None | Reply::Fault => Vec::new(),
    }
}

fn distinct<'a>(urls: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for url in urls {
        if !all.contains(url) {
            all.push(url.clone());
        }
    }
    all
}
