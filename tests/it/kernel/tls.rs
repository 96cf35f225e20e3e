//! TLS: a self-signed certificate is made, served, and checked by a client that trusts nothing else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;
use xuekang::app::{self, State};
use xuekang::kernel::Kernel;
use xuekang::kernel::clock::Clock;
use xuekang::kernel::config::Config;
use xuekang::kernel::tls::{Certificate, Files, may_be_plain, self_sign, server_config};

use crate::kit::{TestDatabase, app_with, moment};

fn files(folder: &TempDir) -> Files {
    Files { cert: folder.path().join("tls.crt"), key: folder.path().join("tls.key") }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn today() -> chrono::NaiveDate {
    xuekang::kernel::clock::Clock::system().today()
}

#[test]
fn a_self_signed_certificate_can_be_served_and_its_key_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let made = self_sign(&files, &names(&["xuekang.lan", "192.168.1.20"]), today()).unwrap();
    assert_eq!(made.fingerprint.len(), 32 * 3 - 1);
    assert_eq!(Certificate::read(&files).unwrap(), made);
    server_config(&files).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&files.key).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = self_sign(&files, &names(&["xuekang.lan"]), today()).unwrap();
    assert_ne!(again.fingerprint, made.fingerprint);
    assert!(self_sign(&files, &[], today()).is_err());
}

#[test]
fn a_file_that_holds_something_else_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder);
    let missing = server_config(&files).unwrap_err().to_string();
    assert!(missing.contains("tls.crt"), "{missing}");
    std::fs::write(&files.cert, "not a certificate").unwrap();
    let wrong = server_config(&files).unwrap_err().to_string();
    assert!(wrong.contains("tls.crt") && wrong.contains("certificate"), "{wrong}");
    self_sign(&files, &names(&["a.lan"]), today()).unwrap();
    std::fs::write(&files.key, "not a key").unwrap();
    let wrong = server_config(&files).unwrap_err().to_string();
    assert!(wrong.contains("tls.key") && !wrong.contains("not a key"), "{wrong}");
}

#[test]
fn plain_http_stays_on_the_machine_itself() {
    let at = |address: &str| address.parse::<SocketAddr>().unwrap();
    assert!(may_be_plain(at("127.0.0.1:8080"), false) && may_be_plain(at("[::1]:8080"), false));
    for address in ["0.0.0.0:8080", "192.168.1.20:8080", "[::]:8080"] {
        assert!(!may_be_plain(at(address), false));
        assert!(may_be_plain(at(address), true));
    }
}

/// What a client that trusts this certificate alone is answered.
fn fetch(address: SocketAddr, certificate: &Certificate, path: &str) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("xuekang.lan").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(address).unwrap());
    write!(stream, "GET {path} HTTP/1.1\r\nHost: xuekang.lan\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // The server may close without a farewell.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_browser_that_trusts_the_certificate_is_answered_over_tls_and_told_to_stay_there() {
    let database = TestDatabase::new();
    let mut config = Config::defaults().unwrap();
    config.data.dir = database.folder();
    config.database.url = database.url().into();
    config.database.connections = 2;
    config.http.workers = 1;
    config.http.allow_plain = true;
    let certificate = self_sign(&config.own_tls_files(), &names(&["xuekang.lan"]), today()).unwrap();
    let kernel = Kernel::open(config, Clock::frozen(moment())).unwrap();
    assert!(!kernel.config.http.allow_plain, "TLS needs no concession");
    let state = State::new(kernel).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, handle) = mpsc::channel();
    let server = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = app::run(state, listener).unwrap();
            told.send(server.handle()).unwrap();
            server.await.unwrap();
        });
    });
    let handle = handle.recv().unwrap();
    let page = fetch(address, &certificate, "/sign-in");
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.to_lowercase().contains("strict-transport-security: max-age=31536000"), "{page}");
    let trust = fetch(address, &certificate, "/trust");
    assert!(trust.contains(&certificate.fingerprint[..23]), "{trust}");
    assert!(fetch(address, &certificate, "/trust/certificate").contains("BEGIN CERTIFICATE"));
    actix_web::rt::System::new().block_on(handle.stop(false));
    server.join().unwrap();
}

#[actix_web::test]
async fn without_a_certificate_there_is_nothing_to_trust() {
    let app = app_with(|_| {}).await;
    let page = app.browser().get("/trust").await.expect_page(200);
    assert!(page.contains("不需要做任何设置"), "{page}");
    app.browser().get("/trust/certificate").await.expect_page(404);
}
