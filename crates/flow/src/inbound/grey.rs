//! Greylisting: a stranger who writes to people here is asked to come back, as mail servers do and
//! most senders of rubbish do not. Nothing about anyone is kept but keyed tokens.

use std::net::IpAddr;
use std::time::Duration;

use model::{Address, Code, Result, Timestamp};
use store::Tx;
use store::tables::mailboxes;

use super::Door;
use crate::Flow;

/// Honest servers try again after this (RFC 5321 §4.5.4.1).
const COME_BACK_AFTER: Duration = Duration::from_secs(60);
/// Who does not come back within this starts anew.
const STRANGER_KEEP: Duration = Duration::from_secs(86_400);
/// Who came back is a guest for so long after the last message.
const GUEST_KEEP: Duration = Duration::from_secs(36 * 86_400);

impl Flow {
    /// # Errors
    /// `greylisted` when the client is to come back later.
    pub fn greet_stranger(&self, ip: IpAddr, from: Option<&Address>, door: &Door) -> Result<()> {
        let wanted = super::settings(self)?.greylist;
        let organisation = match door {
            Door::Reply(to) => to.organisation,
            Door::Mailbox(to) => to.organisation,
            _ => return Ok(()),
        };
        let Some(from) = from.filter(|_| wanted) else {
            return Ok(());
        };
        let who = format!("{} {}", network(ip), from.fold());
        let token = self.world().keys(organisation)?.blind("greylist", &who);
        let now = self.world().now();
        let passed = self.world().store.write(move |tx| {
            let Some(grey) = mailboxes::find_grey(tx, &token)? else {
                mailboxes::insert_grey(tx, &token, now)?;
                return Ok(false);
            };
            let waited = now >= grey.first_at.plus(COME_BACK_AFTER);
            if grey.passed_at.is_some() || waited {
                mailboxes::pass_grey(tx, &token, now)?;
            }
            Ok(grey.passed_at.is_some() || waited)
        })?;
        if passed {
            Ok(())
        } else {
            Err(Code::Greylisted.into())
        }
    }
}

/// Forgets who was not seen for long.
pub(super) fn tidy(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    mailboxes::forget_grey(tx, now.minus(STRANGER_KEEP), now.minus(GUEST_KEEP))
}

/// Servers of one sender share a network; an answer may come back from a neighbour.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            IpAddr::from([a, b, c, 0])
        }
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}
