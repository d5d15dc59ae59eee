//! The credit report: issued, verified by the program without a database and by foreign programs, and every change found out.

use std::path::Path;
use std::process::Command;

use crate::browser::invent;
use crate::served::{Visitor, serve};
use crate::support::{Platform, path, xinyong};

const MARK: &str = "xinyong-report/1;number=";

fn tool(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(name)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{name}: {error}; scripts/test installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

fn place_of(file: &[u8], wanted: &str) -> usize {
    file.windows(wanted.len()).position(|window| window == wanted.as_bytes()).expect(wanted)
}

/// What stands behind a word of the seal.
fn said(file: &[u8], word: &str, width: usize) -> String {
    let from = place_of(file, MARK);
    let seal = &file[from..];
    let at = place_of(seal, word) + word.len();
    String::from_utf8_lossy(&seal[at..at + width]).into_owned()
}

/// The signature, checked with nothing of ours: the seal is blanked and the file digested as the description of the format says.
fn openssl_agrees(platform: &Platform, file: &[u8], pem: &Path) {
    let (number, content) = (said(file, "number=", 22), said(file, ";content=", 64));
    let (key, at) = (said(file, ";key=", 32), said(file, ";at=", 13));
    let padded = said(file, ";signature=", 144);
    let length = usize::from(u8::from_str_radix(&padded[2..4], 16).expect("a length")) + 2;
    let signature: Vec<u8> = (0..length)
        .map(|byte| u8::from_str_radix(&padded[byte * 2..byte * 2 + 2], 16).expect("digits"))
        .collect();
    let line = format!("{MARK}{number};content={content};key={key};at={at};signature={padded}");
    let blank = format!(
        "{MARK}{number};content={content};key={};at={};signature={}",
        "0".repeat(32),
        "0".repeat(13),
        "0".repeat(144)
    );
    let mut blanked = file.to_vec();
    let places: Vec<_> = (0..=file.len() - line.len())
        .filter(|place| file[*place..].starts_with(line.as_bytes()))
        .collect();
    for place in places {
        blanked[place..place + blank.len()].copy_from_slice(blank.as_bytes());
    }
    let blanked = platform.bytes("blanked.pdf", &blanked);
    let digest = tool("openssl", &["dgst", "-sm3", "-r", path(&blanked)]);
    let digest = digest.split_whitespace().next().expect("a digest");
    let statement = format!(
        "{{\"at\":{at},\"content\":\"{content}\",\"file\":\"{digest}\",\"key\":\"{key}\",\"number\":\"{number}\",\"type\":\"xinyong/report/1\"}}"
    );
    let statement = platform.file("statement", &statement);
    let signature = platform.bytes("signature", &signature);
    tool(
        "openssl",
        &[
            "pkeyutl",
            "-verify",
            "-rawin",
            "-digest",
            "sm3",
            "-pkeyopt",
            "distid:1234567812345678",
            "-pubin",
            "-inkey",
            path(pem),
            "-in",
            path(&statement),
            "-sigfile",
            path(&signature),
        ],
    );
}

/// Whoever changes a part of a report, or its seal in both places alike, is found out.
fn forged_in_each_part(platform: &Platform, bytes: &[u8], card: &Path) {
    let verify =
        |file: &Path| xinyong(&["--json", "report", "verify", path(file), "--key", path(card)]);
    // Changed anywhere: found out.
    for part in 0..60 {
        let mut changed = bytes.to_vec();
        let place = part * (bytes.len() - 1) / 59;
        changed[place] ^= 0x20;
        let changed = platform.bytes("changed.pdf", &changed);
        let refusal = verify(&changed).refusal(3);
        assert!(refusal == "report.altered" || refusal == "report.no-seal", "{place}: {refusal}");
    }
    for (word, refusal) in [
        (";at=", "report.altered"),
        (";content=", "report.altered"),
        (";key=", "report.key-unknown"),
        ("number=", "report.altered"),
    ] {
        // Both places of the seal alike, as somebody would who knows the form.
        let mut changed = bytes.to_vec();
        let mut from = 0;
        while let Some(place) =
            changed[from..].windows(MARK.len()).position(|window| window == MARK.as_bytes())
        {
            let at = from + place + place_of(&changed[from + place..], word) + word.len() + 9;
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            from = at;
        }
        let changed = platform.bytes("changed.pdf", &changed);
        assert_eq!(verify(&changed).refusal(3), refusal, "{word}");
    }
}

/// The line of the seal, whose width never changes.
fn seal(file: &[u8]) -> &[u8] {
    let from = place_of(file, MARK);
    let length = place_of(&file[from..], ";signature=") + ";signature=".len() + 144;
    &file[from..from + length]
}

/// A report that carries the number, the address and the seal of another one: the file is found out, and who follows the address reads whom
/// the other one is about.
fn borrowed_from_another(
    platform: &Platform,
    visitor: &mut Visitor,
    (mine, code): (&[u8], &str),
    (other, number, other_code): (&[u8], &str, &str),
    card: &Path,
) {
    let verify =
        |file: &Path| xinyong(&["--json", "report", "verify", path(file), "--key", path(card)]);
    let (own, borrowed) = (seal(mine).to_vec(), seal(other));
    assert_eq!(own.len(), borrowed.len());
    let mut file = mine.to_vec();
    let places: Vec<usize> =
        (0..=file.len() - own.len()).filter(|place| file[*place..].starts_with(&own)).collect();
    assert!(places.len() > 1, "the seal stands in more than one place");
    for place in &places {
        file[*place..*place + own.len()].copy_from_slice(borrowed);
    }
    let whole = platform.bytes("borrowed.pdf", &file);
    assert_eq!(verify(&whole).refusal(3), "report.altered");
    // In one of the places alone.
    let mut file = mine.to_vec();
    file[places[0]..places[0] + own.len()].copy_from_slice(borrowed);
    let half = platform.bytes("borrowed.pdf", &file);
    let refusal = verify(&half).refusal(3);
    assert!(refusal == "report.altered" || refusal == "report.no-seal", "{refusal}");
    let found = visitor.get(&format!("/reports?number={number}")).text;
    assert!(found.contains(other_code) && !found.contains(code), "{found}");
}

#[test]
fn a_report_is_genuine_until_a_byte_of_it_is_changed() {
    let platform = Platform::empty();
    invent(&platform);
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    let mut visitor = served.visitor();
    let list = visitor.get("/records/administrative-penalty");
    let subject = list.link("/subjects/");
    let code = subject.rsplit('/').next().expect("a code").to_owned();

    let page = visitor.get(&subject);
    assert!(page.text.contains(&format!("{subject}/report.pdf")), "{}", page.text);
    let (file, other) = (platform.folder().join("report.pdf"), platform.folder().join("again.pdf"));
    let make = |out: &Path| {
        platform.json(&["report", "make", &code, "--out", path(out), "--site", &served.address])
    };
    let made = make(&file);
    let number = made["number"].as_str().expect("a number").to_owned();
    assert_eq!(number.len(), 22);
    assert_eq!(make(&other)["number"], number.as_str());
    let bytes = std::fs::read(&file).expect("the file");
    assert_eq!(bytes, std::fs::read(&other).expect("the file"), "the same day is the same file");

    // The form, by foreign programs.
    tool("qpdf", &["--check", path(&file)]);
    let about = tool("pdfinfo", &["-meta", path(&file)]);
    for word in ["pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"] {
        assert!(about.contains(word), "{word}: {about}");
    }
    let text = tool("pdftotext", &["-layout", path(&file), "-"]);
    for word in [&number, &code, "行政管理信息", "信用状况提升建议", "数据截至"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    for word in ["评分：", "排名：", "等级："] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    let content = platform.folder().join("content.json");
    tool("pdfdetach", &["-save", "1", "-o", path(&content), path(&file)]);
    let digest = tool("openssl", &["dgst", "-sm3", "-r", path(&content)]);
    assert!(digest.starts_with(&said(&bytes, ";content=", 64)), "{digest}");

    // The signature, by this program without a database and by OpenSSL.
    let (card, pem) = (platform.folder().join("key.json"), platform.folder().join("key.pem"));
    let export = ["key", "export", "--card", path(&card), "--pem", path(&pem)];
    assert_eq!(platform.run(&export).code, 0);
    let verify =
        |file: &Path| xinyong(&["--json", "report", "verify", path(file), "--key", path(&card)]);
    let genuine = verify(&file).json();
    assert_eq!(genuine["number"], number.as_str());
    assert!(genuine["log"]["proven"].as_u64() >= Some(1), "{genuine}");
    assert_eq!(genuine["log"]["missing"], 0, "{genuine}");
    openssl_agrees(&platform, &bytes, &pem);

    forged_in_each_part(&platform, &bytes, &card);
    let longer = platform.bytes("changed.pdf", &[&bytes[..], b"\n"].concat());
    assert_eq!(verify(&longer).refusal(3), "report.altered");
    let none = platform.bytes("none.pdf", b"%PDF-1.7");
    assert_eq!(verify(&none).refusal(3), "report.no-seal");

    // With what belongs to the report of somebody else.
    let codes = list.text.split("\"/subjects/").skip(1).filter_map(|rest| rest.split('"').next());
    let other_code = codes.filter(|other| *other != code).find(|other| other.len() == code.len());
    let other_code = other_code.expect("another subject").to_owned();
    let made = platform.json(&[
        "report",
        "make",
        &other_code,
        "--out",
        path(&other),
        "--site",
        &served.address,
    ]);
    let others = std::fs::read(&other).expect("the file");
    let number_of_other = made["number"].as_str().expect("a number");
    assert!(text.contains(&number), "the number stands beside the code that leads to it: {text}");
    borrowed_from_another(
        &platform,
        &mut visitor,
        (&bytes, &code),
        (&others, number_of_other, &other_code),
        &card,
    );

    // By its number.
    let found = visitor.get(&format!("/reports?number={number}"));
    assert!(
        found.text.contains("公开的信息没有变化") && found.text.contains(&code),
        "{}",
        found.text
    );
    let spaced = format!("{}%20{}", &number[..14].to_lowercase(), &number[14..].to_lowercase());
    assert!(visitor.get(&format!("/reports?number={spaced}")).text.contains(&code));
    let forged = format!("{}0", &number[..21]);
    let forged = if forged == number { format!("{}1", &number[..21]) } else { forged };
    assert_eq!(visitor.get(&format!("/reports?number={forged}")).status, 404);
    assert_eq!(visitor.get("/reports?number=123").status, 400);
    drop(served);

    // Two years on its penalties are gone: the report was issued, and what is public is another.
    let later = serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", "2032-01-01"]);
    let found = later.visitor().get(&format!("/reports?number={number}"));
    assert!(found.text.contains("此后公开的信息有变化"), "{}", found.text);
    let record = list.link("/records/administrative-penalty/");
    assert_eq!(later.visitor().get(&record).status, 404);
    drop(later);

    // Another county's key, and a key that was revoked by then.
    let elsewhere = Platform::pinglu();
    assert_eq!(elsewhere.run(&["key", "generate"]).code, 0);
    let foreign = elsewhere.folder().join("key.json");
    assert_eq!(elsewhere.run(&["key", "export", "--card", path(&foreign)]).code, 0);
    let verified = xinyong(&["--json", "report", "verify", path(&file), "--key", path(&foreign)]);
    assert_eq!(verified.refusal(3), "report.key-unknown");
    let (key, at) = (said(&bytes, ";key=", 32), said(&bytes, ";at=", 13));
    let revoke = ["key", "revoke", &key, "--since", &at, "--reason", "示例：密钥遗失"];
    assert_eq!(platform.run(&revoke).code, 0);
    // Who holds the card of before cannot know.
    assert_eq!(verify(&file).json()["number"], number.as_str());
    assert_eq!(platform.run(&export).code, 0);
    assert_eq!(verify(&file).refusal(3), "report.key-revoked");
    let again = platform.folder().join("unsigned.pdf");
    let refused = platform.run(&["--json", "report", "make", &code, "--out", path(&again)]);
    assert_eq!(refused.refusal(3), "report.no-key");
    assert!(!again.exists());
    assert_eq!(platform.json(&["fsck"])["good"], true);
}

/// The form of a report, by foreign programs, and its text.
fn well_formed(file: &Path) -> String {
    tool("qpdf", &["--check", path(file)]);
    let about = tool("pdfinfo", &["-meta", path(file)]);
    for word in ["pdfaid:part>3<", "pdfaid:conformance>A<", "pdfuaid:part>1<"] {
        assert!(about.contains(word), "{word}: {about}");
    }
    tool("pdftotext", &["-layout", path(file), "-"])
}

#[test]
fn the_other_editions_are_genuine_and_their_numbers_tell_nothing() {
    let platform = Platform::empty();
    let accounts: serde_json::Value = serde_json::from_str(&invent(&platform)).expect("accounts");
    let password = |login: &str| accounts[login].as_str().expect(login).to_owned();
    let served =
        serve(&platform, &["serve", "--listen", "127.0.0.1:0", "--today", &platform.today]);
    let (card, pem) = (platform.folder().join("key.json"), platform.folder().join("key.pem"));
    let export = ["key", "export", "--card", path(&card), "--pem", path(&pem)];
    assert_eq!(platform.run(&export).code, 0);

    let mut agent = served.visitor();
    agent.sign_in_at("/my", "agent", &password("agent"));
    let firm = agent.get("/my").link("/my/firms/");
    let code = firm.rsplit('/').next().expect("a code").to_owned();
    let form = agent.get(&format!("{firm}/reports"));
    let token = form.token();
    let mine = agent.post(&format!("{firm}/reports"), &[("csrf", &token), ("edition", "subject")]);
    let span = [("from", "2026-01-01"), ("until", platform.today.as_str())];
    let asked = [&[("csrf", token.as_str()), ("edition", "clean-record")], &span[..]].concat();
    let clean = agent.post(&format!("{firm}/reports"), &asked);
    let mut clerk = served.visitor();
    clerk.sign_in("clerk", &password("clerk"));
    let at = format!("/console/subjects/{code}/report");
    let token = clerk.get(&at).token();
    let refused = clerk.post(&at, &[("csrf", &token)]);
    assert_eq!(refused.status, 400, "{}", refused.text);
    let basis = "示例采购项目2026-7号，《政府采购法》第二十二条";
    let fields = [("csrf", token.as_str()), ("purpose", "procurement"), ("basis", basis)];
    let given = clerk.post(&at, &fields);
    assert_eq!(clerk.post(&at, &fields).bytes, given.bytes, "the same day is the same file");

    let name = {
        let list = agent.get(&firm).text;
        let (_, rest) = list.split_once("<h1>").expect("a heading");
        rest.split(['<', ' ']).next().expect("a name").to_owned()
    };
    for (page, words) in [
        (&mine, &["主体版", "谁查询过", "公示状态"][..]),
        (&clean, &["无违法违规证明", "未发现", "未包括的单位", "2026-01-01"]),
        (&given, &["单位版", "政府采购", "2026-7号", "不得用于其他用途"]),
    ] {
        assert_eq!(page.status, 200, "{}", page.text);
        let file = platform.bytes("edition.pdf", &page.bytes);
        let text = well_formed(&file);
        for word in words.iter().chain([&code.as_str()]) {
            assert!(text.contains(word), "{word}: {text}");
        }
        for word in ["评分：", "排名：", "等级："] {
            assert!(!text.contains(word), "{word}: {text}");
        }
        let genuine =
            xinyong(&["--json", "report", "verify", path(&file), "--key", path(&card)]).json();
        let number = genuine["number"].as_str().expect("a number");
        assert!(text.contains(number) && genuine.get("log").is_none(), "{genuine}");
        openssl_agrees(&platform, &page.bytes, &pem);
        forged_in_each_part(&platform, &page.bytes, &card);
        let told = served.visitor().get(&format!("/reports?number={number}"));
        assert!(told.text.contains("有效，所载情况没有变化"), "{}", told.text);
        assert!(!told.text.contains(&name) && !told.text.contains(&code), "{}", told.text);
        for edition in ["主体版", "单位版", "无违法违规证明"] {
            assert!(!told.text.contains(edition), "{edition}: {}", told.text);
        }
    }
    // Who was asked for something tells whom: the unit and the purpose, and never the person.
    let token = agent.get(&format!("{firm}/reports")).token();
    let again = agent.post(&format!("{firm}/reports"), &[("csrf", &token), ("edition", "subject")]);
    let text = well_formed(&platform.bytes("edition.pdf", &again.bytes));
    assert!(text.contains("取得信用报告") && !text.contains("示例报送员"), "{text}");

    // A subject with a penalty gets no certificate, and reads what stands in the way.
    let mut office = served.visitor();
    office.sign_in("office", &password("office"));
    let list = office.get("/records/administrative-penalty").link("/subjects/");
    let at = format!("/console{list}/certificate");
    let token = office.get(&at).token();
    let fields = [("csrf", token.as_str()), ("basis", "示例书面申请2026年第7号")];
    let answer = office.post(&at, &[&fields, &span[..]].concat());
    assert!(
        answer.status == 200 && answer.text.contains("不能出具无违法违规证明"),
        "{}",
        answer.text
    );
    // The keys say what they signed and not whose it was.
    let mut admin = served.visitor();
    admin.sign_in("admin", &password("admin"));
    let key = admin.get("/console/signing-keys").link("/console/signing-keys/");
    let page = admin.get(&key);
    assert!(page.text.contains("单位版") && !page.text.contains(&code), "{}", page.text);
    assert!(!page.text.contains("PRIVATE"));
    drop(served);
    assert_eq!(platform.json(&["fsck"])["good"], true);
}
