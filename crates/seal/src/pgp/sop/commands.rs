//! The commands, in the draft's order.

use model::{Secret, Timestamp};

use super::args::Args;
use super::{Failure, World};
use crate::pgp::{
    Block, PgpError, PublicKey, SecretKey, SignAs, Verdict, Version, armor, dearmor, decrypt,
    encrypt, sign_detached, verify_detached,
};

type Done = Result<(), Failure>;

pub(super) fn run(args: &Args, world: &mut World<'_>) -> Done {
    match args.command.as_str() {
        "version" => version(args, world),
        "list-profiles" => list_profiles(args, world),
        "generate-key" => generate_key(args, world),
        "extract-cert" => extract_cert(args, world),
        "sign" => sign(args, world),
        "verify" => verify(args, world),
        "encrypt" => encrypt_to(args, world),
        "decrypt" => decrypt_by(args, world),
        "armor" => to_armor(args, world),
        "dearmor" => from_armor(args, world),
        _ => Err(Failure::UnsupportedSubcommand),
    }
}

fn version(args: &Args, world: &mut World<'_>) -> Done {
    let ours = format!("caduceus-seal {}\n", env!("CARGO_PKG_VERSION"));
    let is_extended = args.has("extended");
    let is_backend = args.has("backend");
    args.check_no_more()?;
    match (is_backend, is_extended) {
        (true, _) => world.output(b"rpgp\n"),
        (_, true) => world.output(format!("{ours}rpgp\n").as_bytes()),
        _ => world.output(ours.as_bytes()),
    }
}

fn list_profiles(args: &Args, world: &mut World<'_>) -> Done {
    args.check_no_more()?;
    match args.names()? {
        [command] if command == "generate-key" => world.output(
            b"rfc4880: version 4, Ed25519 and X25519, read by all\nrfc9580: version 6, Ed25519 and X25519\n",
        ),
        [command] if command == "encrypt" => {
            world.output(b"default: AEAD where all recipients announce it, else MDC\n")
        }
        _ => Err(Failure::UnsupportedSubcommand),
    }
}

fn generate_key(args: &Args, world: &mut World<'_>) -> Done {
    let is_bare = args.has("no-armor");
    let version = match args.one("profile")?.as_deref() {
        None | Some("default" | "rfc4880") => Version::V4,
        Some("rfc9580") => Version::V6,
        Some(_) => return Err(Failure::UnsupportedProfile),
    };
    args.check_no_more()?;
    // more names than one: not made here
    let [user_id] = args.names()? else {
        return Err(Failure::UnsupportedOption);
    };
    let key = SecretKey::generate(user_id, None, world.at, world.rng, version)?;
    write(world, is_bare, Block::PrivateKey, key.binary().expose())
}

fn extract_cert(args: &Args, world: &mut World<'_>) -> Done {
    let is_bare = args.has("no-armor");
    args.check_no_more()?;
    let key = SecretKey::parse(&world.input()?, None)?;
    write(world, is_bare, Block::PublicKey, &key.public().binary())
}

fn sign(args: &Args, world: &mut World<'_>) -> Done {
    let is_bare = args.has("no-armor");
    let signed_as = signed_as(args)?;
    let passwords = passwords(args, world)?;
    args.check_no_more()?;
    let keys = secret_keys(args.names()?, &passwords, world)?;
    let content = world.input()?;
    check_text(signed_as, &content)?;
    let mut signatures = Vec::new();
    for key in &keys {
        let signed = sign_detached(&content, key, signed_as, world.at, world.rng);
        let signature = signed.map_err(|error| match error {
            PgpError::Key(_) => Failure::KeyCannotSign,
            other => other.into(),
        })?;
        signatures.extend(dearmor(&signature)?);
    }
    write(world, is_bare, Block::Signature, &signatures)
}

fn verify(args: &Args, world: &mut World<'_>) -> Done {
    let since = moment(args, "not-before", world.at)?;
    let until = moment(args, "not-after", world.at)?;
    args.check_no_more()?;
    let (signature, certs) = args.names()?.split_first().ok_or(Failure::MissingArg)?;
    if certs.is_empty() {
        return Err(Failure::MissingArg);
    }
    let signature = world.load(signature)?;
    let signers = public_keys(certs, world)?;
    let content = world.input()?;
    let verdicts = verify_detached(&content, &signature, &signers, world.at)?;
    let within = |verdict: &&Verdict| {
        let made = verdict.made;
        since.is_none_or(|since| made >= Some(since))
            && until.is_none_or(|until| made <= Some(until))
    };
    let lines: String = verdicts.iter().filter(within).filter_map(line).collect();
    if lines.is_empty() {
        return Err(Failure::NoSignature);
    }
    world.output(lines.as_bytes())
}

fn encrypt_to(args: &Args, world: &mut World<'_>) -> Done {
    let is_bare = args.has("no-armor");
    let content_as = signed_as(args)?;
    let signers = args.all("sign-with");
    let passwords = passwords(args, world)?;
    if !matches!(args.one("profile")?.as_deref(), None | Some("default")) {
        return Err(Failure::UnsupportedProfile);
    }
    args.check_no_more()?;
    if signers.len() > 1 {
        return Err(Failure::UnsupportedOption);
    }
    let signers = secret_keys(&signers, &passwords, world)?;
    let keys = public_keys(args.names()?, world)?;
    let content = world.input()?;
    check_text(content_as, &content)?;
    let to: Vec<_> = keys.iter().collect();
    let message = encrypt(&content, &to, signers.first(), world.at, world.rng)?;
    write(world, is_bare, Block::Message, &dearmor(&message)?)
}

fn decrypt_by(args: &Args, world: &mut World<'_>) -> Done {
    let certs = args.all("verify-with");
    // the draft's older name of it
    let out = match args.one("verifications-out")? {
        Some(name) => Some(name),
        None => args.one("verify-out")?,
    };
    let passwords = passwords(args, world)?;
    args.check_no_more()?;
    if certs.is_empty() != out.is_none() {
        return Err(Failure::IncompleteVerification);
    }
    let signers = if certs.is_empty() {
        Vec::new()
    } else {
        public_keys(&certs, world)?
    };
    let keys = secret_keys(args.names()?, &passwords, world)?;
    let with: Vec<_> = keys.iter().collect();
    let message = world.input()?;
    let opened = decrypt(&message, &with, &signers, world.at)?;
    if let Some(out) = out {
        let lines: String = opened.signatures.iter().filter_map(line).collect();
        world.create(&out, lines.as_bytes())?;
    }
    world.output(&opened.content)
}

fn to_armor(args: &Args, world: &mut World<'_>) -> Done {
    args.check_no_more()?;
    let bytes = world.input()?;
    let binary = dearmor(&bytes)?;
    if binary != bytes {
        return world.output(&bytes);
    }
    let block = match tag(&binary).ok_or(Failure::BadData)? {
        2 => Block::Signature,
        5 => Block::PrivateKey,
        6 => Block::PublicKey,
        _ => Block::Message,
    };
    world.output(&armor(block, &binary))
}

fn from_armor(args: &Args, world: &mut World<'_>) -> Done {
    args.check_no_more()?;
    let binary = dearmor(&world.input()?)?;
    world.output(&binary)
}

fn write(world: &mut World<'_>, is_bare: bool, block: Block, binary: &[u8]) -> Done {
    if is_bare {
        world.output(binary)
    } else {
        world.output(&armor(block, binary))
    }
}

/// The kind of the first packet (RFC 9580 §4.2).
fn tag(binary: &[u8]) -> Option<u8> {
    let first = *binary.first()?;
    Some(if first & 0x40 == 0 {
        first >> 2 & 15
    } else {
        first & 63
    })
}

fn signed_as(args: &Args) -> Result<SignAs, Failure> {
    match args.one("as")?.as_deref() {
        None | Some("binary") => Ok(SignAs::Binary),
        Some("text") => Ok(SignAs::Text),
        Some(_) => Err(Failure::UnsupportedOption),
    }
}

fn check_text(content_as: SignAs, content: &[u8]) -> Done {
    if content_as == SignAs::Text && std::str::from_utf8(content).is_err() {
        return Err(Failure::ExpectedText);
    }
    Ok(())
}

/// `-` is no limit (§5.2.3).
fn moment(args: &Args, option: &str, now: Timestamp) -> Result<Option<Timestamp>, Failure> {
    match args.one(option)?.as_deref() {
        None | Some("-") => Ok(None),
        Some("now") => Ok(Some(now)),
        Some(text) => Timestamp::parse_rfc3339(text)
            .map(Some)
            .ok_or(Failure::UnsupportedOption),
    }
}

fn passwords(args: &Args, world: &mut World<'_>) -> Result<Vec<Secret<String>>, Failure> {
    let mut passwords = Vec::new();
    for name in args.all("with-key-password") {
        let text = String::from_utf8(world.load(&name)?).map_err(|_| Failure::ExpectedText)?;
        passwords.push(Secret::new(text.trim_end().to_owned()));
    }
    Ok(passwords)
}

fn secret_keys(
    names: &[String],
    passwords: &[Secret<String>],
    world: &mut World<'_>,
) -> Result<Vec<SecretKey>, Failure> {
    let mut keys = Vec::new();
    for name in names {
        let bytes = world.load(name)?;
        let mut key = SecretKey::parse(&bytes, None);
        for password in passwords {
            if key.is_err() {
                key = SecretKey::parse(&bytes, Some(password));
            }
        }
        keys.push(key?);
    }
    Ok(keys)
}

fn public_keys(names: &[String], world: &mut World<'_>) -> Result<Vec<PublicKey>, Failure> {
    let mut keys = Vec::new();
    for name in names {
        let bytes = world.load(name)?;
        keys.extend(PublicKey::parse_all(&bytes)?);
    }
    Ok(keys)
}

/// One good signature (§5.5): when, by which part of which key, over octets or text.
fn line(verdict: &Verdict) -> Option<String> {
    if !verdict.is_valid() {
        return None;
    }
    let made = verdict.made?.rfc3339().replace(".000Z", "Z");
    let key = verdict.key.as_deref()?.to_uppercase();
    let signer = verdict.signer.as_deref()?.to_uppercase();
    let mode = match verdict.signed_as {
        SignAs::Binary => "binary",
        SignAs::Text => "text",
    };
    Some(format!("{made} {key} {signer} mode:{mode}\n"))
}
