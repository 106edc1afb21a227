//! Who a message says it is from: domain, name, where answers go, and whether it was here before.
//!
//! Not here: whether the sender was proved, which is an argument. Invariant: someone of the
//! organisation whose mail was proved raises no suspicion here.

use model::{Address, Domain};

use super::look_alike::Familiar;
use super::names::{belongs_to, is_free_mail, mixes_scripts, person, registered, same_owner};
use super::{Arrival, Known, Seen, Suspicion, SuspicionKind, requests};
use crate::message::{Message, PartName};

const FROM: PartName = PartName::Header("from");
/// Answers to a stranger's free mailbox are the usual way of fraud by mail.
const REPLY_TO_FREE_MAIL: u32 = 40;
/// A list of the organisation's own may send so; it is warned of, not kept.
const SENDER_OF_OURS: u32 = 60;

pub(super) fn suspicions(
    arrival: &Arrival<'_>,
    known: &Known<'_>,
    familiar: &Familiar<'_>,
) -> Vec<Suspicion> {
    let message = arrival.message;
    let mut found = Vec::new();
    let authors = message.from();
    if authors.len() != 1 || message.headers("from").count() != 1 {
        found.push(Suspicion::of(SuspicionKind::NoSingleAuthor, FROM));
    }
    for (name, address) in &authors {
        let author = Author {
            name: name.as_deref(),
            address,
        };
        of_author(arrival, known, familiar, author, &mut found);
    }
    found
}

#[derive(Clone, Copy)]
struct Author<'a> {
    name: Option<&'a str>,
    address: &'a Address,
}

fn of_author(
    arrival: &Arrival<'_>,
    known: &Known<'_>,
    familiar: &Familiar<'_>,
    author: Author<'_>,
    found: &mut Vec<Suspicion>,
) {
    let Author { name, address } = author;
    let proved = arrival.proved.dmarc == "pass";
    if belongs_to(address.domain(), known.own_domains) {
        if !proved {
            found.push(Suspicion::of(SuspicionKind::OwnDomainUnauthenticated, FROM));
        }
        return;
    }
    if failed(arrival, address) {
        found.push(Suspicion::of(SuspicionKind::AuthenticationFailed, FROM));
    }
    of_domain(address.domain(), known, familiar, found);
    if let Some(name) = name {
        of_name(name, address, known, found);
    }
    found.extend(reply_to(arrival.message, address.domain(), known));
    found.extend(sender(arrival.message, known));
    of_history(arrival, found);
}

/// DMARC's word counts; where the author's domain publishes none, SPF's, if no signature stands
/// against it.
fn failed(arrival: &Arrival<'_>, author: &Address) -> bool {
    let proved = arrival.proved;
    let sent_by_author = arrival
        .envelope_from
        .is_none_or(|from| same_owner(from.domain(), author.domain()));
    match proved.dmarc {
        "pass" => false,
        "fail" => true,
        _ => sent_by_author && proved.spf == "fail" && proved.dkim != "pass",
    }
}

fn of_domain(
    domain: &Domain,
    known: &Known<'_>,
    familiar: &Familiar<'_>,
    found: &mut Vec<Suspicion>,
) {
    if familiar.holds(domain) {
        return;
    }
    let labels = registered(domain.as_str()).split('.');
    if labels.into_iter().any(|label| label.starts_with("xn--")) {
        found.push(Suspicion::of(SuspicionKind::Punycode, FROM));
    }
    let (shown, _) = idna::domain_to_unicode(domain.as_str());
    if mixes_scripts(&shown) {
        found.push(Suspicion::of(SuspicionKind::MixedScript, FROM));
    }
    if familiar.nearest(domain).is_some() {
        found.push(Suspicion::of(SuspicionKind::LookAlikeDomain, FROM));
        // Two practices can have like names; one that was never heard of before is another matter.
        if (known.seen)(domain) == Seen::Never {
            found.push(Suspicion::of(SuspicionKind::LookAlikeNewDomain, FROM));
        }
    }
}

fn of_name(name: &str, address: &Address, known: &Known<'_>, found: &mut Vec<Suspicion>) {
    if mixes_scripts(name) {
        found.push(Suspicion::of(SuspicionKind::MixedScript, FROM));
    }
    let shown = addresses_in(name);
    if shown.iter().any(|other| is_another(other, address)) {
        found.push(Suspicion::of(SuspicionKind::AddressInDisplayName, FROM));
    }
    let words = person(name);
    let is_staff = |(staff, _): &&(String, Address)| may_be_same(&words, &person(staff));
    let mut namesakes = known.staff.iter().filter(is_staff).peekable();
    let their_own = |(_, own): &(String, Address)| own.fold() == address.fold();
    if namesakes.peek().is_some() && !namesakes.any(their_own) {
        found.push(Suspicion::of(SuspicionKind::DisplayNameOfStaff, FROM));
    }
}

/// One name holds the other: middle and second family names are left out as often as not.
fn may_be_same(a: &[String], b: &[String]) -> bool {
    let (few, many) = if a.len() < b.len() { (a, b) } else { (b, a) };
    !few.is_empty() && few.iter().all(|word| many.contains(word))
}

/// Of another owner; where everybody is, of another name.
fn is_another(shown: &Address, address: &Address) -> bool {
    if is_free_mail(address.domain()) {
        return shown.fold() != address.fold();
    }
    !same_owner(shown.domain(), address.domain())
}

/// What looks like an address inside a name.
fn addresses_in(name: &str) -> Vec<Address> {
    let outside = |c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c);
    name.split(outside)
        .filter(|word| word.contains('@'))
        .filter_map(|word| Address::parse(word.trim_matches('.')).ok())
        .collect()
}

/// Mail programs show who sent it beside the author ("on behalf of"); nothing proves that field.
fn sender(message: &Message<'_>, known: &Known<'_>) -> Option<Suspicion> {
    let named = message.mailboxes("sender");
    let ours = |(_, address): &(_, Address)| belongs_to(address.domain(), known.own_domains);
    named.iter().any(ours).then(|| {
        let place = PartName::Header("sender");
        Suspicion::of(SuspicionKind::OwnDomainUnauthenticated, place).weighing(SENDER_OF_OURS)
    })
}

/// To the organisation itself and to its partners answers may go.
fn reply_to(message: &Message<'_>, author: &Domain, known: &Known<'_>) -> Option<Suspicion> {
    let place = PartName::Header("reply-to");
    let answers = message.mailboxes("reply-to");
    let mut elsewhere = answers
        .iter()
        .map(|(_, address)| address.domain())
        .filter(|domain| !same_owner(domain, author))
        .filter(|domain| !belongs_to(domain, known.own_domains))
        .filter(|domain| !belongs_to(domain, known.partners))
        .peekable();
    elsewhere.peek()?;
    let found = Suspicion::of(SuspicionKind::ReplyToElsewhere, place);
    if !is_free_mail(author) && elsewhere.any(is_free_mail) {
        return Some(found.weighing(REPLY_TO_FREE_MAIL));
    }
    Some(found)
}

fn of_history(arrival: &Arrival<'_>, found: &mut Vec<Suspicion>) {
    if !arrival.first_time {
        return;
    }
    found.push(Suspicion::of(SuspicionKind::FirstTimeSender, FROM));
    if let Some(place) = requests::find(arrival.message) {
        found.push(Suspicion::of(SuspicionKind::FirstTimeWithRequest, place));
    }
    let subject = arrival.message.subject().unwrap_or_default();
    if is_answer(subject) && !arrival.answers_own {
        found.push(Suspicion::of(
            SuspicionKind::ThreadHijack,
            PartName::Subject,
        ));
    }
}

/// What programs put before the subject of an answer, in the languages met here.
fn is_answer(subject: &str) -> bool {
    let subject = subject.trim_start();
    ["re", "aw", "sv", "res"].into_iter().any(|mark| {
        let start = subject.get(..mark.len());
        let rest = start.filter(|start| start.eq_ignore_ascii_case(mark));
        rest.is_some_and(|_| {
            let after = &subject[mark.len()..];
            after.starts_with(':') || after.starts_with('[')
        })
    })
}
