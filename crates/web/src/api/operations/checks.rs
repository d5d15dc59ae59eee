//! What machines may ask of checks.

use xinyong_service::api_keys::Scope;

use super::path;
use crate::api::examples;
use crate::api::operation::{JSON, Link, Operation, Sent, Shape};

/// A number as an example.
const NUMBER: &str = "202611271012037K2M9Q4D";

/// A subject is checked.
pub static CHECK_NEW: Operation = Operation {
    method: "POST",
    path: "/api/v1/checks",
    id: "checkSubject",
    title: "核查一个主体",
    about: "为密钥所属单位，按用途核查一个主体：登记信息、在册信息及其状态、本版惩戒措施清单就这一用途允许采取的措施和依据、不得采取的做法。用途和依据必填；不评分。每次核查有编号，留下记录，主体本人可以看到谁在什么时候为什么查过。answer 按 RFC 8785 书写，其 SM3 就是 digest，供日后对照。",
    parameters: &[],
    scope: Scope::Check,
    sent: Some(Sent {
        media: &[JSON],
        schema: "CheckQuestion",
        example: r#"{"subject":"91140829XY00030103","purpose":"approval","basis":"《行政许可法》第三十四条","reference":"办件20260001"}"#,
        about: "要核查的主体、用途和依据",
    }),
    status: 201,
    schema: "Check",
    media: &[JSON],
    codes: &[
        "key.missing",
        "access.denied",
        "not-found",
        "check.too-many",
        "body.invalid",
        "body.incomplete",
        "body.too-large",
        "body.too-slow",
        "body.type-unsupported",
        "check.subject-missing",
        "check.several",
        "check.purpose-unknown",
        "check.basis-missing",
        "check.reference-too-long",
        "check.personal-number",
        "check.text-invalid",
        "code.invalid",
        "unit.unknown",
    ],
    links: &[Link { name: "check", to: "getCheck", with: &[("number", "$response.body#/number")] }],
    answer: examples::CHECK,
};

/// A check again.
pub static CHECK: Operation = Operation {
    method: "GET",
    path: "/api/v1/checks/{number}",
    id: "getCheck",
    title: "再看一次核查的答复",
    about: "本单位核查过的一份答复，只给出今天仍可查看的内容。",
    parameters: &[path("number", Shape::Text(64), "核查编号", NUMBER)],
    scope: Scope::Check,
    sent: None,
    status: 200,
    schema: "Check",
    media: &[JSON],
    codes: &["key.missing", "access.denied", "not-found", "check.too-many", "unit.unknown"],
    links: &[],
    answer: examples::CHECK,
};

/// What came of a check.
pub static CHECK_USE: Operation = Operation {
    method: "POST",
    path: "/api/v1/checks/{number}/use",
    id: "sayUse",
    title: "填写应用结果",
    about: "核查以后怎么办的。outcome 为 measure 时在 measures 里写采取了答复中的哪几项措施；清单以外的不予接受。再次填写以最后一次为准，先前的保留在台账里。",
    parameters: &[path("number", Shape::Text(64), "核查编号", NUMBER)],
    scope: Scope::Check,
    sent: Some(Sent {
        media: &[JSON],
        schema: "CheckUse",
        example: r#"{"outcome":"unaffected","note":"按期办结"}"#,
        about: "应用结果",
    }),
    status: 200,
    schema: "CheckUsed",
    media: &[JSON],
    codes: &[
        "key.missing",
        "access.denied",
        "not-found",
        "body.invalid",
        "body.incomplete",
        "body.too-large",
        "body.too-slow",
        "body.type-unsupported",
        "use.outcome-unknown",
        "use.measure-missing",
        "use.measure-outside",
        "use.note",
    ],
    links: &[],
    answer: r#"{"number":"202611271012037K2M9Q4D","outcome":"unaffected"}"#,
};

/// A window on a check.
pub static CHECK_WINDOW: Operation = Operation {
    method: "POST",
    path: "/api/v1/check-windows",
    id: "makeCheckWindow",
    title: "为办事系统做一个核查窗口",
    about: "给出一个只能打开一次、十分钟内有效的地址，办事系统把它放在自己的页面里（iframe），办理人员看到答复并在其中填写应用结果。打开以前不查询。",
    parameters: &[],
    scope: Scope::Check,
    sent: Some(Sent {
        media: &[JSON],
        schema: "CheckQuestion",
        example: r#"{"subject":"91140829XY00030103","purpose":"approval","basis":"《行政许可法》第三十四条"}"#,
        about: "要核查的主体、用途和依据",
    }),
    status: 201,
    schema: "CheckWindow",
    media: &[JSON],
    codes: &[
        "key.missing",
        "access.denied",
        "not-found",
        "body.invalid",
        "body.incomplete",
        "body.too-large",
        "body.too-slow",
        "body.type-unsupported",
        "check.subject-missing",
        "check.several",
        "check.purpose-unknown",
        "check.basis-missing",
        "check.reference-too-long",
        "check.personal-number",
        "check.text-invalid",
        "code.invalid",
        "unit.unknown",
    ],
    links: &[],
    answer: r#"{"address":"/embed/check/0123456789abcdef","ends_at":1794837831544}"#,
};
