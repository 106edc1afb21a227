//! The five levels of proof and their fixed wording.
//!
//! The wording is what counsel reads. It says what is shown and, in the same breath, what is not:
//! mail has no proof of the inbox and none of non-receipt.

use model::{Method, Mode};

use super::standing::Step;

/// How far a message provably came, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Claim {
    S0,
    S1,
    S2,
    S3,
    S4,
}

/// Said in every report, whatever its level.
pub const LIMITS: &str = "No mail system can prove that a message was not received, and no entry proves more than its level says.";

/// [`LIMITS`], in Spanish.
pub const LIMITS_SPANISH: &str = "Ningún sistema de correo puede probar que un mensaje no se recibió, y ninguna \
    entrada prueba más de lo que dice su nivel.";

impl Claim {
    pub const ALL: &'static [Self] = &[Self::S0, Self::S1, Self::S2, Self::S3, Self::S4];

    pub const fn word(self) -> &'static str {
        match self {
            Self::S0 => "S0",
            Self::S1 => "S1",
            Self::S2 => "S2",
            Self::S3 => "S3",
            Self::S4 => "S4",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|claim| claim.word() == word)
    }

    /// A few words for a badge.
    pub const fn title(self) -> &'static str {
        match self {
            Self::S0 => "asked to send",
            Self::S1 => "transmitted",
            Self::S2 => "accepted by the recipient's mail server",
            Self::S3 => "reported delivered or relayed",
            Self::S4 => "opened by an authenticated reader",
        }
    }

    /// What the level shows and what it does not.
    pub const fn says(self) -> &'static str {
        match self {
            Self::S0 => {
                "S0: the service was asked to send this message to this recipient and recorded it. \
                 This does not show that anything was transmitted."
            }
            Self::S1 => {
                "S1: the service transmitted the message to a mail server for the recipient's domain. \
                 This does not show that the server accepted it."
            }
            Self::S2 => {
                "S2: a mail server for the recipient's domain accepted the message. \
                 This does not prove that it reached the inbox, or that anyone read it."
            }
            Self::S3 => {
                "S3: a delivery status notification reported the message delivered or relayed. \
                 The notification is another system's statement; it does not prove the inbox, or that anyone read it."
            }
            Self::S4 => {
                "S4: a reader who proved control of the recipient's mailbox opened the message in the portal. \
                 This does not show which person that was."
            }
        }
    }

    /// The same, in Spanish.
    pub const fn says_in_spanish(self) -> &'static str {
        match self {
            Self::S0 => {
                "S0: se pidió al servicio enviar este mensaje a este destinatario y quedó registrado. \
                 Esto no demuestra que se haya transmitido nada."
            }
            Self::S1 => {
                "S1: el servicio transmitió el mensaje a un servidor de correo del dominio del destinatario. \
                 Esto no demuestra que el servidor lo haya aceptado."
            }
            Self::S2 => {
                "S2: un servidor de correo del dominio del destinatario aceptó el mensaje. \
                 Esto no prueba que llegara a la bandeja de entrada ni que alguien lo leyera."
            }
            Self::S3 => {
                "S3: una notificación de estado informó de que el mensaje se entregó o se reenvió. \
                 La notificación es una declaración de otro sistema; no prueba la bandeja de entrada ni que alguien \
                 lo leyera."
            }
            Self::S4 => {
                "S4: un lector que demostró controlar el buzón del destinatario abrió el mensaje en el portal. \
                 Esto no demuestra qué persona fue."
            }
        }
    }

    /// The level one entry supports alone; `None` for entries that only tell of the way.
    pub(crate) fn of(step: Step<'_>) -> Option<Self> {
        match step.kind {
            "message.accepted" => Some(Self::S0),
            "delivery.transmitted" if carries_message(step) => Some(Self::S1),
            "delivery.accepted" if carries_message(step) => Some(Self::S2),
            "dsn" if carries_message(step) && is_positive(step) => Some(Self::S3),
            "portal.read" => Some(Self::S4),
            _ => None,
        }
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Whether the entry follows something sent beside the message: a notice that it waits in the
/// portal, a one-time code, a report to the sender.
pub(crate) fn is_beside(step: Step<'_>) -> bool {
    let of_the_way = step.kind.starts_with("delivery.") || step.kind == "dsn";
    let role = fact(step, "role");
    of_the_way
        && (method(step) == Some(Method::Portal) || role.is_some_and(|role| role != "letter"))
}

/// Whether the entry belongs to a rehearsal, in which nothing leaves the service.
pub(crate) fn is_test(step: Step<'_>) -> bool {
    fact(step, "mode").and_then(Mode::from_word) == Some(Mode::Test)
}

/// Whether the entry records that the message did not get through.
pub(crate) fn is_failure(step: Step<'_>) -> bool {
    let ends = [
        ".refused",
        ".bounced",
        ".expired",
        ".deferred",
        ".ambiguous",
    ];
    ends.iter().any(|end| step.kind.ends_with(end)) || (step.kind == "dsn" && !is_positive(step))
}

/// A delivery counts for the message only when it says that the message itself travelled: by its
/// role, or by a method that sends. A silent one could be a notice's.
fn carries_message(step: Step<'_>) -> bool {
    use Method::{Pgp, Plain, Smime, Tls, TlsOrDrop};
    let sends = matches!(method(step), Some(Plain | TlsOrDrop | Tls | Pgp | Smime));
    let letter = fact(step, "role") == Some("letter");
    (sends || letter) && !is_beside(step) && !is_test(step)
}

/// RFC 3464 §2.3.3: nothing more will be tried.
pub(crate) fn says_failed(step: Step<'_>) -> bool {
    fact(step, "action") == Some("failed")
}

/// RFC 3464 §2.3.3: of the actions only these two say that the message went on.
fn is_positive(step: Step<'_>) -> bool {
    matches!(
        step.facts.get("action").map(String::as_str),
        Some("delivered" | "relayed")
    )
}

fn method(step: Step<'_>) -> Option<Method> {
    fact(step, "method").and_then(Method::from_word)
}

fn fact<'a>(step: Step<'a>, key: &str) -> Option<&'a str> {
    step.facts.get(key).map(String::as_str)
}
