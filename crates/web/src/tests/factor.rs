//! The second factor, from the picture on the page to the code at the sign-in.

use axum::http::StatusCode;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use xinyong_service::{Actor, Clock, Role, running};

use super::browser::{Answer, Browser, PASSWORD, TestSite};
use super::people::post;

const PAGE: &str = "/console/account/second-factor";

/// An authenticator: what one has on the telephone.
struct Authenticator(Vec<u8>);

impl Authenticator {
    fn read(page: &str) -> Self {
        let (_, rest) = page.split_once("secret=").expect("an address");
        let secret = rest.split('&').next().expect("a secret");
        let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
        for character in secret.bytes() {
            let value = match character {
                b'A'..=b'Z' => character - b'A',
                _ => character - b'2' + 26,
            };
            held = held << 5 | u32::from(value);
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits & 255) as u8);
            }
        }
        Self(bytes)
    }

    /// The code that is shown so many half minutes from now.
    fn code(&self, later: i64) -> String {
        let step = Clock::seconds() / 30 + later;
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.0).expect("any length");
        mac.update(&step.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        let offset = usize::from(digest[19] & 15);
        let four = digest[offset..offset + 4].try_into().expect("four");
        format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000)
    }
}

async fn enrol(browser: &mut Browser) -> (Authenticator, Vec<String>) {
    let answer = post(browser, PAGE, &format!("{PAGE}/begin"), &[("password", PASSWORD)]).await;
    assert_eq!(answer.header("location"), PAGE, "{}", answer.text());
    let page = browser.get(PAGE).await.text();
    assert!(page.contains("otpauth://totp/") && page.contains("<svg class=\"qr\""), "{page}");
    let authenticator = Authenticator::read(&page);
    let code = authenticator.code(0);
    let answer = post(browser, PAGE, &format!("{PAGE}/confirm"), &[("code", code.as_str())]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let codes: Vec<String> = answer
        .text()
        .split("<li class=\"code\">")
        .skip(1)
        .filter_map(|part| part.split('<').next().map(str::to_owned))
        .collect();
    assert_eq!(codes.len(), 10);
    (authenticator, codes)
}

async fn password_step(browser: &mut Browser, login: &str) -> Answer {
    let fields = [("login", login), ("password", PASSWORD), ("next", "/console/batches")];
    post(browser, "/console/sign-in", "/console/sign-in", &fields).await
}

async fn code_step(browser: &mut Browser, code: &str) -> Answer {
    let page = "/console/sign-in/code";
    post(browser, page, page, &[("code", code)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_asked_for_after_the_password_and_is_good_once() {
    let site = TestSite::new().await;
    let mut first = site.signed_in(Role::Clerk).await;
    let answer = post(&mut first, PAGE, &format!("{PAGE}/begin"), &[("password", "x")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let (authenticator, codes) = enrol(&mut first).await;
    assert!(!first.get(PAGE).await.text().contains("otpauth"), "the secret is shown again");

    let mut browser = site.browser();
    let answer = password_step(&mut browser, "clerk").await;
    assert_eq!(answer.header("location"), "/console/sign-in/code", "{}", answer.text());
    let at = browser.get("/console").await;
    assert!(at.header("location").starts_with("/console/sign-in"), "the password alone opens it");
    let code = authenticator.code(1);
    let answer = code_step(&mut browser, &code).await;
    assert_eq!(answer.header("location"), "/console/batches", "{}", answer.text());
    assert_eq!(browser.get("/console").await.status, StatusCode::OK);

    // Seen over somebody's shoulder it is worth nothing.
    let mut thief = site.browser();
    password_step(&mut thief, "clerk").await;
    let answer = code_step(&mut thief, &code).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains("已经用过"), "{}", answer.text());

    let spare = codes.first().expect("a code").to_lowercase();
    assert_eq!(code_step(&mut thief, &spare).await.status, StatusCode::SEE_OTHER);
    let page = thief.get("/console/account").await.text();
    assert!(page.contains("还有 9 个恢复码可用"), "{page}");
    let mut again = site.browser();
    password_step(&mut again, "clerk").await;
    assert_eq!(code_step(&mut again, &spare).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_lock_the_account_and_the_password_gives_no_more_of_them() {
    let site = TestSite::new().await;
    let mut first = site.signed_in(Role::Clerk).await;
    let (authenticator, _) = enrol(&mut first).await;
    let mut browser = site.browser();
    for number in 0..5 {
        let answer = password_step(&mut browser, "clerk").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{number}: {}", answer.text());
        assert_eq!(code_step(&mut browser, "000000").await.status, StatusCode::BAD_REQUEST);
    }
    let answer = password_step(&mut browser, "clerk").await;
    assert!(answer.text().contains("账号已锁定"), "{}", answer.text());
    let answer = code_step(&mut browser, &authenticator.code(1)).await;
    assert!(answer.text().contains("账号已锁定"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_can_be_made_to_have_one_and_the_administrator_can_reset_it() {
    let site = TestSite::new().await;
    let mut admin = site.signed_in(Role::Administrator).await;
    let mut reviewer = site.signed_in(Role::Reviewer).await;
    let list = "/console/accounts";
    let answer =
        post(&mut admin, list, "/console/accounts/second-factor", &[("role", "reviewer")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    for path in ["/console", "/console/batches"] {
        assert_eq!(reviewer.get(path).await.header("location"), PAGE, "{path}");
    }
    assert!(reviewer.get(PAGE).await.text().contains("您的角色必须设置"));
    enrol(&mut reviewer).await;
    assert_eq!(reviewer.get("/console/batches").await.status, StatusCode::OK);
    assert_eq!(site.signed_in(Role::Clerk).await.get("/console").await.status, StatusCode::OK);

    let page = admin.get(list).await.text();
    let href = page
        .split("<tr>")
        .find(|row| row.contains(">reviewer<"))
        .and_then(|row| row.split("href=\"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .expect("a link")
        .to_owned();
    let answer = post(&mut admin, &href, &format!("{href}/second-factor"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(reviewer.get("/console").await.status, StatusCode::SEE_OTHER, "still signed in");
    reviewer.sign_in("reviewer").await;
    assert_eq!(reviewer.get("/console").await.header("location"), PAGE);
    let mut auditor = site.signed_in(Role::Auditor).await;
    let log = auditor.get("/console/audit").await.text();
    for action in ["account.factor-enrolled", "account.factor-reset", "account.factor-roles-set"] {
        assert!(log.contains(action), "{action}: {log}");
    }
    assert!(!log.contains("otpauth"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_lies_sealed_and_the_recovery_codes_as_digests() {
    let site = TestSite::new().await;
    let mut clerk = site.signed_in(Role::Clerk).await;
    let (authenticator, codes) = enrol(&mut clerk).await;
    let file = site.desk.scratch().join("backup");
    running::backup(&site.desk, &Actor::system("test"), &file).await.expect("a backup");
    let text = std::fs::read_to_string(&file).expect("a backup");
    let secret: String = authenticator.0.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!text.contains(&secret), "the secret lies open");
    for code in codes {
        assert!(!text.contains(&code) && !text.contains(&code.replace('-', "")), "{code}");
    }
}
