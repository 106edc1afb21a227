//! C2SP tlog-checkpoint: what a log says its tree is, signed.
//!
//! Three lines: origin, size, root. Invariant: the origin is the name of the key that signs, so a
//! checkpoint of one log cannot pass for one of another.

use model::{Code, Error, OrganisationId, Result};

use crate::digest::{base64, decimal, unbase64_hash};
use crate::note::{self, Signer, Verifier};
use crate::{Broken, Hash};

/// A tree of one log at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Unique name of the log, for example `mail.clinic.example/org_01J…`.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// The origin of an organisation's log on an installation; also the name of its signing key.
pub fn origin(host: &str, organisation: OrganisationId) -> String {
    format!("{host}/{organisation}")
}

impl Checkpoint {
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, base64(&self.root))
    }

    /// Reads the text of a note. Extension lines are allowed, as the standard demands, and say
    /// nothing to us.
    pub fn parse(text: &str) -> Result<Self> {
        Self::find_in(text).ok_or(Broken::Format.here())
    }

    fn find_in(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?;
        let size = decimal(lines.next()?)?;
        let root = unbase64_hash(lines.next()?)?;
        lines.all(|line| !line.is_empty()).then(|| Self {
            origin: origin.to_owned(),
            size,
            root,
        })
    }

    /// The signed note. The caller has stored this size and root first and knows every earlier
    /// checkpoint to be consistent with it. `field_invalid` when the signer is another log's.
    pub fn sign(&self, signer: &Signer) -> Result<String> {
        if signer.verifier().name() != self.origin {
            return Err(Error::new(Code::FieldInvalid).at("/origin"));
        }
        signer.sign(&self.to_text())
    }
}

/// Opens a checkpoint that this log signed. Other signatures on it are passed over.
pub fn open(note: &str, log: &Verifier) -> Result<Checkpoint> {
    let opened = note::verify(note, std::slice::from_ref(log))?;
    let checkpoint = Checkpoint::parse(&opened.text)?;
    if checkpoint.origin != log.name() {
        return Err(Broken::OtherLog.here());
    }
    Ok(checkpoint)
}
