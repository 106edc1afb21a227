//! `/v1/archive`: what was sent and received, kept and found. One file each.

pub(super) mod checks;
pub(super) mod gap;
pub(super) mod message;
pub(super) mod search;
pub(super) mod unread;

use super::{Door, Named, with};

/// All of them, in the order of the reference.
pub(super) fn doors() -> Vec<Door> {
    vec![
        gap::door(),
        checks::door(),
        message::door(),
        search::door(),
        unread::door(),
    ]
}

/// What they say, for the reference.
pub(super) fn name(named: &mut Named) {
    with::<gap::ArchiveGap>(named);
    with::<message::ArchiveMessage>(named);
    with::<message::ArchiveRecipient>(named);
    with::<message::ArchiveFile>(named);
    with::<message::ArchiveHold>(named);
    with::<search::ArchiveSearch>(named);
    with::<search::ArchiveHits>(named);
    with::<search::ArchiveHit>(named);
    with::<unread::ArchiveUnreadList>(named);
    with::<unread::ArchiveUnread>(named);
    with::<checks::ArchiveCheckList>(named);
    with::<checks::ArchiveChecked>(named);
}
