//! The certificate this service shows.

use std::path::Path;
use std::sync::Arc;

use model::{Code, Error, Result};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

/// TLS 1.2 and 1.3 with a chain and its key, both PEM files. Fails with `ConfigInvalid` naming the
/// setting, also when key and certificate do not belong together.
pub fn server_tls(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    let chain_invalid = || Error::new(Code::ConfigInvalid).at("/tls/certificate_file");
    let key_invalid = || Error::new(Code::ConfigInvalid).at("/tls/key_file");
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(chain)
        .and_then(Iterator::collect)
        .map_err(|e| chain_invalid().because(e))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|e| key_invalid().because(e))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| key_invalid().because(e))?;
    Ok(Arc::new(config))
}
