//! Macros (RFC 7208 §7).

use std::net::IpAddr;

pub(super) struct Scene<'a> {
    pub ip: IpAddr,
    pub helo: &'a str,
    pub local: &'a str,
    pub sender_domain: &'a str,
    pub domain: &'a str,
    /// `%{p}`, empty where it was not asked for.
    pub validated: &'a str,
}

enum Piece<'a> {
    Text(&'a str),
    Literal(&'static str),
    Macro {
        letter: char,
        keep: Option<usize>,
        reversed: bool,
        delimiters: &'a str,
    },
}

/// Whether it is a macro string without the letters that only an explanation may have.
pub(super) fn is_valid(text: &str) -> bool {
    let graphic = text.bytes().all(|b| (0x21..0x7F).contains(&b));
    graphic && pieces(text).is_some()
}

pub(super) fn asks_for_name(text: &str) -> bool {
    let is_name = |p: &Piece<'_>| {
        matches!(
            p,
            Piece::Macro {
                letter: 'p' | 'P',
                ..
            }
        )
    };
    pieces(text).is_some_and(|pieces| pieces.iter().any(is_name))
}

/// §7.3: the domain itself, else a name below it, else any, else `unknown`.
pub(super) fn best_name(names: &[String], domain: &str) -> String {
    let domain = domain.to_ascii_lowercase();
    let below = format!(".{domain}");
    let best = names
        .iter()
        .find(|n| **n == domain)
        .or_else(|| names.iter().find(|n| n.ends_with(&below)))
        .or_else(|| names.first());
    best.cloned().unwrap_or_else(|| "unknown".to_owned())
}

/// At most 253 octets: labels are dropped from the left (§7.3).
pub(super) fn expand(text: &str, scene: &Scene<'_>) -> String {
    let mut out = String::new();
    for piece in pieces(text).unwrap_or_default() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Literal(text) => out.push_str(text),
            Piece::Macro {
                letter,
                keep,
                reversed,
                delimiters,
            } => {
                let value = transformed(&value(letter, scene), keep, reversed, delimiters);
                if letter.is_ascii_uppercase() {
                    escape(&value, &mut out);
                } else {
                    out.push_str(&value);
                }
            }
        }
    }
    let mut name = out.strip_suffix('.').unwrap_or(&out);
    while name.len() > 253 {
        match name.split_once('.') {
            Some((_, rest)) => name = rest,
            None => break,
        }
    }
    name.to_owned()
}

fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push(Piece::Text(&rest[..at]));
        rest = &rest[at + 1..];
        let literal = match rest.chars().next()? {
            '%' => Some("%"),
            '_' => Some(" "),
            '-' => Some("%20"),
            '{' => None,
            _ => return None,
        };
        match literal {
            Some(literal) => {
                out.push(Piece::Literal(literal));
                rest = &rest[1..];
            }
            None => {
                let (inside, after) = rest[1..].split_once('}')?;
                out.push(one(inside)?);
                rest = after;
            }
        }
    }
    out.push(Piece::Text(rest));
    Some(out)
}

/// `letter [digits] ["r"] *delimiter`
fn one(inside: &str) -> Option<Piece<'_>> {
    let letter = inside.chars().next()?;
    if !"slodiphv".contains(letter.to_ascii_lowercase()) {
        return None;
    }
    let rest = inside.get(1..)?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let keep = match number {
        "" => None,
        // more than there can be labels
        number => Some(number.parse::<usize>().unwrap_or(128)).filter(|n| *n > 0),
    };
    if keep.is_none() && !number.is_empty() {
        return None;
    }
    let (reversed, delimiters) = match rest.strip_prefix(['r', 'R']) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let known = delimiters.chars().all(|c| ".-+,/_=".contains(c));
    known.then_some(Piece::Macro {
        letter,
        keep,
        reversed,
        delimiters,
    })
}

fn value(letter: char, scene: &Scene<'_>) -> String {
    match letter.to_ascii_lowercase() {
        's' => format!("{}@{}", scene.local, scene.sender_domain),
        'l' => scene.local.to_owned(),
        'o' => scene.sender_domain.to_owned(),
        'd' => scene.domain.to_owned(),
        'p' => scene.validated.to_owned(),
        'h' => scene.helo.to_owned(),
        'v' if scene.ip.is_ipv4() => "in-addr".to_owned(),
        'v' => "ip6".to_owned(),
        _ => match scene.ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let nibbles: Vec<String> = ip
                    .octets()
                    .iter()
                    .flat_map(|b| [format!("{:x}", b >> 4), format!("{:x}", b & 15)])
                    .collect();
                nibbles.join(".")
            }
        },
    }
}

fn transformed(value: &str, keep: Option<usize>, reversed: bool, delimiters: &str) -> String {
    let is_delimiter = |c: char| {
        if delimiters.is_empty() {
            c == '.'
        } else {
            delimiters.contains(c)
        }
    };
    let mut parts: Vec<&str> = value.split(is_delimiter).collect();
    if reversed {
        parts.reverse();
    }
    let from = keep.map_or(0, |n| parts.len().saturating_sub(n));
    parts[from..].join(".")
}

fn escape(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}
