//! What an organisation asks of the way its mail takes: a minimum of TLS, a domain for its return paths.
//!
//! Invariant: a domain takes the bounces of one organisation.

use model::{OrganisationId, Result};

use crate::{Tx, statements};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailOptions {
    /// Nothing leaves below verified TLS, whatever a declaration or a choice would allow.
    pub tls_minimum: bool,
    /// In lower case; none where the installation's own is used.
    pub bounce_domain: Option<String>,
}

statements! {
    pub FIND = "SELECT tls_minimum, bounce_domain FROM mail_options WHERE organisation = $1";
    pub OWNER = "SELECT organisation FROM mail_options WHERE bounce_domain = $1";
    pub SET_MINIMUM = "INSERT INTO mail_options (organisation, tls_minimum) VALUES ($1, $2)
        ON CONFLICT (organisation) DO UPDATE SET tls_minimum = $2";
    pub SET_DOMAIN = "INSERT INTO mail_options (organisation, tls_minimum, bounce_domain) VALUES ($1, 0, $2)
        ON CONFLICT (organisation) DO UPDATE SET bounce_domain = $2";
}

pub fn find(tx: &mut Tx<'_>, organisation: OrganisationId) -> Result<MailOptions> {
    let found = tx.find(&FIND, &[organisation.into()], |row| {
        Ok(MailOptions {
            tls_minimum: row.flag(0)?,
            bounce_domain: row.opt_text(1)?.map(str::to_owned),
        })
    })?;
    Ok(found.unwrap_or_default())
}

/// Whose return paths stand under this domain.
pub fn owner(tx: &mut Tx<'_>, bounce_domain: &str) -> Result<Option<OrganisationId>> {
    tx.find(&OWNER, &[bounce_domain.into()], |row| {
        Ok(OrganisationId::from_bytes(row.array(0)?))
    })
}

pub fn set_tls_minimum(tx: &mut Tx<'_>, organisation: OrganisationId, on: bool) -> Result<()> {
    tx.execute(&SET_MINIMUM, &[organisation.into(), on.into()])
        .map(drop)
}

pub fn set_bounce_domain(
    tx: &mut Tx<'_>,
    organisation: OrganisationId,
    name: Option<&str>,
) -> Result<()> {
    tx.execute(&SET_DOMAIN, &[organisation.into(), name.into()])
        .map(drop)
}
