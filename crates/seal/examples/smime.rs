//! S/MIME over files, for the programs of others to read and be read (`peers/smime.py`).
//!
//! The moment is a word of the command line. Prints what was found, and on failure the error's word.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use caduceus_seal::smime::{
    Capabilities, Certificate, Cipher, Identity, OpenedMessage, Sealing, SmimeError, Trust,
    Verified, decrypt, encrypt, harvest, kind, open_message, seal_message, sign, verify,
};
use model::Timestamp;
use model::seams::Rng;

const USAGE: &str = "\
smime sign AT IDENTITY IN OUT            multipart/signed
smime encrypt CIPHER IN OUT CERTIFICATE..  cbc, gcm, or oaep (cbc with RSA-OAEP)
smime decrypt IDENTITY IN OUT
smime verify AT ROOTS LISTS IN OUT       LISTS: revocation lists, or -
smime seal AT CIPHER SUBJECT SIGNER IN OUT CERTIFICATE..  a whole message; SIGNER may be -
smime open AT ROOTS IDENTITY IN OUT      a whole message
smime kind IN
smime harvest IN
";

fn main() -> std::io::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (said, code) = match run(&words) {
        Ok(said) => (said, ExitCode::SUCCESS),
        Err(error) => (format!("error {error}"), ExitCode::FAILURE),
    };
    writeln!(std::io::stdout(), "{said}")?;
    Ok(code)
}

fn run(words: &[&str]) -> Result<String, Box<dyn Error>> {
    match *words {
        ["sign", at, identity, from, to] => {
            let signed = sign(&read(from)?, &load(identity)?, moment(at)?)?;
            std::fs::write(to, signed)?;
            Ok("signed".to_owned())
        }
        ["encrypt", cipher, from, to, ref certificates @ ..] => {
            let people = people(cipher, certificates)?;
            let people: Vec<&Certificate> = people.iter().collect();
            let sealed = encrypt(&read(from)?, &people, named(cipher), &Chance)?;
            std::fs::write(to, sealed)?;
            Ok("encrypted".to_owned())
        }
        ["decrypt", identity, from, to] => {
            let opened = decrypt(&read(from)?, &[&load(identity)?])?;
            std::fs::write(to, opened.entity)?;
            Ok(format!("{:?}", opened.integrity).to_lowercase())
        }
        ["verify", at, roots, lists, from, to] => {
            let trust = believing(roots, lists)?;
            let verified = verify(&read(from)?, &trust, moment(at)?)?;
            std::fs::write(to, &verified.entity)?;
            Ok(described(&verified))
        }
        [
            "seal",
            at,
            cipher,
            subject,
            signer,
            from,
            to,
            ref certificates @ ..,
        ] => {
            let signer = (signer != "-").then(|| load(signer)).transpose()?;
            let people = people(cipher, certificates)?;
            let how = Sealing {
                signer: signer.as_ref(),
                to: &people.iter().collect::<Vec<_>>(),
                cipher: named(cipher),
                subject_outside: subject,
                at: moment(at)?,
            };
            std::fs::write(to, seal_message(&read(from)?, &how, &Chance)?)?;
            Ok("sealed".to_owned())
        }
        ["open", at, roots, identity, from, to] => {
            let (trust, identity) = (believing(roots, "-")?, load(identity)?);
            let opened = open_message(&read(from)?, &[&identity], &trust, moment(at)?)?;
            std::fs::write(to, opened.header.message())?;
            Ok(summary(&opened))
        }
        ["kind", from] => Ok(format!("{:?}", kind(&read(from)?)).to_lowercase()),
        ["harvest", from] => Ok(learnt(&read(from)?)),
        _ => Err(USAGE.into()),
    }
}

/// The operating system's, through OpenSSL.
struct Chance;

impl Rng for Chance {
    fn fill(&self, buf: &mut [u8]) {
        openssl::rand::rand_bytes(buf).expect("the operating system has chance");
    }
}

fn read(name: &str) -> std::io::Result<Vec<u8>> {
    std::fs::read(name)
}

fn load(name: &str) -> Result<Identity, Box<dyn Error>> {
    Ok(Identity::from_pem(&read(name)?, None)?)
}

fn moment(text: &str) -> Result<Timestamp, SmimeError> {
    Timestamp::parse_rfc3339(text).ok_or(SmimeError::Unreadable)
}

fn named(cipher: &str) -> Cipher {
    match cipher {
        "gcm" => Cipher::Aes256Gcm,
        _ => Cipher::Aes256Cbc,
    }
}

fn people(cipher: &str, files: &[&str]) -> Result<Vec<Certificate>, Box<dyn Error>> {
    let able = Capabilities {
        aes256_gcm: cipher == "gcm",
        oaep: cipher == "oaep",
    };
    let mut found = Vec::new();
    for file in files {
        for one in Certificate::parse_all(&read(file)?)? {
            found.push(one.with_capabilities(able));
        }
    }
    Ok(found)
}

fn believing(roots: &str, lists: &str) -> Result<Trust, Box<dyn Error>> {
    let mut trust = Trust::new();
    trust.add_roots(&read(roots)?)?;
    if lists != "-" {
        trust.add_revocations(&read(lists)?)?;
    }
    Ok(trust)
}

/// `good trusted`, `tampered trusted`, `good revoked`, ….
fn described(verified: &Verified) -> String {
    let verdict = match verified.verdict {
        Some(verdict) => format!("{verdict:?}"),
        None => "nobody".to_owned(),
    };
    format!("{:?} {verdict}", verified.signature).to_lowercase()
}

fn summary(opened: &OpenedMessage) -> String {
    let signed = opened.signed.as_ref();
    let signed = signed.map_or("unsigned".to_owned(), described);
    let header = &opened.header;
    let integrity = format!("{:?} {:?}", opened.integrity, header.scheme).to_lowercase();
    let subject = header.subject().unwrap_or_default();
    let conflicts = header.conflicts.join(",");
    format!("{integrity}; {signed}; conflicts [{conflicts}]; {subject}")
}

fn learnt(signed: &[u8]) -> String {
    let found = harvest(signed);
    let lines = found.iter().map(|one| {
        let emails = one.certificate.emails().join(",");
        format!("{emails} gcm={}", one.capabilities.aes256_gcm)
    });
    lines.collect::<Vec<_>>().join("\n")
}
