//! Header fields inside what is signed or encrypted (RFC 9788), so that a subject does not leak.
//!
//! Written for both S/MIME and OpenPGP; the same fields are marked for readers of the older convention
//! (`protected-headers="v1"`) too. Reading understands both, and the older form of S/MIME that wraps a
//! message. Invariant: what stands inside is what the author wrote; nothing that transport adds is taken
//! in, and nothing outside replaces what is inside.

use crate::entity::{Entity, canonical};

mod addresses;
mod fields;
mod legacy;
mod read;

pub use read::{Restored, Scheme, read};

use fields::{Place, content_fields, encoded, place};

/// A message cut for protection.
pub struct Protected {
    /// The MIME entity to sign or encrypt, with the header fields inside.
    pub entity: Vec<u8>,
    /// The header fields to put outside, without those about MIME.
    pub outer: Vec<u8>,
}

/// For encryption (`hp="cipher"`). Outside, the subject is `subject_outside` and readers are addresses without
/// names (so far the policy `hcp_shy` of RFC 9788 §3.2.2); fields that repeat it or say what the message is about
/// are only inside.
pub fn wrap(message: &[u8], subject_outside: &str) -> Protected {
    let message = canonical(message);
    let message = Entity::of(&message);
    let (mut inside, mut outer, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for (name, field) in &message.fields {
        match place(name) {
            // one that stands twice has one subject outside
            Place::Subject if said_subject(&said) => inside.extend_from_slice(field),
            Place::Structure | Place::Nowhere => {}
            Place::Outside => outer.extend_from_slice(field),
            Place::Inside => inside.extend_from_slice(field),
            Place::Subject => {
                inside.extend_from_slice(field);
                let neutral = format!("Subject: {}\r\n", encoded(subject_outside));
                said.extend_from_slice(b"HP-Outer: ");
                said.extend_from_slice(neutral.as_bytes());
                outer.extend_from_slice(neutral.as_bytes());
            }
            Place::Both => {
                inside.extend_from_slice(field);
                said.extend_from_slice(b"HP-Outer: ");
                said.extend_from_slice(field);
                outer.extend_from_slice(field);
            }
            Place::Readers => {
                inside.extend_from_slice(field);
                let alone = addresses::alone(name, field);
                said.extend_from_slice(b"HP-Outer: ");
                said.extend_from_slice(&alone);
                outer.extend_from_slice(&alone);
            }
        }
    }
    inside.extend_from_slice(&said);
    Protected {
        entity: whole(inside, &message, "cipher"),
        outer,
    }
}

fn said_subject(said: &[u8]) -> bool {
    let start = b"HP-Outer: Subject:";
    said.windows(start.len()).any(|octets| octets == start)
}

/// For a message that is signed only (`hp="clear"`): the same fields inside and outside.
pub fn wrap_clear(message: &[u8]) -> Protected {
    let message = canonical(message);
    let message = Entity::of(&message);
    let (mut inside, mut outer) = (Vec::new(), Vec::new());
    for (name, field) in &message.fields {
        let place = place(name);
        if matches!(
            place,
            Place::Both | Place::Readers | Place::Inside | Place::Subject
        ) {
            inside.extend_from_slice(field);
        }
        if !matches!(place, Place::Structure | Place::Nowhere) {
            outer.extend_from_slice(field);
        }
    }
    Protected {
        entity: whole(inside, &message, "clear"),
        outer,
    }
}

fn whole(mut inside: Vec<u8>, message: &Entity<'_>, mode: &str) -> Vec<u8> {
    inside.extend_from_slice(&content_fields(message, mode));
    inside.extend_from_slice(b"\r\n");
    inside.extend_from_slice(message.body);
    inside
}
