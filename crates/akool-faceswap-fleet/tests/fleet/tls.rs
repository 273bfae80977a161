//! TLS to a real server, with a certificate of an authority that the test made.

use std::{error::Error as _, path::PathBuf};

use akool_faceswap_fleet::{Error, ErrorKind, Fleet};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::{
    database::Database,
    id,
    server::{self, Server},
};

/// A database behind TLS, and the certificate of its authority.
struct Secure {
    _server: Server,
    dir: TempDir,
    port: u16,
    name: String,
}

impl Secure {
    /// With a certificate for `host`.
    async fn start(host: &str) -> Option<Self> {
        let server = Server::start("fsync = off\n")?;
        let database = Database::on(&server).await;
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([host.to_owned()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("root.pem"), root.pem()).unwrap();
        let port = server.serve_tls(&certificate.pem(), &key.serialize_pem());
        Some(Self {
            _server: server,
            dir,
            port,
            name: server::database_of(&database.url).to_owned(),
        })
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("root.pem")
    }

    async fn connect(&self, host: &str, parameters: &str) -> Result<Fleet, Error> {
        let (port, name) = (self.port, &self.name);
        Fleet::connect(&format!(
            "postgres://postgres@{host}:{port}/{name}?{parameters}"
        ))
        .await
    }
}

/// An error with its causes.
fn text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

#[tokio::test]
async fn a_certificate_is_verified_with_the_named_authorities() {
    let Some(secure) = Secure::start("127.0.0.1").await else {
        return;
    };
    let root = secure.root().display().to_string();
    for mode in ["require", "verify-full", "prefer"] {
        let parameters = format!("sslmode={mode}&sslrootcert={root}");
        let fleet = secure.connect("127.0.0.1", &parameters).await.unwrap();
        fleet.track([id(1)]).await.unwrap();
    }
    // The connection uses TLS, although the server accepts plain ones.
    let plain = format!(
        "host=127.0.0.1 port={} user=postgres dbname={} sslmode=disable",
        secure.port, secure.name
    );
    let fleet = secure
        .connect("127.0.0.1", &format!("sslmode=require&sslrootcert={root}"))
        .await
        .unwrap();
    let client = crate::database::connect(&plain).await;
    let sql = "select count(*) filter (where ssl), count(*) filter (where not ssl) \
               from pg_stat_ssl join pg_stat_activity using (pid) where datname = current_database()";
    let row = client.query_one(sql, &[]).await.unwrap();
    let (encrypted, plain): (i64, i64) = (row.get(0), row.get(1));
    assert!(encrypted >= 1 && plain == 1, "{encrypted} and {plain}");
    drop(fleet);
}

#[tokio::test]
async fn a_certificate_of_another_name_or_authority_is_refused() {
    let Some(secure) = Secure::start("db.example").await else {
        return;
    };
    let root = format!("sslrootcert={}", secure.root().display());
    let trusting = [
        // This machine does not trust the authority.
        ("sslmode=require".to_owned(), "UnknownIssuer"),
        ("sslmode=prefer".to_owned(), "UnknownIssuer"),
        // It is a certificate for another name, whatever mode was asked for.
        (format!("sslmode=require&{root}"), "not valid for"),
        (format!("sslmode=verify-ca&{root}"), "not valid for"),
    ];
    for (parameters, reason) in trusting {
        let error = secure.connect("127.0.0.1", &parameters).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
        assert!(
            text(&error).contains(reason),
            "{parameters}: {}",
            text(&error)
        );
    }
    let missing = secure.connect("127.0.0.1", "sslmode=require&sslrootcert=/no/such.pem");
    let error = missing.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error:?}");
    assert!(error.to_string().contains("/no/such.pem"), "{error}");
}
