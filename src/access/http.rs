//! The HTTP clients that every call to AWS goes through: one with the proxies and certificates of the environment,
//! one for metadata services, which is never proxied. Nothing here knows what is called.

use std::path::Path;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// Which way requests take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Through the proxies that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name.
    Proxied,
    /// Straight: metadata services, and the simulated AWS on this machine.
    Direct,
}

/// A client with one pool of connections for all who share it.
///
/// `ca_bundle` adds the certificates of a PEM file to those the system trusts.
///
/// # Errors
/// A sentence that names the CA bundle and what is wrong with it.
pub fn client(
    way: Way,
    ca_bundle: Option<&Path>,
    connect_timeout: Duration,
    read_timeout: Duration,
) -> Result<SharedHttpClient, String> {
    let mut trust = TrustStore::default();
    if let Some(path) = ca_bundle {
        trust.add_pem_certificate(read_bundle(path)?);
    }
    let context = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let connector = Connector::builder()
        .connector_settings(
            HttpConnectorSettings::builder()
                .connect_timeout(connect_timeout)
                .read_timeout(read_timeout)
                .build(),
        )
        .proxy_config(match way {
            Way::Proxied => ProxyConfig::from_env(),
            Way::Direct => ProxyConfig::disabled(),
        })
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(context)
        .build();
    // The SDK asks for a connector per client; all of ours get this one, and with it its connections.
    let shared = SharedHttpConnector::new(connector);
    Ok(http_client_fn(move |_, _| shared.clone()))
}

/// A PEM file's bytes, once it is certain that the TLS library will not panic on them.
fn read_bundle(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = std::fs::read(path).map_err(|error| {
        format!(
            "the CA bundle {} cannot be read ({error}): correct AWS_CA_BUNDLE or ca_bundle",
            path.display()
        )
    })?;
    let mut certificates = 0;
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        certificate
            .map_err(|error| format!("the CA bundle {} is not a PEM file: {error:?}", path.display()))?;
        certificates += 1;
    }
    if certificates == 0 {
        return Err(format!("the CA bundle {} holds no certificate", path.display()));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_bundle_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bundle.pem");
        let make = || client(Way::Direct, Some(&file), Duration::from_secs(1), Duration::from_secs(1));
        assert!(make().unwrap_err().contains("cannot be read"));
        std::fs::write(&file, "no certificate").unwrap();
        assert!(make().unwrap_err().contains("no certificate"));
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n").unwrap();
        assert!(make().unwrap_err().contains("PEM"));
    }
}
