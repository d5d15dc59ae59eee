//! Keeping it running: slow and greedy clients, a reverse proxy in front, figures, logs, stopping, a backup while serving.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::county::{penalties, penalty, registry};
use crate::served::{Page, Served, Visitor, serve};
use crate::support::{Platform, path};

/// An identity number that is valid and nobody's: it carries a day that no living person was born on.
const NUMBER: &str = "140829180001010016";

fn account(platform: &Platform, login: &str, role: &str) {
    let file = platform.file("password", "example-password-1");
    let unit = if role == "clerk" { "market-regulation" } else { "credit-office" };
    let arguments = ["account", "add", login, "--name", "示例员", "--unit", unit, "--role", role];
    let answer = platform.run(&[&arguments[..], &["--password-file", path(&file)]].concat());
    assert_eq!(answer.code, 0, "{answer:?}");
}

fn signed_in(mut visitor: Visitor, base: &str, login: &str) -> Visitor {
    let token = visitor.get(&format!("{base}/console/sign-in")).token();
    let fields = [("csrf", token.as_str()), ("login", login), ("password", "example-password-1")];
    let page = visitor.post(&format!("{base}/console/sign-in"), &fields);
    assert_eq!((page.status, page.location), (303, format!("{base}/console")));
    visitor
}

#[test]
fn who_dawdles_or_sends_too_much_holds_nobody_up() {
    let platform = Platform::pinglu();
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let begun = Instant::now();
    // Half a head each, and then nothing.
    let mut slow: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut stream = TcpStream::connect(served.host()).expect("a connection");
            stream.write_all(b"GET / HTTP/1.1\r\nHost: example").expect("half a head");
            stream
        })
        .collect();
    assert_eq!(served.visitor().get("/").status, 200);
    // A head of ten megabytes: refused without being kept.
    let mut greedy = TcpStream::connect(served.host()).expect("a connection");
    let query = vec![b'a'; 10 << 20];
    // The server may hang up in the middle.
    drop(greedy.write_all(b"GET /search?q=").and_then(|()| greedy.write_all(&query)));
    let mut answer = Vec::new();
    drop(greedy.read_to_end(&mut answer));
    let line = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || line.starts_with("HTTP/1.1 4"), "{line}");
    assert_eq!(served.visitor().get("/").status, 200);
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a time limit");
        let mut rest = Vec::new();
        // Closed, in whatever way.
        drop(stream.read_to_end(&mut rest));
    }
    assert!(begun.elapsed() < Duration::from_secs(45), "{:?}", begun.elapsed());
    assert_eq!(served.visitor().get("/").status, 200);
}

#[test]
fn it_stops_when_told_and_finishes_what_has_begun() {
    let platform = Platform::pinglu();
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    // A connection that is kept alive and says nothing must not keep the process.
    let mut idle = TcpStream::connect(served.host()).expect("a connection");
    idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: example\r\n\r\n").expect("a request");
    let mut first = [0; 64];
    assert!(idle.read(&mut first).expect("an answer") > 0);
    let begun = Instant::now();
    let code = served.stop();
    assert_eq!(code, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn figures_name_routes_and_never_who_asked_or_for_whom() {
    let platform = Platform::with_registry();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"];
    let served = serve(&platform, &arguments);
    let figures = served.other_address();
    let mut visitor = served.visitor();
    let code = crate::county::code("91", 1);
    assert_eq!(visitor.get(&format!("/subjects/{code}")).status, 200);
    assert_eq!(visitor.get("/no-such-page-98765").status, 404);
    assert_eq!(visitor.get("/metrics").status, 404, "the public address tells no figures");
    let page = Visitor::at(&figures).get("/metrics");
    assert_eq!(page.status, 200);
    for wanted in [
        "xinyong_request_seconds_count{route=\"/subjects/{code}\",class=\"2xx\"} 1",
        "xinyong_transaction_seconds_bucket{name=",
        "xinyong_job_last_success_timestamp_seconds{job=\"expire\"}",
    ] {
        assert!(page.text.contains(wanted), "no {wanted} in {}", page.text);
    }
    assert!(!page.text.contains(&code) && !page.text.contains("98765"), "{}", page.text);
}

#[test]
fn nothing_personal_stands_in_the_log() {
    let platform = Platform::with_registry();
    account(&platform, "clerk-with-a-name", "clerk");
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let mut visitor = served.visitor();
    visitor.get(&format!("/search?q={NUMBER}"));
    visitor.get(&format!("/subjects/{NUMBER}"));
    visitor.get(&format!("/api/v1/subjects/{NUMBER}"));
    visitor.get(&format!("/{NUMBER}"));
    let token = visitor.get("/console/sign-in").token();
    for password in ["wrong-example-word", "example-password-1"] {
        let fields =
            [("csrf", token.as_str()), ("login", "clerk-with-a-name"), ("password", password)];
        visitor.post("/console/sign-in", &fields);
    }
    let mut clerk = signed_in(served.visitor(), "", "clerk-with-a-name");
    let token = clerk.get("/console/upload").token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let person =
        [("行政相对人名称", "示例某甲"), ("行政相对人类别", "自然人"), ("证件号码", NUMBER)];
    let file = penalties(&[penalty(1, "2026/11/23", &person)]);
    clerk.upload("/console/upload", &fields, &format!("{NUMBER}.csv"), &file);
    std::thread::sleep(Duration::from_secs(1));
    let log = served.stop_and_read_log();
    assert!(log.contains("request refused"), "the log is empty, the test proves nothing: {log}");
    for personal in
        [NUMBER, "示例某甲", "wrong-example-word", "example-password-1", "clerk-with-a-name"]
    {
        assert!(!log.contains(personal), "{personal} stands in the log: {log}");
    }
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    }
}

/// nginx with the server block that is shipped, on a port of its own.
struct Nginx {
    child: Child,
    address: String,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The test is over either way.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Nginx {
    fn before(served: &Served, platform: &Platform) -> Self {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/deploy/nginx.conf");
        let mut block = std::fs::read_to_string(shipped).expect("the shipped block");
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        for (from, to) in [
            ("listen 80;", format!("listen 127.0.0.1:{port};")),
            ("listen [::]:80;", String::new()),
            ("http://127.0.0.1:8080", format!("http://{}", served.host())),
        ] {
            assert!(block.contains(from), "the shipped block has no {from}");
            block = block.replace(from, &to);
        }
        let folder = platform.folder().join("nginx");
        std::fs::create_dir_all(&folder).expect("a folder");
        let shown = folder.display();
        let whole = format!(
            "daemon off; pid {shown}/pid; error_log {shown}/error.log; events {{}}\nhttp {{ access_log off;\n\
             client_body_temp_path {shown}/body; proxy_temp_path {shown}/proxy; fastcgi_temp_path {shown}/f;\n\
             uwsgi_temp_path {shown}/u; scgi_temp_path {shown}/s;\n{block} }}\n"
        );
        let file = platform.file("nginx.conf", &whole);
        let program = ["/usr/sbin/nginx", "/usr/bin/nginx"]
            .into_iter()
            .find(|program| std::path::Path::new(program).exists())
            .expect("nginx; scripts/test installs it");
        let child = Command::new(program)
            .args(["-c", path(&file), "-e", path(&folder.join("error.log"))])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx starts");
        let nginx = Self { child, address: format!("http://127.0.0.1:{port}") };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(10), "nginx does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        nginx
    }
}

/// Every address of this site that a page names.
fn addresses(page: &Page) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in ["href=\"", "action=\"", "src=\""] {
        let parts = page.text.split(attribute).skip(1);
        found.extend(parts.filter_map(|part| part.split('"').next()).map(str::to_owned));
    }
    found.retain(|address| address.starts_with('/'));
    found
}

#[test]
fn below_a_path_of_the_governments_site_behind_nginx() {
    let platform = Platform::with_registry();
    account(&platform, "office", "credit-office");
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--base-path", "/credit"];
    let arguments = [&arguments[..], &["--trusted-proxy", "127.0.0.1"]].concat();
    let served = serve(&platform, &arguments);
    let nginx = Nginx::before(&served, &platform);
    let mut visitor = Visitor::at(&nginx.address);
    let page = visitor.get("/credit");
    assert_eq!((page.status, page.location.ends_with("/credit/")), (308, true), "{page:?}");
    let home = visitor.get("/credit/");
    assert_eq!(home.status, 200, "{}", home.text);
    let mut seen = 0;
    for address in addresses(&home) {
        assert!(
            address.starts_with("/credit/") || address == "/credit",
            "{address} leaves the path"
        );
        let answer = visitor.get(&address.replace("&#38;", "&").replace("&amp;", "&"));
        assert!(answer.status < 400, "{address} answers {}", answer.status);
        seen += 1;
    }
    assert!(seen >= 5, "{}", home.text);
    let code = crate::county::code("91", 1);
    assert_eq!(visitor.get(&format!("/credit/api/v1/subjects/{code}")).status, 200);

    // A form goes through, and so does a file of some size.
    let mut office = signed_in(Visitor::at(&nginx.address), "/credit", "office");
    let page = office.get("/credit/console/upload");
    for address in addresses(&page) {
        assert!(address.starts_with("/credit"), "{address} leaves the path");
    }
    let token = page.token();
    let fields = [("csrf", token.as_str()), ("kind", "subject-registry")];
    let file = format!("{}{}", registry(), "\n".repeat(3 << 20));
    let answer = office.upload("/credit/console/upload", &fields, "示例.csv", &file);
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(answer.location.starts_with("/credit/console/batches/"), "{}", answer.location);
}

#[test]
fn a_backup_taken_while_a_file_goes_in_is_one_moment() {
    let platform = Platform::with_registry();
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let rows: Vec<Vec<String>> = (0..3_000)
        .map(|n| {
            let number = format!("（平）市监罚〔2026〕{n}号");
            penalty(n % 50 + 1, "2026/11/23", &[("行政处罚决定书文号", &number)])
        })
        .collect();
    let file = platform.file("penalties.csv", &penalties(&rows));
    let mut import = platform
        .command(&["import", "records", path(&file), "--kind", "administrative-penalty"])
        .args(["--unit", "market-regulation", "--submit"])
        .stdout(Stdio::null())
        .spawn()
        .expect("the import starts");
    let mut taken = Vec::new();
    loop {
        let backup = platform.folder().join(format!("{}.backup", taken.len()));
        platform.json(&["backup", path(&backup)]);
        taken.push(backup);
        assert_eq!(served.visitor().get("/").status, 200);
        if let Some(status) = import.try_wait().expect("the import") {
            assert!(status.success());
            break;
        }
    }
    assert!(taken.len() > 1, "the import was over before the first backup");
    for backup in [&taken[0], &taken[taken.len() / 2], &taken[taken.len() - 1]] {
        let other = Platform::empty();
        std::fs::create_dir_all(other.folder().join("data")).expect("a folder");
        std::fs::copy(platform.keys(), other.keys()).expect("the keys");
        other.json(&["restore", path(backup)]);
        let report = other.json(&["fsck"]);
        assert_eq!(report["good"], true, "{report}");
        // What the moment lacked goes in, and nothing twice.
        let again =
            other.import(&file, "administrative-penalty", "market-regulation", &["--submit"]);
        assert_eq!(again["refused"], 0, "{again}");
        let all = again["recorded"].as_i64().zip(again["unchanged"].as_i64());
        assert_eq!(all.map(|(new, old)| new + old), Some(3_000), "{again}");
    }
}

/// A real mail server that shows what it takes.
struct MailServer {
    child: Child,
    port: u16,
    taken: std::path::PathBuf,
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // The test is over either way.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl MailServer {
    fn start(platform: &Platform, port: u16) -> Self {
        let taken = platform.folder().join("mails");
        let out = std::fs::File::options().create(true).append(true).open(&taken).expect("a file");
        let child = Command::new("/usr/bin/python3")
            .args(["-u", "-m", "aiosmtpd", "-n", "-l", &format!("127.0.0.1:{port}")])
            .stdout(out)
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 with aiosmtpd; scripts/test installs it");
        let server = Self { child, port, taken };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", server.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the mail server does not listen");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// Everything taken so far, once it holds so many mails.
    fn mails(&self, wanted: usize) -> String {
        let begun = Instant::now();
        loop {
            let text = std::fs::read_to_string(&self.taken).expect("mails");
            if text.matches("MESSAGE FOLLOWS").count() >= wanted {
                return text;
            }
            assert!(begun.elapsed() < Duration::from_secs(90), "{wanted} mails wanted: {text}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

/// The text of the first mail, out of the base64 that Chinese is sent in.
fn body_of(mails: &str) -> String {
    let sent = mails
        .lines()
        .skip_while(|line| !line.is_empty())
        .skip(1)
        .take_while(|line| !line.is_empty() && !line.starts_with("---"))
        .collect::<String>();
    let program = "import base64, sys; print(base64.b64decode(sys.argv[1]).decode())";
    let output = Command::new("/usr/bin/python3").args(["-c", program, &sent]).output();
    String::from_utf8(output.expect("python3").stdout).expect("utf-8")
}

#[test]
fn who_has_something_to_do_is_written_to_also_after_the_mail_server_was_down() {
    let platform = Platform::with_registry();
    account(&platform, "clerk", "clerk");
    let file = platform.file("password", "example-password-1");
    let reviewer = ["account", "add", "reviewer", "--name", "示例员", "--role", "reviewer"];
    let more = ["--unit", "market-regulation", "--password-file", path(&file)];
    assert_eq!(platform.run(&[&reviewer[..], &more].concat()).code, 0);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let options = platform.file(
        "mail.toml",
        &format!(
            "host = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n\
             from = \"信用平陆 <credit@example.cn>\"\nsite = \"https://example.cn/credit\"\n"
        ),
    );
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--mail", path(&options)];
    let served = serve(&platform, &arguments);
    let mut second = signed_in(served.visitor(), "", "reviewer");
    let token = second.get("/console/notices").token();
    let fields = [("csrf", token.as_str()), ("address", "second@example.cn")];
    assert_eq!(second.post("/console/notices", &fields).status, 303);

    // The mail server is down while the clerk works: nothing is lost and nobody waits.
    let mut clerk = signed_in(served.visitor(), "", "clerk");
    let token = clerk.get("/console/upload").token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let batch = clerk
        .upload(
            "/console/upload",
            &fields,
            "示例.csv",
            &penalties(&[penalty(1, "2026/11/23", &[])]),
        )
        .location;
    let begun = Instant::now();
    let token = loop {
        let page = clerk.get(&batch);
        if page.text.contains(&format!("action=\"{batch}/submit\"")) {
            break page.token();
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", page.text);
        std::thread::sleep(Duration::from_millis(300));
    };
    assert_eq!(clerk.post(&format!("{batch}/submit"), &[("csrf", &token)]).status, 303);
    assert!(second.get("/console").text.contains("1 条新通知"));
    let begun = Instant::now();
    while !served.log().contains("mail not sent") {
        assert!(begun.elapsed() < Duration::from_secs(60), "no try was made: {}", served.log());
        std::thread::sleep(Duration::from_millis(200));
    }
    let mails = MailServer::start(&platform, port);
    let text = mails.mails(1);
    for wanted in ["To: second@example.cn", "<credit@example.cn>"] {
        assert!(text.contains(wanted), "no {wanted}: {text}");
    }
    let body = body_of(&text);
    for wanted in ["一批行政处罚等待您复核", "https://example.cn/credit/console"] {
        assert!(body.contains(wanted), "no {wanted}: {body}");
    }
    assert!(!body.contains("示例"), "a mail names nobody: {body}");
    let page = second.get("/console/notices");
    assert!(page.text.contains("等待您复核") && page.text.contains("已发邮件"), "{}", page.text);
    assert!(!second.get("/console").text.contains("条新通知"), "what was read is not new");
    let log = served.stop_and_read_log();
    assert!(!log.contains("second@example.cn"), "{log}");
}

#[test]
fn a_hundred_thousand_rows_go_in_while_their_clerk_goes_away() {
    const ROWS: usize = 100_000;
    let platform = Platform::with_registry();
    account(&platform, "clerk", "clerk");
    let served = serve(&platform, &["serve", "--listen", "127.0.0.1:0"]);
    let rows: Vec<_> = (0..ROWS)
        .map(|number| {
            let document = format!("（平）市监罚〔2026〕{}号", number + 1);
            penalty(number % 50 + 1, "2026/11/23", &[("行政处罚决定书文号", &document)])
        })
        .collect();
    let file = penalties(&rows);
    drop(rows);
    let mut clerk = signed_in(served.visitor(), "", "clerk");
    let token = clerk.get("/console/upload").token();
    let fields = [("csrf", token.as_str()), ("kind", "administrative-penalty")];
    let batch = clerk.upload("/console/upload", &fields, "全年.csv", &file).location;
    // The page is there before the work is done, says how far it is, and asks again by itself.
    let page = clerk.wait_for(&batch, "本页自动刷新");
    assert!(page.text.contains("<progress") && page.text.contains("http-equiv=\"refresh\""));
    // The clerk goes home: another session, later, finds the work done.
    let token = page.token();
    assert_eq!(clerk.post("/console/sign-out", &[("csrf", &token)]).status, 303);
    drop(clerk);
    let mut clerk = signed_in(served.visitor(), "", "clerk");
    let begun = Instant::now();
    let submit = format!("action=\"{batch}/submit\"");
    loop {
        let page = clerk.get(&batch);
        if page.text.contains(&submit) {
            assert!(
                page.text.contains(&ROWS.to_string()) || page.text.contains("100,000"),
                "{}",
                page.text
            );
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(400), "{}", page.text);
        std::thread::sleep(Duration::from_secs(1));
    }
}

#[test]
fn a_file_in_a_watched_folder_waits_for_its_clerk() {
    let platform = Platform::with_registry();
    account(&platform, "clerk", "clerk");
    let folder = platform.folder().join("报送");
    std::fs::create_dir(&folder).expect("a folder");
    let options = platform.file(
        "folders.toml",
        &format!(
            "[[folder]]\npath = \"{}\"\nunit = \"market-regulation\"\nkind = \"administrative-penalty\"\n",
            path(&folder)
        ),
    );
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--folders", path(&options)];
    std::fs::write(folder.join("处罚.csv"), penalties(&[penalty(1, "2026/11/23", &[])]))
        .expect("disk");
    // Killed at any time: nothing is lost, nothing comes twice.
    serve(&platform, &arguments).kill();
    let served = serve(&platform, &arguments);
    let mut clerk = signed_in(served.visitor(), "", "clerk");
    let begun = Instant::now();
    let page = loop {
        let page = clerk.get("/console/batches");
        if page.text.contains("处罚.csv") {
            break page;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", page.text);
        std::thread::sleep(Duration::from_millis(500));
    };
    let batch = page.link("/console/batches/");
    clerk.wait_for(&batch, &format!("action=\"{batch}/submit\""));
    clerk.wait_for("/console/notices", "从报送文件夹收到一批行政处罚");
    assert!(!folder.join("处罚.csv").exists(), "it was moved");
    assert_eq!(std::fs::read_dir(folder.join("已收")).expect("a folder").count(), 1);
}

/// A process that may write no file beyond a size, as where the disk is full: the signal for it is ignored, the write fails.
fn serve_on_a_full_disk(platform: &Platform, kilobytes: u64, arguments: &[&str]) -> Child {
    let inner = platform.undated(arguments);
    let mut words = vec![inner.get_program().to_string_lossy().into_owned()];
    words.extend(inner.get_args().map(|word| word.to_string_lossy().into_owned()));
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\"");
    Command::new("bash")
        .args(["-c", &script, "bash"])
        .args(&words)
        .current_dir(platform.folder())
        .stdout(Stdio::null())
        .stderr(Stdio::from(File::create(platform.folder().join("full.log")).expect("a log")))
        .spawn()
        .expect("bash")
}

#[test]
fn a_watched_folder_on_a_full_disk_keeps_its_file_until_there_is_room() {
    let platform = Platform::with_registry();
    account(&platform, "clerk", "clerk");
    let folder = platform.folder().join("报送");
    std::fs::create_dir(&folder).expect("a folder");
    let options = platform.file(
        "folders.toml",
        &format!(
            "[[folder]]\npath = \"{}\"\nunit = \"market-regulation\"\nkind = \"administrative-penalty\"\n",
            path(&folder)
        ),
    );
    let rows: Vec<_> = (1..=3_000)
        .map(|number| {
            let written = format!("（平）市监罚〔2026〕{number}号");
            penalty(number % 50 + 1, "2026/11/23", &[("行政处罚决定书文号", &written)])
        })
        .collect();
    let waiting = folder.join("处罚.csv");
    std::fs::write(&waiting, penalties(&rows)).expect("room");
    let size = std::fs::metadata(&waiting).expect("the file").len();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--folders", path(&options)];

    // No file may grow beyond half of what came: the copy cannot be kept, and the file stays where it is.
    let mut full = serve_on_a_full_disk(&platform, size / 2 / 1024, &arguments);
    let log = platform.folder().join("full.log");
    let begun = Instant::now();
    while !std::fs::read_to_string(&log).unwrap_or_default().contains("无法复制") {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", std::fs::read_to_string(&log));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(full.try_wait().expect("its state").is_none(), "it goes on serving");
    full.kill().expect("a kill");
    full.wait().expect("its end");
    assert_eq!(std::fs::metadata(&waiting).expect("still there").len(), size);
    assert_eq!(platform.json(&["fsck"])["good"], true);

    let served = serve(&platform, &arguments);
    let mut clerk = signed_in(served.visitor(), "", "clerk");
    let begun = Instant::now();
    let page = loop {
        let page = clerk.get("/console/batches");
        if page.text.contains("处罚.csv") {
            break page;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", page.text);
        std::thread::sleep(Duration::from_millis(300));
    };
    assert_eq!(page.text.matches("处罚.csv").count(), 1, "{}", page.text);
    let batch = page.link("/console/batches/");
    clerk.wait_for(&batch, &format!("action=\"{batch}/submit\""));
    assert!(!waiting.exists(), "it was moved");
}

#[test]
fn doctor_names_what_is_wrong() {
    let mut platform = Platform::pinglu();
    let found = |platform: &Platform, name: &str| {
        let answer = platform.run(&["doctor"]);
        let text: serde_json::Value = serde_json::from_str(&answer.stdout).expect("an answer");
        let checks = text["checks"].as_array().expect("checks").clone();
        let check = checks.iter().find(|check| check["name"] == name);
        let standing = check.unwrap_or_else(|| panic!("no {name}: {text}"))["standing"].clone();
        (answer.code, standing)
    };
    for name in ["database", "county", "law", "keys", "disk", "clock"] {
        assert_ne!(found(&platform, name).1, json!("wrong"), "{name}");
    }
    assert_eq!(found(&platform, "calendar").0, 0);
    // Somebody else may read the keys.
    use std::os::unix::fs::PermissionsExt as _;
    let keys = std::fs::metadata(platform.keys()).expect("the keys").permissions();
    std::fs::set_permissions(platform.keys(), std::fs::Permissions::from_mode(0o644))
        .expect("permissions");
    assert_eq!(found(&platform, "keys"), (4, json!("wrong")));
    std::fs::set_permissions(platform.keys(), keys).expect("permissions");
    // The clock fell back behind what is written already.
    platform.today = "2026-01-05".to_owned();
    assert_eq!(found(&platform, "clock"), (4, json!("wrong")));
    // Nothing was ever loaded.
    assert_eq!(found(&Platform::empty(), "county"), (4, json!("wrong")));
}
