//! Keys through their life, and both directions with OpenSSL.

use std::path::Path;
use std::process::Command;

use jiff::civil::date;
use serde_json::json;

use super::*;
use crate::testing::desk;
use crate::{Actor, Refusal};

fn actor() -> Actor {
    Actor::system("test")
}

fn refused<T: Debug>(outcome: Result<T, DeskError>) -> Refusal {
    match outcome {
        Err(DeskError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Signs a text now; gives what was signed, the time, and the signature.
async fn sign(desk: &Desk) -> Result<(Value, i64, Vec<u8>), DeskError> {
    let mut tx = desk.store().transaction("t").await?;
    let said =
        |key: &str, at: i64| json!({ "type": "test", "text": "示例", "key": key, "time": at });
    let signed = desk.sign(&mut tx, said).await?;
    tx.commit().await?;
    Ok((said(&signed.key, signed.at), signed.at, signed.signature))
}

async fn card(desk: &Desk, id: &str) -> KeyCard {
    let keys = list(desk).await.expect("keys");
    KeyCard::from(keys.iter().find(|key| key.id == id).expect("the key"))
}

fn openssl(folder: &Path, arguments: &[&str]) -> bool {
    let run = Command::new("openssl").args(arguments).current_dir(folder).output();
    let output = run.expect("openssl runs; scripts/test installs it");
    output.status.success()
}

#[tokio::test]
async fn a_signature_verifies_at_openssl_and_one_of_openssl_here() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let pair = KeyPair::from_secret(&[7; 32]).expect("a secret");
    let message = "信用平陆 示例".as_bytes();
    std::fs::write(path.join("message"), message).expect("written");
    std::fs::write(path.join("public.pem"), pair.public().to_pem().expect("PEM")).expect("written");
    std::fs::write(path.join("signature"), pair.sign(message).expect("signed")).expect("written");
    let verify = [
        "pkeyutl",
        "-verify",
        "-rawin",
        "-digest",
        "sm3",
        "-pkeyopt",
        "distid:1234567812345678",
        "-pubin",
        "-inkey",
        "public.pem",
        "-in",
        "message",
        "-sigfile",
        "signature",
    ];
    assert!(openssl(path, &verify));
    std::fs::write(path.join("message"), "改动").expect("written");
    assert!(!openssl(path, &verify));

    assert!(openssl(path, &["genpkey", "-algorithm", "SM2", "-out", "theirs.pem"]));
    assert!(openssl(path, &["pkey", "-in", "theirs.pem", "-pubout", "-out", "their-public.pem"]));
    let sign = |distid: &str| {
        let name = format!("distid:{distid}");
        openssl(
            path,
            &[
                "pkeyutl",
                "-sign",
                "-rawin",
                "-digest",
                "sm3",
                "-pkeyopt",
                &name,
                "-inkey",
                "theirs.pem",
                "-in",
                "message",
                "-out",
                "theirs",
            ],
        )
    };
    let pem = std::fs::read_to_string(path.join("their-public.pem")).expect("read");
    let theirs = PublicKey::from_pem(&pem).expect("a key");
    assert!(sign(DISTID));
    let signature = std::fs::read(path.join("theirs")).expect("read");
    assert!(theirs.verifies("改动".as_bytes(), &signature));
    assert!(!theirs.verifies(message, &signature));
    assert!(!pair.public().verifies("改动".as_bytes(), &signature), "another key");
    assert!(sign("somebody"));
    let signature = std::fs::read(path.join("theirs")).expect("read");
    assert!(!theirs.verifies("改动".as_bytes(), &signature), "another name of the signer");
}

#[tokio::test]
async fn a_key_signs_is_replaced_and_what_it_signed_stays_genuine() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, date(2026, 5, 6)).await;
    assert_eq!(refused(sign(&desk).await).code, "signing.no-key");
    assert_eq!(refused(rotate(&desk, &actor(), DAYS).await).code, "signing.no-key");
    assert_eq!(refused(generate(&desk, &actor(), 0).await).code, "signing.days-invalid");
    let first = generate(&desk, &actor(), DAYS).await.expect("made");
    assert_eq!(refused(generate(&desk, &actor(), DAYS).await).code, "signing.key-exists");
    let (said, at, signature) = sign(&desk).await.expect("signed");
    let known = card(&desk, &first.id).await;
    assert_eq!(known.judge(&said, at, &signature), Ok(()));
    let mut other = said.clone();
    other["text"] = "改动".into();
    assert_eq!(known.judge(&other, at, &signature), Err(NotGenuine::Signature));
    let mut other = known.clone();
    other.distid = "somebody".to_owned();
    assert_eq!(other.judge(&said, at, &signature), Err(NotGenuine::Card));

    let later = desk.at(date(2026, 6, 1));
    let second = rotate(&later, &actor(), DAYS).await.expect("made");
    assert_ne!(first.id, second.id);
    let (newer, newer_at, newer_signature) = sign(&later).await.expect("signed");
    assert_eq!(card(&desk, &second.id).await.judge(&newer, newer_at, &newer_signature), Ok(()));
    let old = card(&desk, &first.id).await;
    assert_eq!(old.judge(&said, at, &signature), Ok(()), "stays genuine");
    assert_eq!(old.judge(&newer, newer_at, &newer_signature), Err(NotGenuine::OtherKey));
    assert_eq!(old.judge(&said, newer_at + 1, &signature), Err(NotGenuine::NotInForce));

    // Beyond its days it signs nothing.
    let far = desk.at(date(2029, 1, 1));
    assert_eq!(refused(sign(&far).await).code, "signing.no-key");
    generate(&far, &actor(), 1).await.expect("made");
}

#[tokio::test]
async fn what_is_signed_after_a_revocation_is_not_genuine() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, date(2026, 5, 6)).await;
    let key = generate(&desk, &actor(), DAYS).await.expect("made");
    let (said, at, signature) = sign(&desk).await.expect("signed");
    let since = Some(at + 10_000_000_000);
    assert_eq!(
        refused(revoke(&desk, &actor(), &key.id, None, " ").await).code,
        "signing.reason-missing"
    );
    assert_eq!(
        refused(revoke(&desk, &actor(), "none", None, "遗失").await).code,
        "signing.key-unknown"
    );
    assert_eq!(
        refused(revoke(&desk, &actor(), &key.id, since, "遗失").await).code,
        "signing.since-invalid"
    );
    let clerk = Actor { role: Some(crate::Role::Clerk), ..actor() };
    assert_eq!(refused(revoke(&desk, &clerk, &key.id, None, "遗失").await).code, "access.denied");
    revoke(&desk, &actor(), &key.id, None, "遗失").await.expect("revoked");
    assert_eq!(
        refused(revoke(&desk, &actor(), &key.id, None, "遗失").await).code,
        "signing.already-revoked"
    );
    assert_eq!(refused(sign(&desk).await).code, "signing.no-key");
    let card = card(&desk, &key.id).await;
    assert_eq!(card.judge(&said, at, &signature), Ok(()), "made before");

    // Somebody has the secret and goes on signing.
    let rows = list(&desk).await.expect("keys");
    let place = signing_key_place(&key.id);
    let sealed = rows[0].sealed.as_deref().expect("sealed");
    let secret = desk.store().keys().open(Purpose::Platform, &place, sealed).expect("opened");
    let late = at + 60_000;
    let forged = json!({ "type": "test", "text": "伪造", "key": key.id, "time": late });
    let form = canonical(&forged).expect("a form");
    let stolen =
        KeyPair::from_secret(&secret).expect("a pair").sign(form.as_bytes()).expect("signed");
    assert_eq!(card.judge(&forged, late, &stolen), Err(NotGenuine::Revoked));
}

#[tokio::test]
async fn a_clock_set_back_signs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = desk(&folder, date(2026, 5, 6)).await;
    generate(&desk, &actor(), DAYS).await.expect("made");
    let before = desk.at(date(2026, 5, 5));
    assert_eq!(refused(sign(&before).await).code, "signing.clock-behind", "before the key");
    let later = desk.at(date(2026, 7, 1));
    sign(&later).await.expect("signed");
    let back = desk.at(date(2026, 6, 30));
    assert_eq!(
        refused(sign(&back).await).code,
        "signing.clock-behind",
        "before the newest signature"
    );
    assert_eq!(refused(rotate(&back, &actor(), DAYS).await).code, "signing.clock-behind");
    sign(&later).await.expect("signed again");
    assert!(!Clock::System.is_before(2, 2), "the same instant");
    assert!(!Clock::System.is_before(1, 5_001), "clocks of two machines differ a little");
    assert!(Clock::System.is_before(1, 5_002));
}

/// A device of its own, for which a pair in memory stands.
#[derive(Debug)]
struct Device(KeyPair);

impl Signer for Device {
    fn public(&self) -> Result<String, String> {
        self.0.public().to_pem()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        self.0.sign(message)
    }
}

#[tokio::test]
async fn a_device_takes_the_place_of_the_sealed_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let plain = desk(&folder, date(2026, 5, 6)).await;
    let device = |secret| Arc::new(Device(KeyPair::from_secret(&[secret; 32]).expect("a pair")));
    let desk = plain.clone().with_signer(device(9));
    let key = generate(&desk, &actor(), DAYS).await.expect("registered");
    assert_eq!(key.sealed, None);
    let (said, at, signature) = sign(&desk).await.expect("signed");
    assert_eq!(card(&desk, &key.id).await.judge(&said, at, &signature), Ok(()));
    assert_eq!(refused(sign(&plain).await).code, "signing.device-missing");
    let other = plain.with_signer(device(8));
    assert_eq!(refused(sign(&other).await).code, "signing.device-missing", "another device");
}

/// Two processes on PostgreSQL: who waits for the key finds it as it is by then.
#[tokio::test]
async fn who_waits_for_a_key_signs_only_with_one_that_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some((_server, desk)) = crate::testing::postgres_desk(&folder, date(2026, 5, 6)).await
    else {
        return;
    };
    let pause = || tokio::time::sleep(std::time::Duration::from_millis(300));
    let first = generate(&desk, &actor(), DAYS).await.expect("made");

    // Somebody signs while it is replaced: what they signed lies before its end.
    let mut tx = desk.store().transaction("t").await.expect("begun");
    let said = |key: &str, at: i64| json!({ "type": "test", "key": key, "time": at });
    desk.sign(&mut tx, said).await.expect("signed");
    let replacer = actor();
    let (second, signed) = tokio::join!(rotate(&desk, &replacer, DAYS), async {
        pause().await;
        let signed = desk.sign(&mut tx, said).await.expect("signed again");
        tx.commit().await.expect("committed");
        signed
    });
    let second = second.expect("replaced");
    let message = said(&first.id, signed.at);
    let old = card(&desk, &first.id).await;
    assert_eq!(old.judge(&message, signed.at, &signed.signature), Ok(()), "{old:?}");

    // It is revoked while somebody waits to sign with it.
    let mut tx = desk.store().transaction("t").await.expect("begun");
    tx.lock_signing_key(&second.id).await.expect("locked");
    let (late, ()) = tokio::join!(sign(&desk), async {
        pause().await;
        let now = desk.clock().now().max(second.newest_at);
        assert!(
            tx.revoke_signing_key(&second.id, (now, now + 1), "test", "遗失").await.expect("asked")
        );
        tx.commit().await.expect("committed");
    });
    assert_eq!(refused(late).code, "signing.no-key");
}
