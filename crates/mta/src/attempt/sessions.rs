//! What each connection achieved under the receiving domain's policy, for its report (RFC 8460).
//!
//! Only fresh connections that a policy speaks about are noted: a kept one was noted when it began.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use model::{Domain, TlsFacts, TlsPolicy, TlsSession};

use super::plan::Told;

/// RFC 8460 §4.3: the session was wanted, and TLS was not offered or failed before any certificate.
const NOT_OFFERED: &str = "starttls-not-supported";
const NOT_VALID: &str = "validation-failure";

#[derive(Default)]
pub(super) struct Sessions(Mutex<Vec<TlsSession>>);

impl Sessions {
    /// A connection got as far as TLS could matter.
    pub fn note(
        &self,
        (domain, policy): (&Domain, TlsPolicy),
        told: &Told,
        (host, ip): (Option<&Domain>, Option<IpAddr>),
        failure: Option<&'static str>,
    ) {
        let session = TlsSession {
            domain: domain.clone(),
            policy,
            lines: told.lines.clone(),
            policy_domain: told.domain.clone(),
            mx_patterns: told.mx.clone(),
            mx_host: host.cloned(),
            mx_ip: ip,
            failure,
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(session);
    }

    pub fn into_all(self) -> Vec<TlsSession> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result type of what TLS achieved; `started` says whether its handshake was begun.
pub(super) fn failure(tls: Option<&TlsFacts>, started: bool) -> Option<&'static str> {
    let Some(tls) = tls else {
        return Some(if started { NOT_VALID } else { NOT_OFFERED });
    };
    match tls.unverified_because.as_deref() {
        None if tls.verified => None,
        Some("name_mismatch") => Some("certificate-host-mismatch"),
        Some("expired") => Some("certificate-expired"),
        Some("untrusted") => Some("certificate-not-trusted"),
        _ => Some(NOT_VALID),
    }
}
