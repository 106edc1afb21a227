//! Who sits at the desk: the session behind a console request.

use axum::response::Response;
use ctx::{Ctx, Role};
use model::{Code, Result};

use super::answer::{redirect, with_cookie};
use super::asked::{Asked, House};
use super::cookies::Cookie;
use super::run;

/// A signed-in member of staff.
#[derive(Clone)]
pub struct Desk {
    ctx: Option<Ctx>,
    pub name: String,
    pub house: House,
    roles: Vec<Role>,
}

impl Desk {
    /// For pages that show before anyone is known.
    pub fn nobody(asked: &Asked) -> Self {
        Self {
            ctx: None,
            name: String::new(),
            house: House::unknown(asked),
            roles: Vec::new(),
        }
    }
    /// # Errors
    /// `session_expired` when nobody sits here.
    pub fn ctx(&self) -> Result<&Ctx> {
        self.ctx.as_ref().ok_or_else(|| Code::SessionExpired.into())
    }
    /// What to offer. Only an offer: the access policy decides when it is taken up, and a link that
    /// leads to a refusal would only confuse.
    fn is_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }
    pub fn reads_content(&self) -> bool {
        self.is_any(&[Role::Staff, Role::Compliance])
    }
    /// Whom mail went to.
    pub fn reads_addresses(&self) -> bool {
        self.is_any(&[Role::Staff, Role::Compliance])
    }
    pub fn manages_registry(&self) -> bool {
        self.is_any(&[Role::Administrator, Role::Compliance])
    }
    /// Certificates and OpenPGP keys of recipients.
    pub fn manages_keys(&self) -> bool {
        self.is_any(&[Role::Administrator, Role::Compliance])
    }
    pub fn reads_audit(&self) -> bool {
        self.is_any(&[Role::Administrator, Role::Compliance, Role::Auditor])
    }
    pub fn manages_webhooks(&self) -> bool {
        self.is_any(&[Role::Administrator, Role::Developer])
    }
    pub fn manages_suppressions(&self) -> bool {
        self.cancels_any()
    }
    /// The queue, sending domains and triggers.
    pub fn reads_operation(&self) -> bool {
        self.reads_audit() || self.is_any(&[Role::Developer])
    }
    pub fn takes_proof(&self) -> bool {
        self.is_any(&[
            Role::Administrator,
            Role::Compliance,
            Role::Staff,
            Role::Auditor,
        ])
    }
    /// The organisation's own rules of policy.
    pub fn reads_rules(&self) -> bool {
        self.reads_audit()
    }
    /// What came in, and what looks wrong about it.
    pub fn reads_inbound(&self) -> bool {
        self.is_any(&[Role::Staff, Role::Compliance, Role::Auditor])
    }
    /// The archive, by what messages say.
    pub fn searches(&self) -> bool {
        self.is_any(&[Role::Compliance])
    }
    /// Places holds and asks for their release.
    pub fn places_holds(&self) -> bool {
        self.is_any(&[Role::Compliance])
    }
    /// Proposes rules of retention.
    pub fn keeps_rules(&self) -> bool {
        self.is_any(&[Role::Compliance])
    }
    /// Approves a rule of retention that somebody else proposed.
    pub fn approves_rules(&self, proposed_by: &str) -> bool {
        self.releases_holds(proposed_by)
    }
    /// Asks for a disposal of what is due.
    pub fn disposes(&self) -> bool {
        self.keeps_rules()
    }
    /// Agrees to a disposal that somebody else asked for.
    pub fn approves_disposal(&self, asked_by: &str) -> bool {
        self.releases_holds(asked_by)
    }
    /// Agrees to a release that somebody else asked for.
    pub fn releases_holds(&self, asked_by: &str) -> bool {
        let own = self.ctx.as_ref().is_some_and(|ctx| ctx.actor() == asked_by);
        !own && self.is_any(&[Role::Administrator, Role::Compliance])
    }
    /// Who sends unusually.
    pub fn reads_senders(&self) -> bool {
        self.reads_audit() || self.is_any(&[Role::DlpAdmin])
    }
    /// Releases and limits senders.
    pub fn answers_for_senders(&self) -> bool {
        self.is_any(&[Role::Administrator, Role::Compliance, Role::DlpAdmin])
    }
    pub fn edits_rules(&self) -> bool {
        self.is_any(&[Role::Compliance])
    }
    pub fn releases(&self) -> bool {
        self.is_any(&[Role::Compliance])
    }
    /// What a person sent waits for somebody else.
    pub fn decides(&self, sender: &str) -> bool {
        let own = self.ctx.as_ref().is_some_and(|ctx| ctx.actor() == sender);
        self.releases() && !own
    }
    pub fn gives_opinion(&self) -> bool {
        self.is_any(&[Role::Staff, Role::Compliance])
    }
    pub fn cancels_any(&self) -> bool {
        self.is_any(&[Role::Administrator, Role::Compliance])
    }
    /// Domains, people and settings.
    pub fn manages(&self) -> bool {
        self.is_any(&[Role::Administrator])
    }
    /// Staff cancel what they sent themselves.
    pub fn cancels(&self, sender: &str) -> bool {
        let own = self.ctx.as_ref().is_some_and(|ctx| ctx.actor() == sender);
        self.cancels_any() || (own && self.is_any(&[Role::Staff]))
    }
}

/// # Errors
/// `session_expired` without a live session.
pub async fn desk(asked: &Asked) -> Result<Desk> {
    let token = asked.cookie(&Cookie::Session).ok_or(Code::SessionExpired)?;
    let people = asked.state().people.clone();
    let (ctx, view) = run(move || people.session(&token)).await?;
    // The name of who is signed in, shown to nobody else.
    let name = view.user_name.open(ctx.machine_access()).clone();
    let house = House {
        name: view.organisation,
        zone: view.zone,
        language: view.language,
    };
    Ok(Desk {
        ctx: Some(ctx),
        name,
        house,
        roles: view.roles,
    })
}

/// To the sign-in page, which leads back to where the visitor was.
pub fn to_sign_in(asked: &Asked) -> Response {
    let back = if asked.is_read() {
        asked.here()
    } else {
        "/console"
    };
    let ended = if asked.cookie(&Cookie::Session).is_some() {
        "&ended=yes"
    } else {
        ""
    };
    let response = redirect(&format!("/console/sign-in?back={}{ended}", escape(back)));
    with_cookie(response, asked, &Cookie::Session, "")
}

/// Only paths of the console may be returned to: never another site, never a form's target.
pub fn back_or_home(back: &str) -> &str {
    let own = back == "/console" || back.starts_with("/console/") || back.starts_with("/console?");
    let clean = back.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') && !back.contains("//");
    if own && clean && !back.starts_with("/console/sign-") {
        back
    } else {
        "/console"
    }
}

/// Percent-encodes a value for a query.
pub fn escape(value: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    value
        .bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
