//! A server with TLS: the fake behind a certificate of an authority that the tests create.
//!
//! The command trusts what the platform trusts, on Linux the authorities in `SSL_CERT_FILE`; a program
//! may give the library another authority.

use std::{net::SocketAddr, sync::Arc, thread};

use akool_faceswap::{Client, ErrorKind, ResultId};
use akool_faceswap_mock::{FakeAkool, FakeJob};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

use crate::program::new_path;

/// Terminates TLS and forwards everything to a fake.
struct Secure {
    address: SocketAddr,
    /// The authority's certificate.
    pem: String,
}

impl Secure {
    /// With a certificate for `name`.
    fn before(fake: &FakeAkool, name: &str) -> Self {
        let mut authority = CertificateParams::default();
        let called = format!("the authority of {name}");
        authority
            .distinguished_name
            .push(DnType::CommonName, called);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let pem = authority.self_signed(&authority_key).unwrap().pem();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()])
            .unwrap()
            .signed_by(&key, &Issuer::new(authority, authority_key))
            .unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let behind = fake.url().strip_prefix("http://").unwrap().to_owned();
        thread::spawn(move || serve(listener, &acceptor, &behind));
        Self { address, pem }
    }

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Adds a job whose file is behind TLS, too.
    fn add_done(&self, fake: &FakeAkool, id: &str) {
        let url = format!("{}/files/{id}.png", self.url());
        let job = FakeJob::image().after_polls(0, 0);
        fake.add_job(job.with_id(id).with_url(url));
    }
}

fn serve(listener: std::net::TcpListener, acceptor: &TlsAcceptor, behind: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).unwrap();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, behind) = (acceptor.clone(), behind.to_owned());
            tokio::spawn(async move {
                // A client that does not trust the certificate leaves.
                if let Ok(mut secure) = acceptor.accept(stream).await {
                    let mut plain = TcpStream::connect(behind).await.unwrap();
                    let _ = copy_bidirectional(&mut secure, &mut plain).await;
                }
            });
        }
    });
}

const ID: &str = "667d228400000000000a0001";

#[tokio::test]
async fn an_authority_named_to_the_library_is_trusted_for_lookups_and_downloads() {
    let fake = FakeAkool::start().unwrap();
    let secure = Secure::before(&fake, "127.0.0.1");
    secure.add_done(&fake, ID);
    let builder = || {
        Client::builder()
            .api_key(fake.api_key())
            .base_url(secure.url())
    };
    let client = builder()
        .root_certificate_pem(&*secure.pem)
        .build()
        .unwrap();
    let job = client.wait(ID.parse::<ResultId>().unwrap()).await.unwrap();
    let path = new_path("secure-library.png");
    let saved = client.download(&job).save_to(path).await.unwrap();
    assert_eq!(saved.bytes(), fake.file(ID).unwrap().len() as u64);

    let stranger = builder().build().unwrap();
    let error = stranger.lookup(job.id()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert!(!error.may_have_reached_server());
}

/// Other platforms have no variable for the authorities that they trust.
#[cfg(target_os = "linux")]
mod the_command {
    use akool_faceswap_mock::FakeAkool;

    use super::{ID, Secure};
    use crate::program::{self, Said, assert_code, assert_says, file, program_for};

    /// Runs the command, which trusts only the authority in this file.
    fn run(fake: &FakeAkool, url: &str, trusted: &str, args: &[&str]) -> Said {
        let mut command = program_for(fake, args);
        command
            .env("AKOOL_API_HOST", url)
            .env_remove("SSL_CERT_DIR")
            .env("SSL_CERT_FILE", trusted);
        program::run(command)
    }

    #[test]
    fn a_server_that_is_trusted() {
        let fake = FakeAkool::start().unwrap();
        let secure = Secure::before(&fake, "127.0.0.1");
        let trusted = file("secure-trusted.pem", &secure.pem);
        secure.add_done(&fake, ID);
        let said = run(&fake, &secure.url(), &trusted, &["doctor"]);
        assert_code(&said, 0);
        assert_says(&said.stdout, "ok    TLS");
        assert_says(&said.stdout, "the certificate of 127.0.0.1 is trusted\n");
        assert_says(&said.stderr, "9 findings: 9 ok\n");

        let said = run(&fake, &secure.url(), &trusted, &["results", ID]);
        assert_code(&said, 0);
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().to_str().unwrap();
        let args = ["wait", "--download", folder, ID];
        let said = run(&fake, &secure.url(), &trusted, &args);
        assert_code(&said, 0);
        let saved = std::fs::read(format!("{folder}/{ID}.png")).unwrap();
        assert_eq!(saved, fake.file(ID).unwrap());
        assert_eq!(fake.download_count(), 1);
        fake.assert_no_credentials_on_files();
    }

    /// Neither by who vouches for it nor by its name; no key goes out.
    #[test]
    fn a_server_that_is_not_trusted() {
        let fake = FakeAkool::start().unwrap();
        let stranger = Secure::before(&fake, "127.0.0.1");
        let misnamed = Secure::before(&fake, "akool.example");
        let other = file("secure-other.pem", &misnamed.pem);
        for (secure, why) in [(&stranger, "UnknownIssuer"), (&misnamed, "127.0.0.1")] {
            let said = run(&fake, &secure.url(), &other, &["doctor"]);
            assert_code(&said, 1);
            assert_says(&said.stdout, "fail  TLS");
            assert_says(&said.stdout, "no secure connection to 127.0.0.1: ");
            assert_says(&said.stdout, why);
            assert_says(&said.stdout, "trusts its certificate");
            let said = run(&fake, &secure.url(), &other, &["results", ID]);
            assert_code(&said, 1);
            assert_says(&said.stderr, "certificate");
        }
        assert_eq!(fake.request_count(), 0);
    }
}
