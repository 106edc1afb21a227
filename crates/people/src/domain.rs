//! Sending domains: two DKIM keys each, made here, sealed, with the records to publish.

use std::sync::Arc;

use ctx::{Action, Ctx, Event};
use model::{Domain, DomainId, Result, Secret};
use seal::dkim::Signer;
use serde::{Deserialize, Serialize};
use store::tables::domains;

use crate::People;
pub(crate) use rotation::advance;
pub use rotation::{DkimView, KeyState};

mod rotation;

pub struct DomainView {
    pub id: DomainId,
    pub name: String,
    pub records: Vec<PublishedRecord>,
}

/// A DNS record that the owner of the domain publishes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedRecord {
    pub name: String,
    pub kind: String,
    pub value: String,
}

impl People {
    /// Makes an RSA-2048 and an Ed25519 key (RFC 8463): receivers use what they know.
    ///
    /// # Errors
    /// `state_conflict` when the domain is taken on this installation.
    pub fn add_domain(&self, ctx: &Ctx, name: &Domain) -> Result<DomainView> {
        ctx.allow(Action::DomainManage, &ctx.own("domain"))?;
        let now = ctx.now();
        let id = DomainId::mint(now, self.world().rng.as_ref());
        let row = domains::DomainRow {
            id,
            organisation: ctx.organisation(),
            name: name.as_str().to_owned(),
            created_at: now,
        };
        let stamp = now.secs() / 86_400;
        let rsa = self.dkim(
            ctx,
            &row,
            name,
            "rsa",
            format!("cad{stamp}r"),
            self.work.rsa_key()?,
        )?;
        let ed25519 = self.dkim(
            ctx,
            &row,
            name,
            "ed25519",
            format!("cad{stamp}e"),
            Signer::generate_ed25519()?,
        )?;
        let view = view(&row, &[&rsa, &ed25519]);
        let (actor, rows) = (ctx.clone(), Arc::new((row, rsa, ed25519)));
        self.world().store.write(move |tx| {
            domains::insert(tx, &rows.0)?;
            domains::insert_dkim(tx, &rows.1)?;
            domains::insert_dkim(tx, &rows.2)?;
            actor
                .record(tx, Event::new("domain.added").about(id))
                .map(drop)
        })?;
        Ok(view)
    }

    pub fn domains(&self, ctx: &Ctx) -> Result<Vec<DomainView>> {
        ctx.allow(Action::SettingsRead, &ctx.own("settings"))?;
        let organisation = ctx.organisation();
        self.world().store.read(move |tx| {
            let rows = domains::list(tx, organisation)?;
            rows.iter()
                .map(|d| {
                    Ok(view(
                        d,
                        &domains::dkim(tx, d.id)?.iter().collect::<Vec<_>>(),
                    ))
                })
                .collect()
        })
    }

    /// The keys of a new domain sign from the start: while its record is not published a signature
    /// counts as none (RFC 6376 §6.1.2), and there is no earlier key to lose.
    fn dkim(
        &self,
        ctx: &Ctx,
        domain: &domains::DomainRow,
        name: &Domain,
        algorithm: &str,
        selector: String,
        der: Secret<Vec<u8>>,
    ) -> Result<domains::DkimRow> {
        let signer = match algorithm {
            "rsa" => Signer::rsa(name, &selector, &der)?,
            _ => Signer::ed25519(name, &selector, &der)?,
        };
        let keys = self.world().keys(ctx.organisation())?;
        let aad = vault::aad("dkim_keys", &selector, domain.id.as_bytes());
        Ok(domains::DkimRow {
            domain: domain.id,
            organisation: ctx.organisation(),
            sealed_key: vault::seal(
                &keys.subkey("dkim"),
                &aad,
                der.expose(),
                self.world().rng.as_ref(),
            )?,
            record: signer.dns_record(),
            selector,
            algorithm: algorithm.to_owned(),
            active: true,
            created_at: ctx.now(),
            state: KeyState::Active.word().to_owned(),
            until_at: None,
        })
    }
}

fn view(row: &domains::DomainRow, keys: &[&domains::DkimRow]) -> DomainView {
    let records = keys.iter().map(|k| PublishedRecord {
        name: format!("{}._domainkey.{}", k.selector, row.name),
        kind: "TXT".to_owned(),
        value: k.record.clone(),
    });
    DomainView {
        id: row.id,
        name: row.name.clone(),
        records: records.collect(),
    }
}
