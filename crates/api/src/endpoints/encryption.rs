//! `/v1/encryption`: how the organisation encrypts. One file each; here is what they share.

pub(super) mod revocation;
pub(super) mod set;
pub(super) mod show;

use ctx::Ctx;
use flow::Flow;
use model::Result;
use serde::Serialize;
use utoipa::ToSchema;

/// How the organisation encrypts.
#[derive(Serialize, ToSchema)]
pub(crate) struct Encryption {
    /// Encrypted mail is encrypted to the organisation's own key too, so that it can open what it sent.
    escrow: bool,
    /// OpenPGP keys of recipients are asked for at their own domains (Web Key Directory), which then know who is written
    /// to.
    look_up: bool,
}

impl Encryption {
    fn now(flow: &Flow, ctx: &Ctx) -> Result<Self> {
        Ok(Self {
            escrow: flow.escrow(ctx)?,
            look_up: flow.key_lookup(ctx)?,
        })
    }
}
