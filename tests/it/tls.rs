//! Calls over TLS, to a server whose authority is not known to the system.

use std::sync::{Arc, Mutex};

use mobiscroll_connect::{Client, ClientBuilder, Error, SendStatus};
use mobiscroll_connect_sandbox::Sandbox;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use reqwest::Certificate;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::events_write::meeting;
use crate::support::{ADA, builder, category, layers, tokens};

/// A door with TLS before a sandbox, for the name `localhost`.
struct Door {
    sandbox: Sandbox,
    port: u16,
    authority: Certificate,
    /// What was agreed to speak, connection by connection
    spoken: Arc<Mutex<Vec<String>>>,
}

async fn door(protocols: &[&str]) -> Door {
    let sandbox = Sandbox::start().await.unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "An authority of its own");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();

    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let mut config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let spoken = Arc::new(Mutex::new(Vec::new()));
    let heard = spoken.clone();
    let behind = sandbox.origin().trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, behind, heard) = (acceptor.clone(), behind.clone(), heard.clone());
            tokio::spawn(async move {
                // Those who do not trust the certificate hang up.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let protocol = stream.get_ref().1.alpn_protocol().unwrap_or_default();
                heard.lock().unwrap().push(String::from_utf8_lossy(protocol).into_owned());
                let mut behind = TcpStream::connect(behind).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut behind).await;
            });
        }
    });
    Door { sandbox, port, authority: Certificate::from_der(authority.der()).unwrap(), spoken }
}

impl Door {
    fn client(&self, host: &str) -> ClientBuilder {
        builder(&self.sandbox).base_url(format!("https://{host}:{}/api", self.port))
    }

    fn signed_in(&self, builder: ClientBuilder) -> Client {
        let client = builder.build().unwrap();
        client.set_credentials(tokens(self.sandbox.issue_tokens(ADA)));
        client
    }
}

#[tokio::test]
async fn a_server_of_an_added_authority_is_trusted() {
    for (protocols, spoken) in [(&["http/1.1"][..], "http/1.1"), (&["h2", "http/1.1"], "h2")] {
        let door = door(protocols).await;
        let client = door.signed_in(door.client("localhost").root_certificate(door.authority.clone()));
        client.events().create(meeting()).await.unwrap();
        client.calendars().list().await.unwrap();
        assert_eq!(*door.spoken.lock().unwrap(), [spoken], "one connection serves both");
    }
}

fn distrusted(error: &Error) -> bool {
    let causes = layers(error).join(" ").to_lowercase();
    category(error) == "Network" && error.send_status() == SendStatus::NotSent && causes.contains("certificate")
}

#[tokio::test]
async fn a_server_that_proves_nothing_gets_no_request() {
    let door = door(&["http/1.1"]).await;
    let stranger = door.signed_in(door.client("localhost"));
    let other_name = door.signed_in(door.client("127.0.0.1").root_certificate(door.authority.clone()));
    for client in [stranger, other_name] {
        let error = client.events().create(meeting()).await.unwrap_err();
        assert!(distrusted(&error), "{:?}", layers(&error));
    }
    // A server without TLS where it should be.
    let plain = door.sandbox.origin().replace("http://", "https://");
    let client = door.signed_in(builder(&door.sandbox).base_url(format!("{plain}/api")));
    let error = client.events().create(meeting()).await.unwrap_err();
    assert_eq!((category(&error), error.send_status()), ("Network", SendStatus::NotSent));
    assert_eq!(door.sandbox.requests().len(), 0);
}
