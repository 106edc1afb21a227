//! Words by which a stranger asks for money, a password or patients' records, in English and Spanish.
//!
//! They strengthen what is suspicious already and mean nothing alone. Invariant: only what the author
//! wrote is read, not what is quoted from others.

use crate::message::{Message, PartName};

/// Enough for any letter's opening; a request further down was not made to be read.
const OCTETS_READ_MAX: usize = 64 * 1024;

const PHRASES: &[&str] = &[
    // money
    "bank details",
    "bank account",
    "change of bank",
    "direct deposit",
    "gift card",
    "gift cards",
    "invoice attached",
    "outstanding invoice",
    "overdue invoice",
    "past due",
    "payment details",
    "payroll",
    "remittance",
    "routing number",
    "send the payment",
    "urgent payment",
    "w-2",
    "wire transfer",
    "wire the",
    "cuenta bancaria",
    "datos bancarios",
    "depósito directo",
    "factura adjunta",
    "factura pendiente",
    "pago urgente",
    "tarjeta de regalo",
    "tarjetas de regalo",
    "transferencia bancaria",
    // signing in
    "account has been suspended",
    "account will be closed",
    "confirm your account",
    "confirm your password",
    "mailbox is full",
    "password expires",
    "password will expire",
    "reset your password",
    "sign in to view",
    "unusual sign-in",
    "update your password",
    "validate your account",
    "verify your account",
    "verify your identity",
    "verify your password",
    "actualice su contraseña",
    "confirme su cuenta",
    "confirme su contraseña",
    "su buzón está lleno",
    "su contraseña caduca",
    "su cuenta será suspendida",
    "verifique su cuenta",
    "verifique su identidad",
    // records
    "copy of the chart",
    "list of patients",
    "medical records",
    "patient list",
    "patient records",
    "send the records",
    "social security number",
    "expediente médico",
    "expedientes médicos",
    "historia clínica",
    "historias clínicas",
    "lista de pacientes",
    "número de seguro social",
];

/// Where something is asked for.
pub(super) fn find(message: &Message<'_>) -> Option<PartName> {
    let asks = |part: &crate::message::TextPart| {
        let own = part.quoted_from.unwrap_or(part.text.len());
        asks(up_to(&part.text, own.min(OCTETS_READ_MAX)))
    };
    let texts = message.texts();
    let read = texts
        .iter()
        .filter(|part| matches!(part.part, PartName::Subject | PartName::Body(_)));
    read.filter(|part| asks(part)).map(|part| part.part).next()
}

fn asks(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase();
    PHRASES.iter().any(|phrase| stands_in(&text, phrase))
}

/// As words of their own: `w-2` is not in `row-20`.
fn stands_in(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
        edge(before) && edge(after)
    })
}

fn up_to(text: &str, octets: usize) -> &str {
    let mut end = octets.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
