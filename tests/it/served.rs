//! A platform that is being served, and the plainest of browsers: one request a connection, cookies kept.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::support::Platform;

/// A process that serves, ended with this value.
pub struct Served {
    child: Child,
    pub address: String,
    others: Receiver<String>,
    log: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        // The test is over either way; a child that has ended already is what was wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts the binary and waits for the address it prints.
pub fn serve(platform: &Platform, arguments: &[&str]) -> Served {
    let log = platform.folder().join("serve.log");
    let errors = File::options().create(true).append(true).open(&log).expect("a log");
    let mut child = platform
        .undated(arguments)
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let address = loop {
        let line = lines.next().expect("the address before the end").expect("a line");
        if let Some(start) = line.find("http://") {
            break address_in(&line[start..]);
        }
    };
    // What is printed later must not fill the pipe.
    let (send, others) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if let Some(start) = line.find("http://") {
                // The test may no longer listen.
                drop(send.send(address_in(&line[start..])));
            }
        }
    });
    Served { child, address, others, log }
}

fn address_in(text: &str) -> String {
    text.split_whitespace().next().expect("an address").trim_end_matches('/').to_owned()
}

impl Served {
    /// Kills the process as a power cut would: nothing is finished, nothing is said.
    pub fn kill(mut self) {
        self.child.kill().expect("a kill");
        self.child.wait().expect("its end");
    }

    /// The next address it prints, without the page.
    pub fn other_address(&self) -> String {
        let address = self.others.recv_timeout(Duration::from_secs(20)).expect("an address");
        address.trim_end_matches("/metrics").to_owned()
    }

    /// Tells it to stop, as the system does; the code it ends with.
    pub fn stop(mut self) -> Option<i32> {
        self.end()
    }

    /// What it wrote to its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("the log")
    }

    /// Tells it to stop; everything it wrote to its log.
    pub fn stop_and_read_log(mut self) -> String {
        self.end();
        self.log()
    }

    fn end(&mut self) -> Option<i32> {
        let number = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &number]).status().expect("kill");
        assert!(told.success());
        self.child.wait().expect("its end").code()
    }

    /// Address and port, without the prefix of the site.
    pub fn host(&self) -> &str {
        let rest = self.address.trim_start_matches("http://");
        rest.split('/').next().unwrap_or(rest)
    }

    pub fn visitor(&self) -> Visitor {
        Visitor::at(self.host())
    }
}

/// What a page answered.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub location: String,
    pub text: String,
    /// The answer as it came.
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn token(&self) -> String {
        let (_, rest) =
            self.text.split_once("name=\"csrf\" value=\"").expect("a form with a token");
        rest.split('"').next().expect("a token").to_owned()
    }

    /// The first link that begins so.
    pub fn link(&self, start: &str) -> String {
        self.text
            .split("href=\"")
            .skip(1)
            .filter_map(|part| part.split('"').next())
            .find(|href| href.starts_with(start))
            .unwrap_or_else(|| panic!("no link to {start}: {}", self.text))
            .to_owned()
    }
}

/// Somebody at a browser.
pub struct Visitor {
    host: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    /// Somebody who goes to this address.
    pub fn at(address: &str) -> Self {
        let host = address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { host, cookies: BTreeMap::new() }
    }

    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> Page {
        self.send_with(method, path, &format!("Content-Type: {kind}"), body)
    }

    fn send_with(&mut self, method: &str, path: &str, header: &str, body: &[u8]) -> Page {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        // HTTP/1.0: the answer ends where the connection ends.
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nCookie: {}\r\n{header}\r\nContent-Length: {}\r\n\r\n",
            self.host,
            cookies.join("; "),
            body.len()
        );
        let mut stream = TcpStream::connect(&self.host).expect("a connection");
        stream.write_all(head.as_bytes()).expect("a request");
        stream.write_all(body).expect("a request");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let end = bytes.windows(4).position(|at| at == b"\r\n\r\n").expect("a head");
        let body = bytes.split_off(end + 4);
        let (head, text) = (String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&body));
        let mut page = Page {
            status: head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status"),
            location: String::new(),
            text: text.into_owned(),
            bytes: body.clone(),
        };
        for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
            match name.to_ascii_lowercase().as_str() {
                "location" => page.location = value.to_owned(),
                "set-cookie" => {
                    let pair = value.split(';').next().expect("a pair");
                    let (name, value) = pair.split_once('=').expect("a pair");
                    self.cookies.insert(name.to_owned(), value.to_owned());
                }
                _ => {}
            }
        }
        page
    }

    pub fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, "text/plain", b"")
    }

    /// Asks with a header of one's own.
    pub fn get_with(&mut self, path: &str, header: &str) -> Page {
        self.send_with("GET", path, header, b"")
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let plain = |text: &str| -> String {
            text.bytes()
                .map(|byte| match byte {
                    b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
                    b => format!("%{b:02X}"),
                })
                .collect()
        };
        let body: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", plain(name), plain(value)))
            .collect();
        self.send("POST", path, "application/x-www-form-urlencoded", body.join("&").as_bytes())
    }

    pub fn upload(&mut self, path: &str, fields: &[(&str, &str)], name: &str, file: &str) -> Page {
        let mut body = String::new();
        for (field, value) in fields {
            body.push_str(&format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
            ));
        }
        body.push_str(&format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--edge--\r\n"
        ));
        self.send("POST", path, "multipart/form-data; boundary=edge", body.as_bytes())
    }

    pub fn sign_in(&mut self, login: &str, password: &str) {
        self.sign_in_at("/console", login, password);
    }

    /// Signs in on one of the two faces.
    pub fn sign_in_at(&mut self, face: &str, login: &str, password: &str) {
        let at = format!("{face}/sign-in");
        let token = self.get(&at).token();
        let fields = [("csrf", token.as_str()), ("login", login), ("password", password)];
        let page = self.post(&at, &fields);
        assert_eq!((page.status, page.location.as_str()), (303, face), "{}", page.text);
    }

    /// Asks until the page says it.
    pub fn wait_for(&mut self, path: &str, text: &str) -> Page {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            let page = self.get(path);
            if page.text.contains(text) {
                return page;
            }
            assert!(Instant::now() < until, "{path} never said {text}: {}", page.text);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
