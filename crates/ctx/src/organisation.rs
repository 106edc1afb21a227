//! Founding an organisation: its key, its audit log with a signing key of its own, its first entry.

use std::sync::Arc;

use model::{KeyVersionId, Method, OrganisationId, Result, Secret};
use store::Tx;
use store::tables::{ledger as log, organisations, triggers};

use crate::{Event, World};

/// What a subject may say to ask for the portal, until the organisation sets its own words.
const DEFAULT_TRIGGERS: [&str; 2] = ["+encrypt+", "[secure]"];

pub struct NewOrganisation {
    pub name: String,
    /// IANA zone name.
    pub zone: String,
    /// `en` or `es`.
    pub language: String,
    pub portal_on: bool,
}

impl World {
    pub fn create_organisation(self: &Arc<Self>, new: NewOrganisation) -> Result<OrganisationId> {
        let (now, rng) = (self.now(), self.rng.as_ref());
        let id = OrganisationId::mint(now, rng);
        let version = KeyVersionId::mint(now, rng);
        let key = vault::random_key(rng);
        let wrapped = vault::wrap_organisation_key(self.vault.as_ref(), id, version, &key, rng)?;
        let seed = vault::random_key(rng);
        let signer = ledger::note::Signer::from_seed(&ledger_name(id), seed.expose())?;
        let sealing = vault::OrganisationKey::new(id, vec![(version, key)]);
        let sealed_ledger_seed = vault::seal(
            &sealing.subkey("ledger-seed"),
            &ledger_aad(id),
            seed.expose(),
            rng,
        )?;
        let row = Arc::new(organisations::Organisation {
            id,
            name: new.name,
            zone: new.zone,
            language: new.language,
            portal_on: new.portal_on,
            sealed_ledger_seed,
            ledger_verifier: signer.verifier().to_string(),
            created_at: now,
        });
        let fingerprint = self.vault.fingerprint();
        let empty = ledger::checkpoint::Checkpoint {
            origin: ledger_name(id),
            size: 0,
            root: ledger::tree::empty_root(),
        };
        let head = Arc::new(log::Head {
            size: 0,
            root: empty.root,
            checkpoint: empty.sign(&signer)?,
            at: now,
        });
        let world = self.clone();
        self.store.write(move |tx| {
            organisations::insert(tx, &row)?;
            organisations::insert_key(
                tx,
                &organisations::KeyRow {
                    id: version,
                    organisation: id,
                    position: 0,
                    wrapped_key: wrapped.clone(),
                    root_fingerprint: fingerprint.clone(),
                    created_at: now,
                },
            )?;
            log::insert_head(tx, id, &head)?;
            for word in DEFAULT_TRIGGERS {
                let trigger = triggers::Trigger {
                    place: "subject".to_owned(),
                    name: String::new(),
                    word: word.to_owned(),
                    method: Method::Portal,
                };
                triggers::set(tx, id, &trigger, now)?;
            }
            world
                .system(id)
                .record(tx, Event::new("organisation.created").about(id))
                .map(drop)
        })?;
        Ok(id)
    }

    pub(crate) fn ledger_signer(
        &self,
        tx: &mut Tx<'_>,
        row: &organisations::Organisation,
    ) -> Result<ledger::note::Signer> {
        let keys = self.keys_in(tx, row.id)?;
        let seed = vault::open(
            &keys.subkey("ledger-seed"),
            &ledger_aad(row.id),
            &row.sealed_ledger_seed,
        )?;
        let seed: [u8; 32] = seed
            .try_into()
            .map_err(|_| model::Error::new(model::Code::StoredDataInvalid))?;
        let seed = Secret::new(seed);
        ledger::note::Signer::from_seed(&ledger_name(row.id), seed.expose())
    }
}

/// The origin line of the organisation's log (C2SP tlog-checkpoint).
pub(crate) fn ledger_name(id: OrganisationId) -> String {
    format!("caduceus/{id}")
}

fn ledger_aad(id: OrganisationId) -> Vec<u8> {
    vault::aad("organisations", "sealed_ledger_seed", id.as_bytes())
}
