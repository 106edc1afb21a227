//! What of an organisation's own settings bears on its mail: read once, kept until one of them changes.

use std::sync::Arc;

use ctx::Ctx;
use model::{Code, Error, Method, PhiLevel, Result, Stream};
use policy::Rules;
use store::tables::mail_options::{self, MailOptions};
use store::tables::registry::{self, State as RegistryState};
use store::tables::triggers::{self, Trigger};
use store::tables::{
    correspondents, directories, domains, key_lookups, organisations, recipient_keys,
};

use crate::Flow;
use crate::draft::Draft;
use crate::scan::Scanned;

/// What of an organisation's own settings bears on a decision.
pub(crate) struct OwnSettings {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) portal_on: bool,
    pub(crate) zone: String,
    /// The domain that our own letters come from, if there is one.
    pub(crate) first_domain: Option<String>,
    pub(super) domains: Vec<String>,
    /// The platform's rules and the organisation's own.
    pub(crate) rules: Arc<Rules>,
    /// What of a message is our own and names no patient.
    pub(crate) own: phi::Own,
    pub(crate) triggers: Vec<Trigger>,
    streams: Vec<(Stream, Method)>,
    /// Something is on record about some recipient.
    pub(super) correspondents: bool,
    /// A key of some recipient is on record.
    pub(super) keys: bool,
    /// OpenPGP keys are asked for at recipients' own domains.
    pub(super) look_up: bool,
    /// Certificates are asked for at directories.
    pub(super) directories: bool,
    /// The registry of patients, by its version.
    pub(crate) registry: Option<RegistryState>,
    /// The organisation's own detectors, of this version.
    pub(crate) detectors: crate::detectors::Force,
    pub(crate) options: MailOptions,
}

impl OwnSettings {
    /// What all mail of the stream asks for. "TLS or nothing" is for mail of little worth: where PHI
    /// was found, or may be, the message is not lost but goes by the portal.
    pub(super) fn stream_option(&self, draft: &Draft, scanned: &Scanned) -> Option<Method> {
        let findings = &scanned.findings;
        let may_be_phi = findings.level >= PhiLevel::Likely
            || findings.subject_phi
            || !findings.unscannable.is_empty();
        let set = self
            .streams
            .iter()
            .find(|(stream, _)| *stream == draft.stream);
        set.map(|(_, method)| *method)
            .filter(|method| *method != Method::TlsOrDrop || !may_be_phi)
    }
}

pub(crate) fn house(flow: &Flow, ctx: &Ctx) -> Result<Arc<OwnSettings>> {
    let (organisation, store) = (ctx.organisation(), &ctx.world().store);
    let (flow2, ctx2) = (flow.clone(), ctx.clone());
    let found = flow.own_settings().find_current(store, organisation, || {
        store.read(move |tx| {
            let Some(row) = organisations::find(tx, organisation)? else {
                return Ok(None);
            };
            let domains = domains::list(tx, organisation)?;
            Ok(Some(Arc::new(OwnSettings {
                name: row.name,
                language: row.language,
                portal_on: row.portal_on,
                zone: row.zone,
                rules: crate::rules::in_force(&flow2, &ctx2, tx)?,
                own: own(&domains),
                first_domain: first(&domains),
                domains: domains.into_iter().map(|d| d.name).collect(),
                triggers: triggers::list(tx, organisation)?,
                streams: triggers::streams(tx, organisation)?,
                registry: registry::state(tx, organisation)?,
                detectors: crate::detectors::in_force(&flow2, &ctx2, tx)?,
                correspondents: correspondents::any(tx, organisation)?,
                keys: recipient_keys::any(tx, organisation)?,
                look_up: key_lookups::wanted(tx, organisation)?,
                directories: directories::any(tx, organisation)?,
                options: mail_options::find(tx, organisation)?,
            })))
        })
    })?;
    found.ok_or_else(|| Error::new(Code::NotFound))
}

fn first(domains: &[domains::DomainRow]) -> Option<String> {
    let first = domains.iter().min_by_key(|d| (d.created_at, d.id));
    first.map(|domain| domain.name.clone())
}

fn own(domains: &[domains::DomainRow]) -> phi::Own {
    let mut own = phi::Own::new();
    domains.iter().for_each(|domain| own.domain(&domain.name));
    own
}
