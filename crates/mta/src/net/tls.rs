//! TLS towards mail servers: TLS ≥ 1.2, session resumption, and a verdict on the certificate.
//!
//! The handshake always proves possession of the certificate's key. Whether the certificate is one
//! to trust is judged right after it, on every connection (a resumed one too, so that expiry counts
//! there), before the caller has the stream: so the evidence names what was offered even when it is
//! refused. Invariant: `handshake` towards `Floor::Verified` returns no stream that is not verified.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::seams::{Clock, NetFault};
use model::{Code, Error, Floor, Result, TlsFacts, TlsGoal, Trust};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::dane;

/// Tickets kept: about one for each busy mail host.
const SESSIONS_KEPT: usize = 2_048;

/// How we speak TLS as a client: one for the process, so that sessions can be resumed.
pub struct ClientTls {
    connector: TlsConnector,
    trust: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn Clock>,
}

impl ClientTls {
    /// Trusts the public authorities and those in `ca_files` (PEM).
    pub fn new(ca_files: &[PathBuf], clock: Arc<dyn Clock>) -> Result<Self> {
        let mut extra = Vec::new();
        for file in ca_files {
            let invalid = || Error::new(Code::ConfigInvalid).at("/net/ca_files");
            let found = CertificateDer::pem_file_iter(file).map_err(|e| invalid().because(e))?;
            for certificate in found {
                extra.push(certificate.map_err(|e| invalid().because(e))?);
            }
        }
        Self::trusting(&extra, clock)
    }

    /// The same with authorities in hand.
    pub fn trusting(extra: &[CertificateDer<'static>], clock: Arc<dyn Clock>) -> Result<Self> {
        let invalid = || Error::new(Code::ConfigInvalid).at("/net/ca_files");
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        for authority in extra {
            roots
                .add(authority.clone())
                .map_err(|e| invalid().because(e))?;
        }
        let trust =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
                .build()
                .map_err(|e| invalid().because(e))?;
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|e| invalid().because(e))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(JudgedAfterwards(Arc::clone(&provider))))
            .with_no_client_auth();
        config.resumption = rustls::client::Resumption::in_memory_sessions(SESSIONS_KEPT);
        Ok(Self {
            connector: TlsConnector::from(Arc::new(config)),
            trust,
            provider,
            clock,
        })
    }

    /// Shakes hands within `wait` and judges. Towards `Floor::Verified` an unverified certificate is
    /// `TlsFailed` with its facts, and the connection is gone.
    pub async fn handshake(
        &self,
        stream: TcpStream,
        goal: &TlsGoal,
        wait: Duration,
    ) -> Result<(TlsStream<TcpStream>, TlsFacts), (NetFault, Option<TlsFacts>)> {
        let name = ServerName::try_from(goal.host.as_str().to_owned())
            .map_err(|_| (NetFault::TlsFailed, None))?;
        let shaken = timeout(wait, self.connector.connect(name.clone(), stream)).await;
        let stream = shaken
            .map_err(|_| (NetFault::TimedOut, None))?
            .map_err(|_| (NetFault::TlsFailed, None))?;
        let facts = self
            .judge(stream.get_ref().1, &name, goal)
            .ok_or((NetFault::TlsFailed, None))?;
        match goal.floor {
            Floor::Verified if !facts.verified => Err((NetFault::TlsFailed, Some(facts))),
            Floor::Verified | Floor::Encrypted | Floor::Opportunistic => Ok((stream, facts)),
        }
    }

    fn judge(
        &self,
        connection: &ClientConnection,
        name: &ServerName<'_>,
        goal: &TlsGoal,
    ) -> Option<TlsFacts> {
        let (leaf, rest) = connection.peer_certificates()?.split_first()?;
        let now = u64::try_from(self.clock.now().secs()).unwrap_or(0);
        let now = UnixTime::since_unix_epoch(Duration::from_secs(now));
        let unverified_because = match &goal.trust {
            Trust::Pkix => {
                let verdict = self.trust.verify_server_cert(leaf, rest, name, &[], now);
                verdict.err().map(|e| why(&e, leaf).to_owned())
            }
            Trust::Own(roots) => match trusting_only(roots, &self.provider) {
                None => Some("other".to_owned()),
                Some(trust) => {
                    let verdict = trust.verify_server_cert(leaf, rest, name, &[], now);
                    verdict.err().map(|e| why(&e, leaf).to_owned())
                }
            },
            Trust::Dane { records, domain } => {
                let names = [&goal.host, domain];
                let matched = dane::matches(records, (leaf, rest), &names, &self.provider, now);
                (!matched).then(|| "no_tlsa_match".to_owned())
            }
        };
        Some(TlsFacts {
            version: version(connection)?.to_owned(),
            cipher: cipher(connection)?,
            certificate_sha256: hex::encode(digest(leaf)),
            verified: unverified_because.is_none(),
            unverified_because,
        })
    }
}

/// None where none of the roots can be read.
fn trusting_only(
    roots: &[Vec<u8>],
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(CertificateDer::from(root.clone())).ok()?;
    }
    let built = WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(provider));
    built.build().ok()
}

fn digest(leaf: &CertificateDer<'_>) -> impl AsRef<[u8]> {
    ::aws_lc_rs::digest::digest(&::aws_lc_rs::digest::SHA256, leaf)
}

fn version(connection: &ClientConnection) -> Option<&'static str> {
    match connection.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
        rustls::ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
        _ => None,
    }
}

/// The name in the IANA registry of cipher suites.
fn cipher(connection: &ClientConnection) -> Option<String> {
    let name = connection.negotiated_cipher_suite()?.suite().as_str()?;
    Some(name.replacen("TLS13_", "TLS_", 1))
}

fn why(error: &rustls::Error, leaf: &CertificateDer<'_>) -> &'static str {
    use CertificateError as C;
    let rustls::Error::InvalidCertificate(error) = error else {
        return "other";
    };
    match error {
        C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. } => {
            "expired"
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => "name_mismatch",
        C::UnknownIssuer | C::BadSignature => "untrusted",
        // A self-signed certificate that calls itself an authority has an error of its own.
        _ if is_self_issued(leaf) => "untrusted",
        _ => "other",
    }
}

fn is_self_issued(leaf: &CertificateDer<'_>) -> bool {
    x509_parser::parse_x509_certificate(leaf).is_ok_and(|(_, leaf)| leaf.subject() == leaf.issuer())
}

/// Checks that the peer holds the certificate's key, and leaves trust to [`ClientTls::handshake`].
struct JudgedAfterwards(Arc<CryptoProvider>);

impl fmt::Debug for JudgedAfterwards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JudgedAfterwards")
    }
}

impl ServerCertVerifier for JudgedAfterwards {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
