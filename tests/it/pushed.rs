//! What is sent to the machines of units: a real process, a real receiver, and what goes wrong between the two.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;
use xinyong_service::signing::KeyCard;

use crate::browser::invent;
use crate::served::{Served, Visitor, serve};
use crate::support::{Platform, path};

/// A change as it arrived.
struct Arrived {
    id: String,
    signature: String,
    body: Value,
}

fn read(stream: &TcpStream) -> Option<Arrived> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some(Arrived {
        id: headers.remove("xinyong-delivery")?,
        signature: headers.remove("xinyong-signature")?,
        body: serde_json::from_slice(&body).ok()?,
    })
}

/// Receives at an address, and answers only where it is told to; what came first is given out first. Ends with the first to come
/// once the flag is set.
/// The port of before, once whoever listened there has gone.
fn again_at(place: SocketAddr) -> TcpListener {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind(place) {
            return listener;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("the port again")
}

fn receive(listener: TcpListener, answers: bool, to: Sender<Arrived>) -> Arc<AtomicBool> {
    let over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&over);
    std::thread::spawn(move || {
        let mut held = Vec::new();
        for stream in listener.incoming().map_while(Result::ok) {
            if ends.load(Ordering::SeqCst) {
                return;
            }
            let Some(arrived) = read(&stream) else { continue };
            let mut stream = stream;
            if answers {
                let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
                stream.write_all(answer).expect("an answer");
            } else {
                held.push(stream);
            }
            if to.send(arrived).is_err() || !answers {
                break;
            }
        }
        // Who does not answer keeps the line open until the other side is gone.
        for mut stream in held {
            drop(stream.read(&mut [0; 1]));
        }
    });
    over
}

fn next(from: &Receiver<Arrived>) -> Arrived {
    from.recv_timeout(Duration::from_secs(60)).expect("a change arrives")
}

fn json(visitor: &mut Visitor, path: &str) -> Value {
    serde_json::from_str(&visitor.get(path).text).expect("JSON")
}

/// A subject with two public records of the unit, that stands nowhere in `taken`: by code, with its records.
fn busy(served: &Served, taken: &str) -> (String, Vec<(String, String)>) {
    let mut records: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for kind in ["administrative-licence", "administrative-penalty"] {
        let list = format!("/api/v1/records/{kind}?unit=market-regulation&limit=500");
        for record in json(&mut served.visitor(), &list)["records"].as_array().expect("a list") {
            let text = |name: &str| record[name].as_str().expect(name).to_owned();
            records.entry(text("code")).or_default().push((text("subject"), text("record")));
        }
    }
    let of_one = |(code, held): &(String, Vec<(String, String)>)| {
        !code.is_empty() && held.len() > 1 && !taken.contains(code.as_str())
    };
    records.into_iter().find(of_one).expect("a subject with two records")
}

fn form(visitor: &mut Visitor, page: &str, to: &str, fields: &[(&str, &str)]) -> String {
    let token = visitor.get(page).token();
    let mut all = vec![("csrf", token.as_str())];
    all.extend_from_slice(fields);
    let answer = visitor.post(to, &all);
    assert_eq!(answer.status, 303, "{to}: {}", answer.text);
    answer.location
}

fn take_down(served: &Served, password: &str, (subject, record): &(String, String), on: &str) {
    let mut reviewer = served.visitor();
    reviewer.sign_in("reviewer", password);
    let to = format!("/console/records/{subject}/{record}/withdraw");
    let fields =
        [("decided", on), ("reason", "示例：决定被撤销"), ("document", "示例文书〔2026〕1号")];
    form(&mut reviewer, &to, &to, &fields);
}

#[test]
fn a_change_arrives_once_more_after_a_kill_and_waits_for_who_is_down() {
    let platform = Platform::empty();
    let passwords: Value = serde_json::from_str(&invent(&platform)).expect("passwords");
    let password = passwords["admin"].as_str().expect("a password");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let place = listener.local_addr().expect("an address");
    let hooks = platform.file("hooks.toml", &format!("hosts = [\"{place}\"]\n"));
    let today = platform.today.clone();
    let arguments =
        ["serve", "--listen", "127.0.0.1:0", "--today", &today, "--hooks", path(&hooks)];
    let served = serve(&platform, &arguments);

    let mut admin = served.visitor();
    admin.sign_in("admin", password);
    let token = admin.get("/console/keys/new").token();
    let fields = [
        ("csrf", token.as_str()),
        ("system", "示例业务系统"),
        ("scope", "follow"),
        ("unit", "market-regulation"),
        ("expires_on", "2027-11-25"),
    ];
    let key = admin.post("/console/keys", &fields).link("/console/keys/");
    let key = if key == "/console/keys/new" { panic!("no key") } else { key };
    let address = format!("http://{place}/changes");
    form(&mut admin, &key, &format!("{key}/hook"), &[("address", &address)]);

    let mut clerk = served.visitor();
    clerk.sign_in("clerk", password);
    let followed = clerk.get("/console/enrolments").text;
    let (code, records) = busy(&served, &followed);
    let fields = [
        ("code", code.as_str()),
        ("basis", "《示例条例》第三条"),
        ("purpose", "示例日常监管"),
        ("until", "2027-06-30"),
    ];
    let new = "/console/enrolments/new";
    let page = form(&mut clerk, new, "/console/enrolments", &fields);

    // Sent, and killed before the receipt.
    let (to, arrived) = channel();
    receive(listener, false, to);
    take_down(&served, password, &records[0], &today);
    let first = next(&arrived);
    served.kill();
    assert_eq!(
        (&first.body["change"], &first.body["code"]),
        (&"ended".into(), &code.as_str().into())
    );
    assert!(first.body.get("kind").is_none() && first.body.get("content").is_none());

    // The next process sends the same once more, under the same id, and then it is over.
    let listener = again_at(place);
    let (to, arrived) = channel();
    let over = receive(listener, true, to);
    let served = serve(&platform, &arguments);
    let again = next(&arrived);
    assert_eq!(again.id, first.id);
    assert_eq!(again.body["record"].as_str(), Some(records[0].1.as_str()));
    let keys = json(&mut served.visitor(), "/api/v1/log/keys");
    let card: KeyCard = serde_json::from_value(keys["keys"][0].clone()).expect("a key");
    let signature: Vec<u8> = (0..again.signature.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&again.signature[at..at + 2], 16).expect("hexadecimal"))
        .collect();
    let at = again.body["time"].as_i64().expect("a time");
    assert_eq!(card.judge(&again.body, at, &signature), Ok(()));
    let mut clerk = served.visitor();
    clerk.sign_in("clerk", password);
    clerk.wait_for(&page, "已送达");
    let quiet = arrived.recv_timeout(Duration::from_secs(21));
    assert!(quiet.is_err(), "nothing is sent again once it was received");

    // The receiver is down, and up again.
    drop(arrived);
    over.store(true, Ordering::SeqCst);
    drop(TcpStream::connect(place));
    let gone = |_: &u32| {
        std::thread::sleep(Duration::from_millis(200));
        TcpStream::connect(place).is_err()
    };
    assert!((0..50).any(|try_| gone(&try_)), "the receiver is down");
    take_down(&served, password, &records[1], &today);
    clerk.wait_for(&page, "没有答复");
    let (to, arrived) = channel();
    receive(TcpListener::bind(place).expect("the port again"), true, to);
    let second = next(&arrived);
    assert_ne!(second.id, first.id);
    assert_eq!(second.body["record"].as_str(), Some(records[1].1.as_str()));
    drop(served);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

#[test]
fn a_list_is_asked_without_saying_about_whom() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/private_check.py");
    let run = |arguments: &[&str]| {
        let output =
            Command::new("python3").arg(program).args(arguments).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let kind = "serious-dishonesty-listing";
    let platform = Platform::empty();
    let passwords: Value = serde_json::from_str(&invent(&platform)).expect("passwords");
    let sample = format!("{}/law/samples/{kind}/ok.csv", env!("CARGO_MANIFEST_DIR"));
    let mut registry = "企业名称,统一社会信用代码\n".to_owned();
    for row in std::fs::read_to_string(&sample).expect("a sample").lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        registry.push_str(&format!("{},{}\n", cells[0], cells[2]));
    }
    let registry = platform.file("registry.csv", &registry);
    platform.json(&["import", "subjects", path(&registry)]);
    let submit = ["--submit"];
    platform.import(std::path::Path::new(&sample), kind, "market-regulation", &submit);
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    let list = json(&mut served.visitor(), &format!("/api/v1/records/{kind}?limit=500"));
    // The demonstration has a firm on a list of another unit, whose people alone take it down.
    let all = list["records"].as_array().expect("records");
    let other_unit = |one: &&Value| one["authority"] == "平陆县人力资源和社会保障局";
    let listed = all.iter().find(|one| !other_unit(one)).expect("one of the sample");
    let text = |name: &str| listed[name].as_str().unwrap_or_else(|| panic!("{list}")).to_owned();
    let spaced = format!(" {} ", text("code").to_lowercase());
    assert_eq!(run(&[&served.address, kind, &spaced]), (Some(0), "yes".to_owned()));
    // What is taken down is in no list any more, at once.
    let password = passwords["reviewer"].as_str().expect("a password");
    take_down(&served, password, &(text("subject"), text("record")), &platform.today);
    assert_eq!(run(&[&served.address, kind, &spaced]), (Some(1), "no".to_owned()));

    // Two that share the beginning of their marks ask the same, and one of a hundred others cannot be told from them.
    let shown = |code: &str| run(&["--address", &served.address, kind, code]).1;
    let mut asked: BTreeMap<String, String> = BTreeMap::new();
    let (one, other) = (0..200)
        .find_map(|number| {
            let code = crate::county::code("91", number);
            let before = asked.insert(shown(&code), code.clone())?;
            Some((before, code))
        })
        .expect("two of two hundred share one of 256 beginnings");
    assert_ne!(one, other);
    assert_eq!(shown(&one), shown(&other));
    assert_eq!(run(&[&served.address, kind, &other]), (Some(1), "no".to_owned()));
    let log = served.stop_and_read_log();
    assert!(!log.contains("/range/"), "what was asked is not written down: {log}");
}
