//! TLS by rustls, with libpq's meaning of `sslmode`.

use super::url::TlsMode;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
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
    #[error("there is no certificate in {file}")]
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

/// What is asked of the server's certificate; that the server holds its key is always checked.
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
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
