//! A server on a free port over a database of the kit, and browsers in front of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use actix_web::rt;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};
use xuekang::app;

use crate::kit::{Actor, PASSWORD, TestApp};

/// The screen of an old PC in a school.
pub const WIDE: (u32, u32) = (1366, 768);
/// Tries of a tenth of a second before a page is given up.
const TRIES: u32 = 300;

const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--lang=zh-CN",
];

/// One browser test at a time: two browsers are more than a small machine has room for.
static TURN: Mutex<()> = Mutex::const_new(());

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Everything that one test shows on screens.
pub struct Screen {
    base: String,
    driver: Driver,
    _turn: MutexGuard<'static, ()>,
}

impl Screen {
    /// Serves the application.
    pub async fn of(app: &TestApp) -> Self {
        let turn = TURN.lock().await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        rt::spawn(app::run(app.state.clone(), listener).unwrap());
        Self { base, driver: Driver::start().await, _turn: turn }
    }

    /// A browser with a fresh profile.
    pub async fn browser(&self) -> Tab {
        self.browser_with(json!({})).await
    }

    /// A browser that runs no script.
    pub async fn browser_without_script(&self) -> Tab {
        self.browser_with(json!({ "profile.managed_default_content_settings.javascript": 2 })).await
    }

    async fn browser_with(&self, preferences: Value) -> Tab {
        let options = json!({ "args": FLAGS, "prefs": preferences });
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{}", self.driver.port))
            .await
            .unwrap();
        // axe-core looks at every cell of a class, and the machine may be busy with other things.
        let patience = TimeoutConfiguration::new(Some(Duration::from_secs(300)), None, None);
        client.update_timeouts(patience).await.unwrap();
        let session = client.session_id().await.unwrap().unwrap();
        let tab = Tab { client, session, base: self.base.clone(), port: self.driver.port };
        tab.resize(WIDE).await;
        tab
    }

    /// A browser in which this person is signed in.
    pub async fn browser_of(&self, actor: &Actor) -> Tab {
        let tab = self.browser().await;
        tab.sign_in(actor).await;
        tab
    }
}

/// chromium-driver, which ends its browsers when it is told to.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    async fn start() -> Self {
        let port = free_port();
        let child = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is missing: scripts/test.sh says how to install it");
        for _ in 0..TRIES {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            rt::time::sleep(Duration::from_millis(100)).await;
        }
        Self { child, port }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(http(self.port, "GET", "/shutdown", ""));
        for _ in 0..50 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A request that the driver's protocol knows and the client does not; gives status line and body.
/// The driver keeps its connections open, so the body ends where its length says.
fn http(port: u16, method: &str, path: &str, body: &str) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = BufReader::new(stream);
    let mut status = String::new();
    answer.read_line(&mut status)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        answer.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body)?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

/// One browser.
pub struct Tab {
    client: Client,
    session: String,
    base: String,
    port: u16,
}

impl Tab {
    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    pub async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    /// Path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        url.as_str().strip_prefix(&self.base).unwrap_or_default().to_owned()
    }

    pub async fn sign_in(&self, actor: &Actor) {
        self.go("/sign-in").await;
        self.fill_in_sign_in(actor).await;
        self.until("return location.pathname === '/'").await;
    }

    /// Fills in the sign-in page that is shown.
    pub async fn fill_in_sign_in(&self, actor: &Actor) {
        self.type_into("[name=username]", &actor.username).await;
        self.type_into("[name=password]", PASSWORD).await;
        self.click("main button").await;
    }

    pub async fn click(&self, css: &str) {
        let found = self.client.wait().for_element(Locator::Css(css)).await.unwrap();
        found.click().await.unwrap();
    }

    pub async fn type_into(&self, css: &str, text: &str) {
        let found = self.client.wait().for_element(Locator::Css(css)).await.unwrap();
        found.clear().await.unwrap();
        found.send_keys(text).await.unwrap();
    }

    /// Presses keys one after another, wherever the cursor stands. `\t` is Tab, `\n` is Enter.
    pub async fn press(&self, keys: &str) {
        for some in keys.chars().collect::<Vec<char>>().chunks(200) {
            let mut actions = KeyActions::new("keyboard".to_owned());
            for key in some {
                let value = match key {
                    '\t' => Key::Tab.into(),
                    '\n' => Key::Enter.into(),
                    key => *key,
                };
                actions = actions.then(KeyAction::Down { value }).then(KeyAction::Up { value });
            }
            self.client.perform_actions(actions).await.unwrap();
        }
    }

    /// What a script in the page returns.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// What a script in the page hands over at its end.
    pub async fn ask_later(&self, script: &str) -> Value {
        self.client.execute_async(script, Vec::new()).await.unwrap()
    }

    /// Waits until something is there, in a page without script too.
    pub async fn client_wait(&self, css: &str) {
        self.client.wait().for_element(Locator::Css(css)).await.unwrap();
    }

    pub async fn text(&self, css: &str) -> String {
        let found = self.client.wait().for_element(Locator::Css(css)).await.unwrap();
        found.text().await.unwrap()
    }

    /// Waits until a script returns true.
    pub async fn until(&self, script: &str) {
        for _ in 0..TRIES {
            if self.client.execute(script, Vec::new()).await.ok() == Some(Value::Bool(true)) {
                return;
            }
            rt::time::sleep(Duration::from_millis(100)).await;
        }
        self.screen("given_up").await;
        panic!("never true: {script}\n{}", self.ask("return document.body.innerText").await);
    }

    /// Says yes to the question of the browser.
    pub async fn say_yes(&self) {
        for _ in 0..TRIES {
            if self.client.accept_alert().await.is_ok() {
                return;
            }
            rt::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing was asked");
    }

    /// Sends a command of the browser's own protocol.
    fn devtools(&self, command: &str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters }).to_string();
        let path = format!("/session/{}/goog/cdp/execute", self.session);
        let (status, answer) = http(self.port, "POST", &path, &body).unwrap();
        assert!(status.contains(" 200 "), "{status}{answer}");
    }

    /// Takes the network away, or gives it back.
    pub fn offline(&self, offline: bool) {
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.enable", json!({}));
        self.devtools("Network.emulateNetworkConditions", conditions);
    }

    /// Lets pages through and nothing that scripts ask for; or everything.
    pub fn block_api(&self, blocked: bool) {
        let urls = if blocked { json!(["*/api/v1/*"]) } else { json!([]) };
        self.devtools("Network.enable", json!({}));
        self.devtools("Network.setBlockedURLs", json!({ "urls": urls }));
    }

    pub async fn resize(&self, (width, height): (u32, u32)) {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", screen);
    }

    /// Leaves a picture of the page for somebody to look at.
    pub async fn screen(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("screens");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// Pictures of the page on a PC and on a phone.
    pub async fn screens(&self, name: &str) {
        self.screen(name).await;
        self.resize((390, 844)).await;
        self.screen(&format!("{name}_phone")).await;
        self.resize(WIDE).await;
    }

    /// axe-core finds nothing that shuts anybody out.
    pub async fn expect_accessible(&self) {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("axe").join("axe.min.js");
        let axe = std::fs::read_to_string(&file)
            .expect("target/axe/axe.min.js is missing: scripts/test.sh fetches it");
        let run = format!(
            "{axe}; const done = arguments[arguments.length - 1];
             axe.run(document, {{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }})
               .then((found) => done(found.violations.map((one) =>
                 [one.id, one.help, one.nodes.slice(0, 3).map((node) => node.html)])), (error) => done(String(error)));"
        );
        let found = self.client.execute_async(&run, Vec::new()).await.unwrap();
        assert_eq!(found, json!([]), "{}", self.path().await);
    }

    pub async fn close(self) {
        self.client.close().await.unwrap();
    }
}
