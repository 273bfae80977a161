//! TLS to the database: rustls with ring. The certificate is verified by the platform's authorities, or by
//! those that the URL names.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem, pem::PemObject as _},
};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Error, ErrorKind};

pub(super) fn connector(authorities: Option<&Path>) -> Result<MakeRustlsConnect, Error> {
    let refused = |error: rustls::Error| {
        Error::new(
            ErrorKind::InvalidInput,
            "TLS to the database cannot be set up",
        )
        .with_source(error)
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(refused)?;
    let builder = match authorities {
        None => builder.with_platform_verifier().map_err(refused)?,
        Some(file) => {
            let roots = roots(file).map_err(|error| {
                Error::new(
                    ErrorKind::InvalidInput,
                    format!("the certificates in {} cannot be read", file.display()),
                )
                .with_advice("give sslrootcert a PEM file with the certificates of authorities")
                .with_source(error)
            })?;
            builder.with_root_certificates(roots)
        }
    };
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

fn roots(file: &Path) -> Result<RootCertStore, Box<dyn std::error::Error + Send + Sync>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    if roots.is_empty() {
        return Err(pem::Error::NoItemsFound.into());
    }
    Ok(roots)
}
