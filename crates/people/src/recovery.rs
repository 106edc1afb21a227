//! Recovery codes: ten codes for someone who lost the second factor, shown once.
//!
//! Invariants: only keyed tokens of them are kept, each works once and only after the right password,
//! wrong ones count towards the lock, and making new ones ends the old.

use ctx::{Action, Ctx, Event, PrincipalKind, Resource};
use model::seams::Rng;
use model::{Code, Error, Result, Secret, UserId, limits};
use store::tables::{sign_in, users};

use crate::People;
use crate::session::SessionToken;

/// Crockford's base 32: no letter that is mistaken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LETTERS: usize = 12;

impl People {
    /// New codes for whoever is signed in.
    ///
    /// # Errors
    /// `action_forbidden` for anyone but a user.
    pub fn make_recovery_codes(&self, ctx: &Ctx) -> Result<Vec<Secret<String>>> {
        let id = own_account(ctx)?;
        self.replace_codes(ctx, id)
    }

    /// How many are left to whoever is signed in.
    pub fn recovery_codes_left(&self, ctx: &Ctx) -> Result<u64> {
        let id = own_account(ctx)?;
        self.world()
            .store
            .read(move |tx| sign_in::codes_left(tx, id))
    }

    /// New codes for a user of the organisation, to be handed over by whoever checked who it is.
    ///
    /// # Errors
    /// `not_found` when there is no such user.
    pub fn make_recovery_codes_for(&self, ctx: &Ctx, id: UserId) -> Result<Vec<Secret<String>>> {
        ctx.allow(Action::UserManage, &ctx.own("user"))?;
        let organisation = ctx.organisation();
        let found = self.world().store.read(move |tx| users::find(tx, id))?;
        if found.is_none_or(|user| user.organisation != organisation) {
            return Err(Code::NotFound.into());
        }
        self.replace_codes(ctx, id)
    }

    fn replace_codes(&self, ctx: &Ctx, id: UserId) -> Result<Vec<Secret<String>>> {
        let codes: Vec<Secret<String>> = (0..limits::RECOVERY_CODES)
            .map(|_| draw(self.world().rng.as_ref()))
            .collect();
        let keys = self.world().keys(ctx.organisation())?;
        let token = |code: &Secret<String>| keys.blind("recovery", &named(id, code.expose()));
        let tokens: Vec<[u8; 32]> = codes.iter().map(token).collect();
        let actor = ctx.clone();
        self.world().store.write(move |tx| {
            sign_in::replace_codes(tx, id, &tokens, actor.now())?;
            let event = Event::new("user.recovery_codes_made").about(id);
            actor
                .record(tx, event.fact("count", tokens.len()))
                .map(drop)
        })?;
        Ok(codes
            .iter()
            .map(|code| Secret::new(grouped(code.expose())))
            .collect())
    }

    /// Finishes a sign-in by a recovery code.
    pub(crate) fn recover(&self, pending: &str, code: &Secret<String>) -> Result<SessionToken> {
        let (session, user) = self.pending(pending)?;
        let wrong = || Error::new(Code::SecondFactorInvalid);
        let now = self.world().now();
        if user.locked_until.is_some_and(|until| until > now) {
            return Err(Code::SignInLocked.into());
        }
        if !self.is_enrolled(&user)? {
            return Err(wrong());
        }
        let keys = self.world().keys(user.organisation)?;
        let token = keys.blind("recovery", &named(user.id, code.expose()));
        let (world, id, organisation) = (self.world().clone(), user.id, user.organisation);
        let used = self.world().store.write(move |tx| {
            if !sign_in::use_code(tx, id, &token, now)? {
                return Ok(false);
            }
            // Guesses made at once cannot outrun the lock.
            if !users::forgive(tx, id, now)? {
                return Err(Code::SignInLocked.into());
            }
            let left = sign_in::codes_left(tx, id)?;
            let event = Event::new("user.recovery_code_used")
                .about(id)
                .fact("left", left);
            world.system(organisation).record(tx, event)?;
            Ok(true)
        })?;
        if !used {
            self.note_failure(&user, "recovery_code")?;
            return Err(wrong());
        }
        self.open_session(&user, "full", Some(session))
    }
}

/// A recovery code as somebody wrote it down; `None` for what is none, such as six digits.
pub(crate) fn read(written: &str) -> Option<Secret<String>> {
    let mut code = String::with_capacity(LETTERS);
    for c in written.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        code.push(match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    }
    let whole = code.len() == LETTERS && code.bytes().all(|b| ALPHABET.contains(&b));
    whole.then(|| Secret::new(code))
}

fn own_account(ctx: &Ctx) -> Result<UserId> {
    let own = Resource {
        owner: Some(ctx.actor().to_owned()),
        ..ctx.own("user")
    };
    ctx.allow(Action::AccountManage, &own)?;
    match ctx.principal().kind {
        PrincipalKind::User(_) => ctx.actor().parse(),
        _ => Err(Code::ActionForbidden.into()),
    }
}

/// Sixty random bits.
fn draw(rng: &dyn Rng) -> Secret<String> {
    let mut bytes = [0; LETTERS];
    rng.fill(&mut bytes);
    let letters = bytes
        .iter()
        .map(|b| char::from(ALPHABET[usize::from(b & 31)]));
    Secret::new(letters.collect())
}

/// One user's code says nothing about another's.
fn named(id: UserId, code: &str) -> String {
    format!("{id}:{code}")
}

fn grouped(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}
