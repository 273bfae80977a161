//! A server with TLS: the fake behind a certificate of an authority that the tests create.
//!
//! The command trusts what the platform trusts, on Linux the authorities in `SSL_CERT_FILE`; a program
//! may give the library another authority.

use std::{
    io::{Read as _, Write as _},
    net::SocketAddr,
    sync::Arc,
    thread,
};

use akool_faceswap::{Client, ErrorKind, Job, ResultId, RetryPolicy};
use akool_faceswap_mock::{FakeAkool, FakeJob};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy, copy_bidirectional, sink},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig, crypto::ring, pki_types::PrivateKeyDer,
        server::WebPkiClientVerifier,
    },
};

use crate::program::new_path;

/// Terminates TLS and forwards everything to a fake.
struct Secure {
    address: SocketAddr,
    /// The authority's certificate.
    pem: String,
}

/// How a server treats its clients.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Ordinary,
    /// It requires a client certificate.
    Mutual,
    /// It closes connections without a TLS close notification, like a broken connection.
    Abrupt,
}

impl Secure {
    /// With a certificate for `name`.
    fn before(fake: &FakeAkool, name: &str) -> Self {
        Self::new(fake.url(), name, Manner::Ordinary)
    }

    /// Before the server at the URL `behind`, with a certificate for `name`.
    fn new(behind: &str, name: &str, manner: Manner) -> Self {
        let mut authority = CertificateParams::default();
        let called = format!("the authority of {name}");
        authority
            .distinguished_name
            .push(DnType::CommonName, called);
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority_key = KeyPair::generate().unwrap();
        let root = authority.self_signed(&authority_key).unwrap();
        let pem = root.pem();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()])
            .unwrap()
            .signed_by(&key, &Issuer::new(authority, authority_key))
            .unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = if manner == Manner::Mutual {
            let mut roots = RootCertStore::empty();
            roots.add(root.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            config.with_client_cert_verifier(verifier.unwrap())
        } else {
            config.with_no_client_auth()
        };
        let config = config
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let behind = behind.strip_prefix("http://").unwrap().to_owned();
        thread::spawn(move || serve(listener, &acceptor, &behind, manner));
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

fn serve(listener: std::net::TcpListener, acceptor: &TlsAcceptor, behind: &str, manner: Manner) {
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
                match acceptor.accept(stream).into_fallible().await {
                    Ok(mut secure) => {
                        let mut plain = TcpStream::connect(behind).await.unwrap();
                        if manner == Manner::Abrupt {
                            let mut request = [0; 4096];
                            let length = secure.read(&mut request).await.unwrap();
                            plain.write_all(&request[..length]).await.unwrap();
                            let _ = copy(&mut plain, &mut secure).await;
                            return;
                        }
                        let _ = copy_bidirectional(&mut secure, &mut plain).await;
                    }
                    // A client that does not trust the certificate disconnects. The input of a refused one is read to
                    // its end, so that the reason is not lost.
                    Err((_, mut stream)) => {
                        let _ = copy(&mut stream, &mut sink()).await;
                    }
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

/// A server that answers every request with a picture and no length.
fn without_lengths() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 4096]);
            let head = b"HTTP/1.0 200 OK\r\ncontent-type: image/png\r\n\r\n";
            let _ = connection.write_all(head);
            let _ = connection.write_all(b"\x89PNG\r\n\x1a\n and the rest");
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_file_without_a_length_is_whole_only_if_tls_says_that_it_ended() {
    for (manner, is_whole) in [(Manner::Ordinary, true), (Manner::Abrupt, false)] {
        let secure = Secure::new(&without_lengths(), "127.0.0.1", manner);
        let client = Client::builder()
            .api_key("k")
            .base_url(secure.url())
            .root_certificate_pem(&*secure.pem)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let job = serde_json::json!({
            "_id": ID, "faceswap_status": 3, "url": format!("{}/a", secure.url()),
        });
        let job: Job = serde_json::from_value(job).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let outcome = client.download(&job).save_in(folder.path()).await;
        assert_eq!(outcome.is_ok(), is_whole, "{outcome:?}");
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
        }
    }
}

/// A refusal in TLS is described in plain words, and is never taken for an outage.
#[tokio::test]
async fn a_refusal_says_what_is_wrong_and_what_to_do() {
    let fake = FakeAkool::start().unwrap();
    let trusted = Secure::before(&fake, "127.0.0.1");
    let misnamed = Secure::before(&fake, "other.example");
    let mutual = Secure::new(fake.url(), "127.0.0.1", Manner::Mutual);
    for (secure, trusted, cause, advice) in [
        (
            &trusted,
            &misnamed,
            "an authority that this machine does not trust",
            "authority",
        ),
        (
            &misnamed,
            &misnamed,
            "is for other.example and not for 127.0.0.1",
            "base URL",
        ),
        (
            &mutual,
            &mutual,
            "the server wants a client certificate",
            "sends none",
        ),
    ] {
        let client = Client::builder()
            .api_key(fake.api_key())
            .base_url(secure.url())
            .root_certificate_pem(&*trusted.pem)
            .retry(RetryPolicy::never())
            .build()
            .unwrap();
        let error = client.lookup(ID).await.unwrap_err();
        let mut source = std::error::Error::source(&error).unwrap();
        while let Some(deeper) = source.source() {
            source = deeper;
        }
        assert!(source.to_string().contains(cause), "{error:?}");
        assert!(error.advice().contains(advice), "{error:?}");
        assert!(error.message().contains("127.0.0.1"), "{error:?}");
    }
    assert_eq!(fake.request_count(), 0);
}

/// Other platforms have no variable for the trusted authorities.
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

    /// Neither its authority nor its name is trusted; no key is sent.
    #[test]
    fn a_server_that_is_not_trusted() {
        let fake = FakeAkool::start().unwrap();
        let stranger = Secure::before(&fake, "127.0.0.1");
        let misnamed = Secure::before(&fake, "akool.example");
        let other = file("secure-other.pem", &misnamed.pem);
        for (secure, why) in [
            (&stranger, "that this machine does not trust"),
            (&misnamed, "is for akool.example and not for 127.0.0.1"),
        ] {
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
