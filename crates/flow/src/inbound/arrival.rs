//! What looks wrong about a message for people: what engines found, who it says it is from, where it leads,
//! what it carries; and whether somebody looks at it before anybody reads it.
//!
//! Computed outside the transaction from what the commit before it left; stored by the message's own commit
//! as words, weights and places. Invariant: nothing is quarantined without its words, and a sender in
//! quarantine stays a stranger.

use ctx::{Ctx, Event};
use extract::Mark;
use mail::PartName;
use mail::suspect::{self, Arrival, Concern, Known, Proved, Seen, Suspicion, SuspicionKind};
use model::{Address, ArrivalState, Code, Domain, Error, MessageId, Result, limits};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::tables::{arrivals, messages};

use super::familiar::{self, Familiar};
use super::frequent;
use super::{Incoming, Results};
use crate::Flow;
use crate::inbound::message::best_dkim;

/// What engines beside us found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    pub kinds: Vec<SuspicionKind>,
    /// Names of signatures and advice, as the engines gave them.
    pub named: Vec<String>,
}

/// How its author stands to the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// A recipient of the message that this answers.
    Answering,
    Anyone,
}

/// As it is stored: no name, address or link of the message is in it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Stored {
    pub suspicions: Vec<StoredSuspicion>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredSuspicion {
    pub word: String,
    pub weight: u32,
    pub place: String,
}

/// What was found about one message for one mailbox.
pub(super) struct Judged {
    suspicions: Vec<Suspicion>,
    named: Vec<String>,
    pub concern: Concern,
    found: String,
    sender: [u8; 32],
    domain: [u8; 32],
    /// Whose people answered us with this, where that may be learnt.
    answers: Option<Domain>,
    /// Its sender was told no.
    is_refused: bool,
}

/// # Errors
/// The store's.
pub(super) fn judge(
    flow: &Flow,
    ctx: &Ctx,
    mailbox: &Address,
    author: Author,
    message: &mail::Message<'_>,
    incoming: &Incoming,
) -> Result<Judged> {
    let familiar = familiar::of(flow, ctx.organisation())?;
    let authors = message.from();
    let sender = sender_token(ctx, mailbox, authors.first().map(|(_, address)| address))?;
    let domain = domain_token(ctx, authors.first().map(|(_, address)| address.domain()))?;
    let (first_time, seen) = history(ctx, author, sender, domain)?;
    let answers_own = author == Author::Answering || answers_ours(flow, ctx, message)?;
    let arrival = Arrival {
        message,
        envelope_from: incoming.from.as_ref(),
        proved: proved(&incoming.results),
        first_time,
        answers_own,
    };
    let mut suspicions = of(&arrival, &familiar, &|_| seen);
    let engines = incoming.looked.kinds.iter();
    suspicions.extend(engines.map(|kind| Suspicion::of_whole(*kind)));
    suspicions.sort_by_key(|one| std::cmp::Reverse(one.weight));
    let stored = Stored {
        suspicions: suspicions.iter().map(StoredSuspicion::of).collect(),
        named: incoming.looked.named.clone(),
    };
    let concern = suspect::verdict(&suspicions);
    let is_author = incoming.results.dmarc.dmarc == seal::dmarc::Dmarc::Pass;
    let learnt = authors.first().filter(|_| answers_own && is_author);
    let answers = learnt.and_then(|(_, author)| frequent::learnable(&familiar, author.domain()));
    metrics::counter!("arrivals_total", "concern" => concern.word()).increment(1);
    Ok(Judged {
        concern,
        suspicions,
        named: stored.named.clone(),
        found: serde_json::to_string(&stored).map_err(|e| Error::new(Code::Internal).because(e))?,
        sender,
        domain,
        answers,
        is_refused: false,
    })
}

fn of(
    arrival: &Arrival<'_>,
    familiar: &Familiar,
    seen: &dyn Fn(&Domain) -> Seen,
) -> Vec<Suspicion> {
    let known = Known {
        own_domains: &familiar.own,
        partners: &familiar.partners,
        correspondents: &familiar.frequent,
        staff: &familiar.staff,
        seen,
    };
    suspect::suspicions(arrival, &known)
}

/// What files hold however deep, as their readers found it, where the list of an archive does not show it.
fn of_files(scanned: &crate::scan::Scanned) -> Vec<SuspicionKind> {
    let programs = [Mark::Executable, Mark::Shortcut, Mark::DiskImage];
    let marks = &scanned.carried.marks;
    let mut kinds = Vec::new();
    if programs.iter().any(|mark| marks.contains(mark)) {
        kinds.push(SuspicionKind::DangerousInArchive);
    }
    if marks.contains(&Mark::Encrypted) {
        kinds.push(SuspicionKind::EncryptedArchive);
    }
    let mut unread = scanned.findings.unscannable.iter();
    if unread.any(|(_, because)| because.starts_with("limit_") || because == "overlap") {
        kinds.push(SuspicionKind::UnreadableArchive);
    }
    kinds
}

impl Judged {
    /// With what the readers of its files found.
    pub fn with_files(mut self, accepted: &crate::accept::Accepted) -> Result<Self> {
        let programs = [
            SuspicionKind::ExecutableAttachment,
            SuspicionKind::ShortcutAttachment,
            SuspicionKind::DiskImageAttachment,
        ];
        let has =
            |kinds: &[SuspicionKind]| self.suspicions.iter().any(|one| kinds.contains(&one.kind));
        let known = has(&programs);
        let told = |kind: SuspicionKind| {
            has(&[kind]) || known && kind == SuspicionKind::DangerousInArchive
        };
        let new = of_files(&accepted.scanned).into_iter();
        let new = new.filter(|kind| !told(*kind));
        let new: Vec<Suspicion> = new.map(Suspicion::of_whole).collect();
        if new.is_empty() {
            return Ok(self);
        }
        self.suspicions.extend(new);
        self.suspicions
            .sort_by_key(|one| std::cmp::Reverse(one.weight));
        self.concern = suspect::verdict(&self.suspicions);
        let stored = Stored {
            suspicions: self.suspicions.iter().map(StoredSuspicion::of).collect(),
            named: self.named.clone(),
        };
        self.found =
            serde_json::to_string(&stored).map_err(|e| Error::new(Code::Internal).because(e))?;
        Ok(self)
    }

    /// Of what is kept although it was refused.
    pub fn refused(mut self) -> Self {
        self.is_refused = true;
        self
    }

    pub fn state(&self) -> ArrivalState {
        match self.concern {
            _ if self.is_refused => ArrivalState::Rejected,
            Concern::Quarantine => ArrivalState::Quarantined,
            Concern::None | Concern::Banner => ArrivalState::Passed,
        }
    }

    /// Writes it beside its message.
    pub fn insert(&self, ctx: &Ctx, tx: &mut Tx<'_>, message: MessageId) -> Result<()> {
        let (organisation, now) = (ctx.organisation(), ctx.now());
        let row = arrivals::Arrival {
            message,
            organisation,
            concern: self.concern.word().to_owned(),
            state: self.state(),
            found: self.found.clone(),
            sender_token: self.sender,
            domain_token: self.domain,
            created_at: now,
            decided: None,
        };
        arrivals::insert(tx, &row, self.suspicions.iter().map(|s| s.kind.word()))?;
        if row.state == ArrivalState::Rejected {
            return Ok(());
        }
        if row.state != ArrivalState::Quarantined {
            if let Some(domain) = &self.answers {
                frequent::learn(ctx, tx, domain)?;
            }
            return know(tx, &row, now);
        }
        let mut words: Vec<&str> = self.suspicions.iter().map(|s| s.kind.word()).collect();
        words.dedup();
        let event = Event::new("message.quarantined").message(message);
        ctx.record(tx, event.fact("suspicions", words.join(" ")))
            .map(drop)
    }
}

impl StoredSuspicion {
    fn of(suspicion: &Suspicion) -> Self {
        Self {
            word: suspicion.kind.word().to_owned(),
            weight: suspicion.weight,
            place: place(suspicion.place),
        }
    }
}

/// A word and at most a number: a file's name is the message's own.
fn place(place: PartName) -> String {
    match place {
        PartName::Subject => "subject".to_owned(),
        PartName::Header(_) => "header".to_owned(),
        PartName::Body(_) => "body".to_owned(),
        PartName::Attachment(at) => format!("attachment {}", at + 1),
    }
}

/// From now on sender and domain were here before.
pub(super) fn know(tx: &mut Tx<'_>, row: &arrivals::Arrival, now: model::Timestamp) -> Result<()> {
    arrivals::know(tx, row.organisation, &row.sender_token, now)?;
    arrivals::know(tx, row.organisation, &row.domain_token, now)
}

fn history(ctx: &Ctx, author: Author, sender: [u8; 32], domain: [u8; 32]) -> Result<(bool, Seen)> {
    let organisation = ctx.organisation();
    let (wrote, seen) = ctx.world().store.read(move |tx| {
        Ok((
            arrivals::is_known(tx, organisation, &sender)?,
            arrivals::is_known(tx, organisation, &domain)?,
        ))
    })?;
    let first_time = author == Author::Anyone && !wrote;
    Ok((first_time, if seen { Seen::Before } else { Seen::Never }))
}

fn sender_token(ctx: &Ctx, mailbox: &Address, author: Option<&Address>) -> Result<[u8; 32]> {
    let author = author.map(Address::fold).unwrap_or_default();
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("known-sender", &format!("{} {author}", mailbox.fold())))
}

pub(super) fn domain_token(ctx: &Ctx, domain: Option<&Domain>) -> Result<[u8; 32]> {
    let name = domain.map_or("", |domain| suspect::registered(domain.as_str()));
    let keys = ctx.world().keys(ctx.organisation())?;
    Ok(keys.blind("known-sender-domain", name))
}

fn proved(results: &Results) -> Proved<'_> {
    Proved {
        spf: results.spf.word(),
        dkim: best_dkim(results),
        dmarc: results.dmarc.dmarc.word(),
    }
}

/// Our Message-IDs hold the message's own id.
fn answers_ours(flow: &Flow, ctx: &Ctx, message: &mail::Message<'_>) -> Result<bool> {
    let host = format!("@{}", flow.settings().hostname);
    let fields = message
        .headers("in-reply-to")
        .chain(message.headers("references"));
    let named = fields.flat_map(|field| field.split(['<', '>', ' ']));
    let ids = named
        .filter_map(|word| word.strip_suffix(&host)?.parse::<MessageId>().ok())
        .take(limits::ANSWERED_IDS_MAX);
    let (ids, organisation) = (ids.collect::<Vec<_>>(), ctx.organisation());
    if ids.is_empty() {
        return Ok(false);
    }
    ctx.world().store.read(move |tx| {
        for id in &ids {
            if messages::find(tx, *id, organisation)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    })
}
