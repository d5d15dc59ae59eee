//! The record of publication, over the interface and on its page.

use axum::http::StatusCode;
use serde_json::Value;
use xinyong_service::Actor;
use xinyong_service::publication_log::sign_head;
use xinyong_service::signing::{DAYS, generate};

use super::published::published;
use super::shape::holds;
use crate::api::description::document;

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_empty_then_signed_then_proves_what_is_public() {
    let site = published().await;
    let mut reader = site.browser();
    let page = reader.get("/log").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("还没有签名的树头"));
    for path in ["/api/v1/log/head", "/api/v1/log/consistency?from=1"] {
        assert_eq!(reader.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let actor = Actor::system("test");
    generate(&site.desk, &actor, DAYS).await.expect("a key");
    let head = sign_head(&site.desk, &actor, true).await.expect("signed").expect("a head");

    let list = reader.get("/api/v1/records/administrative-penalty").await.text();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let id = |name: &str| list["records"][0][name].as_str().expect("an id").to_owned();
    let proof =
        format!("/api/v1/records/administrative-penalty/{}/{}/proof", id("subject"), id("record"));
    let described = document(&site.site);
    for (path, schema) in [
        ("/api/v1/log/head", "SignedHead"),
        ("/api/v1/log/keys", "PublicKeys"),
        ("/api/v1/log/consistency?from=1", "ConsistencyProof"),
        (proof.as_str(), "InclusionProof"),
    ] {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let value: Value = serde_json::from_str(&answer.text()).expect("JSON");
        holds(&described, &described["components"]["schemas"][schema], &value, path);
    }
    // A proof under the address of another kind is none.
    let wrong = proof.replace("penalty", "licence");
    assert_eq!(reader.get(&wrong).await.status, StatusCode::NOT_FOUND);
    let page = reader.get("/log").await.text();
    assert!(page.contains(&head.head.root) && page.contains(&head.head.key), "{page}");
}
