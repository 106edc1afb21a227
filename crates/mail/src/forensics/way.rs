//! The hops as numbers, and what does not fit between two of them.

use model::Timestamp;

use super::names::{address, is_public, is_reserved, owner};
use super::{Finding, FindingKind, Leg};
use crate::suspect::hops::{Hop, Oddity};

pub(super) fn legs(hops: &[Hop]) -> Vec<Leg> {
    let vouched = count_vouched(hops);
    let mut legs: Vec<Leg> = Vec::with_capacity(hops.len());
    let mut below: Option<Timestamp> = None;
    for (at, hop) in hops.iter().enumerate().rev() {
        let delay = |at: Timestamp| Some(at.secs().saturating_sub(below?.secs()));
        legs.push(Leg {
            at: hop.at,
            delay_seconds: hop.at.and_then(delay),
            is_vouched: at < vouched,
        });
        below = hop.at.or(below);
    }
    legs.reverse();
    legs
}

/// Down to the first that had it from a public address, or does not say from where.
fn count_vouched(hops: &[Hop]) -> usize {
    let is_inside = |hop: &&Hop| match hop.seen_from.as_deref().and_then(address) {
        Some(from) => !is_public(from),
        // handed over on the machine itself
        None => hop.from.is_none() && hop.by.is_some(),
    };
    let inside = hops.iter().take_while(is_inside).count();
    (inside + 1).min(hops.len())
}

pub(super) fn findings(hops: &[Hop], legs: &[Leg]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, hop) in hops.iter().enumerate() {
        for oddity in &hop.oddities {
            found.push(odd(*oddity, legs[at].delay_seconds).at_hop(at));
        }
        found.extend(of_client(hop).map(|kind| Finding::of(kind).at_hop(at)));
        let below = hops.get(at + 1);
        if below.is_some_and(|below| is_unlinked(hop, below)) {
            found.push(Finding::of(FindingKind::HopUnlinked).at_hop(at));
        }
    }
    if let Some(first) = legs.iter().position(|leg| !leg.is_vouched) {
        let claimed = Finding::of(FindingKind::HopsClaimed).at_hop(first);
        found.push(claimed.counting(legs.len() - first));
    }
    found
}

fn odd(oddity: Oddity, delay: Option<i64>) -> Finding {
    let kind = match oddity {
        Oddity::NoServer => FindingKind::HopNoServer,
        Oddity::NoDate => FindingKind::HopNoDate,
        Oddity::BackInTime => FindingKind::HopBackInTime,
        Oddity::LongStay => FindingKind::HopLongStay,
    };
    match (oddity, delay) {
        (Oddity::BackInTime | Oddity::LongStay, Some(delay)) => Finding::of(kind).seconds(delay),
        _ => Finding::of(kind),
    }
}

/// Of the client that a hop had it from. People's programs call themselves anything, so those that
/// proved who they are (RFC 3848: the word ends in A) are left out, and what came from a web page.
fn of_client(hop: &Hop) -> Option<FindingKind> {
    let with = hop.with.as_deref().unwrap_or_default().to_ascii_uppercase();
    let is_person = with.starts_with("HTTP") || (with.contains("SMTP") && with.ends_with('A'));
    let (from, by) = (hop.from.as_deref()?, hop.by.as_deref()?);
    let seen = hop.seen_from.as_deref().and_then(address)?;
    if is_person {
        return None;
    }
    if is_public(seen) {
        let is_none = match address(from) {
            Some(said) => !is_public(said),
            None => is_reserved(from),
        };
        return is_none.then_some(FindingKind::HopReservedName);
    }
    let is_crossing = matches!((owner(from), owner(by)), (Some(a), Some(b)) if a != b);
    is_crossing.then_some(FindingKind::HopPrivateAddress)
}

/// Only two public names of different owners contradict each other: networks name themselves inside
/// as they like.
fn is_unlinked(above: &Hop, below: &Hop) -> bool {
    let Some(by) = below.by.as_deref() else {
        return false;
    };
    let seen = above.seen_from.as_deref().and_then(address);
    if seen.is_some_and(|seen| !is_public(seen)) || (seen.is_some() && address(by) == seen) {
        return false;
    }
    let Some(below) = owner(by) else {
        return false;
    };
    let said = [above.from.as_deref(), above.resolved.as_deref()];
    let owners: Vec<String> = said.into_iter().flatten().filter_map(owner).collect();
    let is_own = above.by.as_deref().and_then(owner).as_ref() == Some(&below);
    !owners.is_empty() && !is_own && !owners.contains(&below)
}
