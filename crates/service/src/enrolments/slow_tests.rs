//! One receiver that is slow, or has a long tail, holds up nobody but itself.

use std::time::Duration;

use jiff::civil::date;
use tokio::sync::Semaphore;

use super::*;
use crate::api_keys::{self, NewKey, Scope};
use crate::testing::{UNIT, code, desk, penalty, person};
use crate::{Role, signing};

/// The slow one answers only when the other has its mail.
struct OneIsSlow {
    arrived: Semaphore,
}

impl Outlet for OneIsSlow {
    fn admits(&self, address: &str) -> Result<String, Refusal> {
        Ok(address.to_owned())
    }

    async fn send(&self, address: &str, _: &Parcel) -> Result<u16, String> {
        if !address.ends_with("slow") {
            self.arrived.add_permits(1);
            return Ok(204);
        }
        match tokio::time::timeout(Duration::from_secs(30), self.arrived.acquire()).await {
            Ok(Ok(_)) => Ok(204),
            _ => Err("the other never had its mail".to_owned()),
        }
    }
}

#[tokio::test]
async fn who_is_slow_holds_up_nobody_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let day = date(2026, 9, 2);
    let desk = desk(&folder, day).await;
    let admin = Actor::system("admin");
    signing::generate(&desk, &admin, 1_000).await.expect("a key");
    let outlet = OneIsSlow { arrived: Semaphore::new(0) };
    // The slow one's key is the older, so that it comes first.
    for address in ["https://receiver.example/slow", "https://receiver.example/quick"] {
        let new = NewKey {
            name: "示例系统".to_owned(),
            scopes: vec![Scope::Follow],
            unit: UNIT.to_owned(),
            expires_on: Some(date(2027, 12, 31)),
        };
        let key = api_keys::create(&desk, &admin, &new).await.expect("asked").expect("made").0;
        set_hook(&desk, &admin, key, address, Some(&outlet)).await.expect("set");
    }
    let clerk = person("clerk", Role::Clerk, UNIT);
    let wanted = Enrol {
        code: code(1),
        basis: "《示例条例》第三条".to_owned(),
        purpose: "示例日常监管".to_owned(),
        until: Some(date(2027, 9, 1)),
    };
    enrol(&desk, &clerk, &wanted).await.expect("asked").expect("begun");
    for number in 2..5 {
        penalty(&desk.at(date(2026, 9, 3)), 1, number, "0.5").await;
    }
    let ran = push(&desk.at(date(2026, 9, 4)), &Actor::system("system"), &outlet).await;
    let ran = ran.expect("ran");
    assert_eq!((ran.made, ran.delivered, ran.failed), (6, 6, 0), "{ran:?}");
    assert_eq!(crate::running::fsck(&desk).await.expect("checked").problems, []);
}
