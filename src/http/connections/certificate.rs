//! The certificate for HTTPS without a proxy.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// Why a certificate cannot be used. Each text names the file.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file is missing or must not be read.
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, #[source] std::io::Error),
    /// A file begins a PEM section and does not complete it.
    #[error("{0} is not a valid PEM file: {1}")]
    Garbled(PathBuf, #[source] pem::Error),
    /// The file for the certificate contains no certificate.
    #[error(
        "{0} contains no certificate. Expected the server's certificate in PEM (BEGIN CERTIFICATE), followed by \
         the intermediate certificates"
    )]
    NoCertificate(PathBuf),
    /// The file for the key contains no private key.
    #[error(
        "{0} contains no private key. Expected one in PEM (BEGIN PRIVATE KEY), without a passphrase"
    )]
    NoKey(PathBuf),
    /// The key belongs to another certificate.
    #[error("{1} is not the private key of the certificate in {0}")]
    Mismatch(PathBuf, PathBuf),
    /// The certificate or the key is not valid inside its PEM section, or of an unknown kind.
    #[error("the certificate in {0} with the private key in {1} cannot be used: {2}")]
    Unusable(PathBuf, PathBuf, #[source] rustls::Error),
}

/// A certificate and its key from two files, which can be read again while the server runs.
#[derive(Debug)]
pub struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    current: ArcSwap<CertifiedKey>,
}

impl Certificate {
    /// Reads the certificate chain and the private key, both in PEM.
    ///
    /// # Errors
    /// If a file cannot be read or contains something else, or if the key belongs to another certificate.
    pub fn read(cert: &Path, key: &Path) -> Result<Self, CertificateError> {
        Ok(Self {
            current: ArcSwap::from_pointee(pair(cert, key)?),
            cert: cert.to_owned(),
            key: key.to_owned(),
        })
    }

    /// Reads the files again. New connections use the new certificate.
    ///
    /// # Errors
    /// The errors of [`Certificate::read`]. The certificate in use is then kept.
    pub fn reload(&self) -> Result<(), CertificateError> {
        self.current.store(Arc::new(pair(&self.cert, &self.key)?));
        Ok(())
    }

    /// The TLS configuration of the server, for HTTP/2 and HTTP/1.1.
    ///
    /// # Errors
    /// If rustls was built without support for any version of TLS. The features in `Cargo.toml` rule that out.
    pub fn config(self: &Arc<Self>) -> Result<ServerConfig, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

fn pair(cert: &Path, key: &Path) -> Result<CertifiedKey, CertificateError> {
    let text = std::fs::read(cert).map_err(|e| CertificateError::Read(cert.to_owned(), e))?;
    let chain = CertificateDer::pem_slice_iter(&text)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| CertificateError::Garbled(cert.to_owned(), e))?;
    if chain.is_empty() {
        return Err(CertificateError::NoCertificate(cert.to_owned()));
    }
    let text = std::fs::read(key).map_err(|e| CertificateError::Read(key.to_owned(), e))?;
    let private = PrivateKeyDer::from_pem_slice(&text).map_err(|e| match e {
        pem::Error::NoItemsFound => CertificateError::NoKey(key.to_owned()),
        e => CertificateError::Garbled(key.to_owned(), e),
    })?;
    CertifiedKey::from_der(chain, private, &default_provider()).map_err(|source| {
        let (cert, key) = (cert.to_owned(), key.to_owned());
        match source {
            rustls::Error::InconsistentKeys(_) => CertificateError::Mismatch(cert, key),
            source => CertificateError::Unusable(cert, key, source),
        }
    })
}
