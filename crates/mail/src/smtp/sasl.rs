//! The server's side of AUTH PLAIN (RFC 4616) and AUTH LOGIN, up to a name and a password.
//!
//! Whether they are right is for the caller. Nothing decoded here outlives the step unwiped.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Code, Secret};

use super::reply::Reply;

/// What the next line of the client means.
pub(super) enum Step {
    Plain,
    LoginUser,
    LoginPassword { user: String },
}

/// What follows from a line.
pub(super) enum Turn {
    /// Send 334 with this text and await a line.
    Challenge(&'static str, Step),
    Credentials {
        user: String,
        password: Secret<String>,
    },
    Refuse(Reply),
}

/// "Username:" and "Password:", as every client of LOGIN expects them.
const ASK_USER: &str = "VXNlcm5hbWU6";
const ASK_PASSWORD: &str = "UGFzc3dvcmQ6";

pub(super) fn begin(mechanism: &str, initial: Option<&str>) -> Turn {
    let step = match mechanism {
        "PLAIN" => Step::Plain,
        "LOGIN" => Step::LoginUser,
        _ => return Turn::Refuse(Reply::new(504, "5.5.4", "This mechanism is not offered")),
    };
    match (initial, step) {
        (Some("="), step) => next(step, b""),
        (Some(response), step) => next(step, response.as_bytes()),
        (None, Step::Plain) => Turn::Challenge("", Step::Plain),
        (None, step) => Turn::Challenge(ASK_USER, step),
    }
}

/// `line` is base64, without CRLF.
pub(super) fn next(step: Step, line: &[u8]) -> Turn {
    if line == b"*" {
        return Turn::Refuse(Reply::new(501, "5.7.0", "Authentication cancelled"));
    }
    let Ok(decoded) = STANDARD.decode(line) else {
        return Turn::Refuse(Reply::new(501, "5.5.2", "The response is not base64"));
    };
    let Ok(response) = String::from_utf8(decoded).map(Secret::new) else {
        return Turn::Refuse(Code::CredentialsInvalid.into());
    };
    match step {
        Step::Plain => plain(response.expose()),
        Step::LoginUser => Turn::Challenge(
            ASK_PASSWORD,
            Step::LoginPassword {
                user: response.expose().clone(),
            },
        ),
        Step::LoginPassword { user } => Turn::Credentials {
            user,
            password: response,
        },
    }
}

/// `[authzid] NUL authcid NUL passwd`. Acting for another than oneself is not offered.
fn plain(response: &str) -> Turn {
    let mut fields = response.split('\0');
    match (fields.next(), fields.next(), fields.next(), fields.next()) {
        (Some(acting), Some(user), Some(password), None)
            if !user.is_empty() && (acting.is_empty() || acting == user) =>
        {
            Turn::Credentials {
                user: user.to_owned(),
                password: Secret::new(password.to_owned()),
            }
        }
        _ => Turn::Refuse(Code::CredentialsInvalid.into()),
    }
}
