//! Who people and programs are: users, sessions, second factors, apps, keys, sending domains.
//!
//! Everything here ends in a [`ctx::Ctx`] or an error; no other crate makes one for a person or an
//! app. Invariants: passwords are Argon2id hashes, keys and sessions are SHA-256 hashes of 256 random
//! bits, a TOTP step works once, a wrong user and a wrong password answer alike and take alike.

mod app;
mod authenticate;
mod domain;
mod failed;
pub mod health;
mod key;
mod password;
mod recovery;
mod session;
mod sign_in;
mod totp;
mod user;

use model::Secret;
use model::seams::Rng;

pub use app::{AppView, NewApp};
pub use domain::{DkimView, DomainView, KeyState, PublishedRecord};
pub use key::{KeyView, NewKey};
pub use session::{SessionToken, SessionView, csrf_of};
pub use sign_in::{Enrolment, SignIn, code_at};
pub use user::{NewUser, UserView};

/// The people of an installation. Cheap to clone.
#[derive(Clone)]
pub struct People {
    world: std::sync::Arc<ctx::World>,
    known: std::sync::Arc<authenticate::Known>,
    refused: std::sync::Arc<authenticate::Refusals>,
    failed: std::sync::Arc<failed::Failed>,
    used: std::sync::Arc<authenticate::Used>,
    work: password::Work,
    hashing: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

impl People {
    pub fn new(world: std::sync::Arc<ctx::World>) -> Self {
        Self {
            world,
            known: Default::default(),
            refused: Default::default(),
            failed: Default::default(),
            used: Default::default(),
            work: password::Work::default(),
            hashing: Default::default(),
        }
    }
    /// For tests and simulations: hashing that takes microseconds instead of tens of milliseconds.
    pub fn quick(world: std::sync::Arc<ctx::World>) -> Self {
        Self {
            world,
            known: Default::default(),
            refused: Default::default(),
            failed: Default::default(),
            used: Default::default(),
            work: password::Work::quick(),
            hashing: Default::default(),
        }
    }
    pub fn world(&self) -> &std::sync::Arc<ctx::World> {
        &self.world
    }
}

/// 256 random bits as 43 letters of URL-safe base64.
pub(crate) fn random_text(rng: &dyn Rng) -> Secret<String> {
    use base64::Engine;
    let mut bytes = [0u8; 32];
    rng.fill(&mut bytes);
    Secret::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
