//! TLS by rustls, with libpq's meaning of `sslmode`.

use super::tls_mode::TlsMode;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// TLS that cannot be set up as asked.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("the root certificates in {file} cannot be read: {reason}")]
    Unreadable { file: String, reason: String },
    #[error("{file} holds no certificate")]
    NoCertificate { file: String },
    #[error("this system has no root certificates")]
    NoSystemRoots,
    #[error("{0}")]
    Rustls(#[from] rustls::Error),
}

/// What makes TLS sessions of the given kind.
pub(super) fn connector(mode: &TlsMode) -> Result<MakeRustlsConnect, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new(mode, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// libpq's `~/.postgresql/root.crt`, where it exists.
pub(super) fn home_roots() -> Option<PathBuf> {
    let file = PathBuf::from(std::env::var_os("HOME")?).join(".postgresql/root.crt");
    file.exists().then_some(file)
}

/// What the server's certificate must prove. The server must always hold the certificate's key.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
enum Trust {
    /// `prefer`, `require`: any certificate.
    Anyone,
    /// `verify-ca`, `verify-full`
    Roots { roots: Roots, and_name: bool },
}

#[derive(Debug)]
struct Roots {
    store: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

impl Verifier {
    fn new(mode: &TlsMode, provider: &CryptoProvider) -> Result<Self, TlsError> {
        let trust = match mode {
            TlsMode::Disable | TlsMode::Prefer | TlsMode::Require => Trust::Anyone,
            TlsMode::VerifyCa { roots } => {
                Trust::Roots { roots: Roots::load(roots.as_deref())?, and_name: false }
            }
            TlsMode::VerifyFull { roots } => {
                Trust::Roots { roots: Roots::load(roots.as_deref())?, and_name: true }
            }
        };
        Ok(Verifier { trust, algorithms: provider.signature_verification_algorithms })
    }
}

impl Roots {
    fn load(named: Option<&str>) -> Result<Self, TlsError> {
        match (named, home_roots()) {
            (Some("system"), _) | (None, None) => Roots::of_the_system(),
            (Some(file), _) => Roots::of_file(Path::new(file)),
            (None, Some(file)) => Roots::of_file(&file),
        }
    }

    fn of_file(path: &Path) -> Result<Self, TlsError> {
        let file = path.display().to_string();
        let unreadable = |reason: String| TlsError::Unreadable { file: file.clone(), reason };
        let certificates = CertificateDer::pem_file_iter(path)
            .map_err(|error| unreadable(error.to_string()))?
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| unreadable(error.to_string()))?;
        Roots::of(certificates).ok_or(TlsError::NoCertificate { file })
    }

    fn of_the_system() -> Result<Self, TlsError> {
        Roots::of(rustls_native_certs::load_native_certs().certs).ok_or(TlsError::NoSystemRoots)
    }

    fn of(certificates: Vec<CertificateDer<'static>>) -> Option<Self> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates.iter().cloned());
        (!store.is_empty()).then_some(Roots { store, certificates })
    }

    /// The chain, and the dates. As in libpq, a certificate that is itself among the roots is
    /// trusted, even one that is marked as an authority's (what `openssl req -x509` makes).
    fn check(
        &self,
        certificate: &CertificateDer<'_>,
        parsed: &ParsedCertificate<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> Result<(), rustls::Error> {
        let checked = verify_server_cert_signed_by_trust_anchor(
            parsed,
            &self.store,
            intermediates,
            now,
            algorithms.all,
        );
        match checked {
            // the dates are looked at before the mark, so this is not an expired one
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if self.certificates.contains(certificate) =>
            {
                Ok(())
            }
            checked => checked,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Trust::Roots { roots, and_name } = &self.trust {
            let parsed = ParsedCertificate::try_from(end_entity)?;
            roots.check(end_entity, &parsed, intermediates, now, &self.algorithms)?;
            if *and_name {
                verify_server_name(&parsed, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        match verify_tls13_signature(message, cert, dss, &self.algorithms) {
            // a certificate of version 1, as old recipes for servers make them, is more than the
            // verifier can read; if the name is not verified, the key is enough
            Err(rustls::Error::InvalidCertificate(CertificateError::Other(_)))
                if matches!(self.trust, Trust::Anyone) =>
            {
                let key = public_key(cert)
                    .ok_or(rustls::Error::InvalidCertificate(CertificateError::BadEncoding))?;
                verify_tls13_signature_with_raw_key(
                    message,
                    &SubjectPublicKeyInfoDer::from(key),
                    dss,
                    &self.algorithms,
                )
            }
            verified => verified,
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// The `SubjectPublicKeyInfo` of a certificate (RFC 5280, section 4.1), of any version.
fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    const VERSION: u8 = 0xa0;
    let outer = Der::take(certificate, SEQUENCE)?;
    let mut rest = Der::take(outer.content, SEQUENCE)?.content;
    // version 1 has no version field
    if let Some(version) = Der::take(rest, VERSION) {
        rest = version.rest;
    }
    // serial number, signature algorithm, issuer, validity, subject
    for tag in [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE] {
        rest = Der::take(rest, tag)?.rest;
    }
    Some(Der::take(rest, SEQUENCE)?.whole)
}

/// One element of DER.
struct Der<'a> {
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Der<'a> {
    /// The first element, if it has this tag. Lengths have at most two bytes: a certificate's do.
    fn take(bytes: &'a [u8], tag: u8) -> Option<Self> {
        let (start, length) = match *bytes {
            [found, length @ 0..=0x7f, ..] if found == tag => (2, usize::from(length)),
            [found, 0x81, length, ..] if found == tag => (3, usize::from(length)),
            [found, 0x82, high, low, ..] if found == tag => {
                (4, usize::from(u16::from_be_bytes([high, low])))
            }
            _ => return None,
        };
        let end = start + length;
        Some(Der {
            whole: bytes.get(..end)?,
            content: bytes.get(start..end)?,
            rest: bytes.get(end..)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl x509 -req` without extensions, as PostgreSQL's manual once said.
    const VERSION_1: &[u8] = b"-----BEGIN CERTIFICATE-----
MIIBIjCByQIUEjxynTkm8OQWgwtVLQRii1gAb88wCgYIKoZIzj0EAwIwFDESMBAG
A1UEAwwJbG9jYWxob3N0MB4XDTI2MTEyMzAzNDExM1oXDTI2MTEyNTAzNDExM1ow
FDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
yt2RK8UOA5BX7E6G7GC7397TgyNMITmNoIWg6mpBYY2ei4wWxrG6NRRNSs1MGEEW
83SIqdpmRMchmsrauBGmGjAKBggqhkjOPQQDAgNIADBFAiA8SBZNpLJ6+fIFafU4
09KBEpnFyipBUYwNhu5MwwQzOgIhAI0A12sQ/Z3OjjQtn/0xVTX1NAgUufp4PyOt
x2aJPtcg
-----END CERTIFICATE-----
";
    const ITS_KEY: &[u8] = b"-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEyt2RK8UOA5BX7E6G7GC7397TgyNM
ITmNoIWg6mpBYY2ei4wWxrG6NRRNSs1MGEEW83SIqdpmRMchmsrauBGmGg==
-----END PUBLIC KEY-----
";

    #[test]
    fn the_key_of_a_certificate_of_version_1_is_found() {
        let certificate = CertificateDer::from_pem_slice(VERSION_1).unwrap();
        let key = SubjectPublicKeyInfoDer::from_pem_slice(ITS_KEY).unwrap();
        assert!(ParsedCertificate::try_from(&certificate).is_err(), "what the detour is for");
        assert_eq!(public_key(&certificate), Some(key.as_ref()));
    }

    #[test]
    fn what_is_no_certificate_has_no_key() {
        let certificate = CertificateDer::from_pem_slice(VERSION_1).unwrap();
        for end in 0..certificate.len() {
            let _ = public_key(&certificate[..end]);
        }
        assert_eq!(public_key(b""), None);
        assert_eq!(public_key(&[0x30, 0x82, 0xff, 0xff, 0x00]), None);
    }
}
