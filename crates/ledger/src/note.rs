//! C2SP signed-note with Ed25519 (signature type 1): a text and who signed it.
//!
//! ```text
//! text, one or more lines
//!
//! — name base64(4 bytes of key id, 64 bytes of signature)
//! ```
//!
//! The slot for other types (ML-DSA, witnesses' cosignatures) is the format's own: signatures by
//! keys one does not know are passed over, as the standard demands.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use model::{Code, Error, Result};

use crate::Broken;
use crate::digest::{base64, sha256, unbase64};

const TYPE_ED25519: u8 = 1;
/// The standard asks for at least 16; Go's implementation takes 100.
const SIGNATURES_MAX: usize = 100;
const OCTETS_MAX: usize = 1_000_000;

/// A key that signs notes under a name.
pub struct Signer {
    pair: Ed25519KeyPair,
    verifier: Verifier,
}

impl Signer {
    /// `name` as in [`Verifier::parse`]; the seed is the secret key of RFC 8032.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|e| Error::new(Code::Internal).because(e))?;
        let mut public = [0u8; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        Ok(Self {
            pair,
            verifier: Verifier::new(name, public)?,
        })
    }

    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// The note: text, blank line, our signature. `field_invalid` when the text does not end in a
    /// newline or holds another control character.
    pub fn sign(&self, text: &str) -> Result<String> {
        if !is_text(text) {
            return Err(Error::new(Code::FieldInvalid));
        }
        let signature = self.pair.sign(text.as_bytes());
        let bytes = [self.verifier.id.as_slice(), signature.as_ref()].concat();
        Ok(format!(
            "{text}\n\u{2014} {} {}\n",
            self.verifier.name,
            base64(&bytes)
        ))
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

/// A public key that checks notes, with the name it signs under.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl Verifier {
    /// A name is not empty and holds no space, plus or control character.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self> {
        if name.is_empty()
            || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
        {
            return Err(Error::new(Code::FieldInvalid).at("/name"));
        }
        let hash = sha256(&[name.as_bytes(), b"\n", &[TYPE_ED25519], &public]);
        Ok(Self {
            name: name.to_owned(),
            id: [hash[0], hash[1], hash[2], hash[3]],
            public,
        })
    }

    /// Reads `name+id+key`, as [`ToString`] writes it and as Go's `note` package does: the id in
    /// hex, the key in base64 with its type before it.
    pub fn parse(text: &str) -> Result<Self> {
        Self::find_in(text).ok_or(Broken::Format.here())
    }

    fn find_in(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '+');
        let (name, _, key) = (parts.next()?, parts.next()?, parts.next()?);
        let key = unbase64(key)?;
        let (&TYPE_ED25519, public) = key.split_first()? else {
            return None;
        };
        let verifier = Self::new(name, public.try_into().ok()?).ok()?;
        // The id in the text must be the one that follows, in the same letters.
        (verifier.to_string() == text).then_some(verifier)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the public key in hex: what people compare when they were given it another way.
    pub fn fingerprint(&self) -> String {
        hex::encode(sha256(&[&self.public]))
    }

    fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

impl std::fmt::Display for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = [[TYPE_ED25519].as_slice(), &self.public].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), base64(&key))
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// A note whose signatures were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// With its final newline.
    pub text: String,
    /// Which of the given keys signed, as indexes into them; never empty.
    pub signed_by: Vec<usize>,
    /// How many signatures were by keys not given: nothing is known about them.
    pub passed_over: usize,
}

/// Opens a note: at least one of `known` must have signed, and a wrong signature by any of them
/// refuses the whole.
pub fn verify(note: &str, known: &[Verifier]) -> Result<Opened> {
    let (text, signatures) = split(note).ok_or(Broken::Format.here())?;
    let mut opened = Opened {
        text: text.to_owned(),
        signed_by: Vec::new(),
        passed_over: 0,
    };
    for line in signatures {
        let (name, id, signature) = parse_signature(line).ok_or(Broken::Format.here())?;
        let Some(at) = known.iter().position(|v| v.name == name && v.id == id) else {
            opened.passed_over += 1;
            continue;
        };
        if !known[at].accepts(text, &signature) {
            return Err(Broken::Signature.here());
        }
        if opened.signed_by.contains(&at) {
            return Err(Broken::Format.here());
        }
        opened.signed_by.push(at);
    }
    if opened.signed_by.is_empty() {
        return Err(Broken::Unsigned.here());
    }
    Ok(opened)
}

/// The text with its newline, and the signature lines.
fn split(note: &str) -> Option<(&str, Vec<&str>)> {
    if note.len() > OCTETS_MAX || note.contains(|c: char| c.is_ascii_control() && c != '\n') {
        return None;
    }
    let at = note.rfind("\n\n")? + 1;
    let signatures: Vec<_> = note[at + 1..].strip_suffix('\n')?.split('\n').collect();
    (signatures.len() <= SIGNATURES_MAX).then_some((&note[..at], signatures))
}

fn parse_signature(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, blob) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = unbase64(blob)?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    (!name.is_empty() && !signature.is_empty()).then_some((name, *id, signature.to_vec()))
}

fn is_text(text: &str) -> bool {
    text.ends_with('\n') && !text.contains(|c: char| c.is_ascii_control() && c != '\n')
}
