//! Which servers are believed: the system's certificate authorities, and those of a CA bundle beside them. A bundle is
//! read as leniently as OpenSSL does for the AWS CLI, and a certificate in it may be the server's own.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::files::read_bounded;

/// The system's certificate authorities, read once.
static SYSTEM: LazyLock<Vec<CertificateDer<'static>>> = LazyLock::new(|| {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!("the system's certificates: {error}");
    }
    found.certs
});

/// For connections without TLS: nobody is believed.
///
/// # Errors
/// A sentence that says why TLS cannot be set up.
pub fn nobody() -> Result<ClientConfig, String> {
    let builder = builder()?;
    Ok(builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
}

/// The system's authorities, and the certificates of a bundle.
///
/// # Errors
/// A sentence that names the bundle and what is wrong with it.
pub fn system_and(bundle: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(SYSTEM.iter().cloned());
    let own = bundle.map(read_bundle).transpose()?.unwrap_or_default();
    let (usable, _) = roots.add_parsable_certificates(own.iter().cloned());
    if let Some(path) = bundle
        && usable == 0
    {
        return Err(format!("no certificate in the CA bundle {} can be used", path.display()));
    }
    let builder = builder()?;
    if own.is_empty() {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let by_roots = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?;
    let verifier = Arc::new(Verifier { by_roots, own });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, String> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))
}

/// Believes whom the authorities vouch for, and a server whose very certificate stands in the bundle: a self-signed one is
/// mostly marked as an authority's, which webpki does not take from a server, while OpenSSL does.
#[derive(Debug)]
struct Verifier {
    by_roots: Arc<WebPkiServerVerifier>,
    own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified =
            self.by_roots.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // Both are told after the certificate's times have been checked, and before its names are.
            Err(error) if self.own.contains(end_entity) && is_about_the_issuer(&error) => {
                let certificate = ParsedCertificate::try_from(end_entity)?;
                rustls::client::verify_server_name(&certificate, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.by_roots.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.by_roots.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_roots.supported_verify_schemes()
    }
}

/// Whether a server's certificate was fine but for who issued it.
pub fn is_about_the_issuer(error: &Error) -> bool {
    let is_authority = |error: &OtherError| {
        matches!(error.0.downcast_ref::<webpki::Error>(), Some(webpki::Error::CaUsedAsEndEntity))
    };
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        Error::InvalidCertificate(CertificateError::Other(other)) => is_authority(other),
        _ => false,
    }
}

/// The certificates that a system trusts have a quarter of it.
const MOST_BUNDLE: u64 = 4_000_000;

/// The certificates of a PEM file.
fn read_bundle(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = read_bounded(path, MOST_BUNDLE).map_err(|error| {
        format!(
            "the CA bundle {} cannot be read ({error}): correct AWS_CA_BUNDLE or ca_bundle",
            path.display()
        )
    })?;
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(&plain(&bytes)).map(|found| found.map(without_trailer)).collect();
    let certificates = certificates
        .map_err(|error| format!("the CA bundle {} is not a PEM file: {error:?}", path.display()))?;
    if certificates.is_empty() {
        return Err(format!("the CA bundle {} holds no certificate", path.display()));
    }
    Ok(certificates)
}

/// The file without a byte-order mark, and with the one label that the reader knows in place of OpenSSL's others.
fn plain(bytes: &[u8]) -> Vec<u8> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let relabelled = |line: &[u8]| -> Option<Vec<u8>> {
        let mark = line.trim_ascii_end();
        let edge = [&b"-----BEGIN "[..], b"-----END "].into_iter().find(|edge| mark.starts_with(edge))?;
        let is_other =
            [&b"TRUSTED CERTIFICATE-----"[..], b"X509 CERTIFICATE-----"].contains(&&mark[edge.len()..]);
        is_other.then(|| [edge, b"CERTIFICATE-----"].concat())
    };
    let lines = text.split(|byte| *byte == b'\n');
    let lines: Vec<Vec<u8>> = lines.map(|line| relabelled(line).unwrap_or_else(|| line.to_vec())).collect();
    lines.join(&b'\n')
}

/// The certificate alone: OpenSSL's "trusted" ones say behind it what they are trusted for.
fn without_trailer(certificate: CertificateDer<'static>) -> CertificateDer<'static> {
    match length_of_first(&certificate) {
        Some(length) if length < certificate.len() => CertificateDer::from(certificate[..length].to_vec()),
        _ => certificate,
    }
}

/// How long the first DER value is, its head included.
fn length_of_first(der: &[u8]) -> Option<usize> {
    let short = *der.get(1)?;
    if short < 0x80 {
        return Some(2 + usize::from(short));
    }
    let digits = der.get(2..2 + usize::from(short & 0x7f)).filter(|digits| digits.len() <= 4)?;
    let length = digits.iter().fold(0usize, |length, digit| length << 8 | usize::from(*digit));
    Some(2 + digits.len() + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_bundle_is_a_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bundle.pem");
        let said = |text: &str| {
            std::fs::write(&file, text).unwrap();
            system_and(Some(&file)).unwrap_err()
        };
        assert!(system_and(Some(&file)).unwrap_err().contains("cannot be read"));
        assert!(said("no certificate").contains("holds no certificate"));
        assert!(
            said("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n").contains("not a PEM file")
        );
        let nothing = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(said(nothing).contains("no certificate in the CA bundle"));
    }

    #[test]
    fn labels_marks_and_trailers_of_openssl_are_read() {
        let read = |text: &[u8]| String::from_utf8(plain(text)).unwrap();
        assert_eq!(
            read(b"\xef\xbb\xbf-----BEGIN TRUSTED CERTIFICATE-----\r\nAA\n-----END TRUSTED CERTIFICATE-----"),
            "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"
        );
        assert_eq!(read(b"-----BEGIN X509 CERTIFICATE-----\n"), "-----BEGIN CERTIFICATE-----\n");
        assert_eq!(read(b"text\n-----BEGIN CERTIFICATE-----\nx"), "text\n-----BEGIN CERTIFICATE-----\nx");
        assert_eq!(length_of_first(&[0x30, 3, 1, 2, 3, 9, 9]), Some(5));
        assert_eq!(length_of_first(&[0x30, 0x82, 1, 0]), Some(260));
        assert_eq!(length_of_first(&[0x30]), None);
    }
}
