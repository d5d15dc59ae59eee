//! The interface as data: each operation with its parameters, answers and examples. The handlers check requests by it, the
//! description and the interface page are printed from it, and the tests hold the route table to it.

mod checks;
mod enrolments;
mod lists;

use xinyong_service::api_keys::Scope;

pub use checks::{CHECK, CHECK_NEW, CHECK_USE, CHECK_WINDOW};
pub use enrolments::{ENROLMENT_CHANGES, ENROLMENTS};
pub use lists::LIST_RANGE;

use super::examples;
use super::operation::{
    BYTES, CSV, FORM, JSON, Link, NDJSON, Operation, Parameter, Place, Sent, Shape, XLSX,
};

const fn path(
    name: &'static str,
    shape: Shape,
    about: &'static str,
    example: &'static str,
) -> Parameter {
    Parameter { name, place: Place::Path, required: true, shape, about, example }
}

const fn query(
    name: &'static str,
    shape: Shape,
    about: &'static str,
    example: &'static str,
) -> Parameter {
    Parameter { name, place: Place::Query, required: false, shape, about, example }
}

const LIMIT: Parameter =
    query("limit", Shape::Number(1, 500, 100), "每页条数，1 到 500，不写为 100", "100");

/// Leaves that a question may name at most.
const MOST_LEAVES: i64 = 1_000_000_000_000;

/// Who a subject is.
pub static SUBJECT: Operation = Operation {
    method: "GET",
    path: "/api/v1/subjects/{code}",
    id: "getSubject",
    title: "查一个主体的登记信息",
    about: "按统一社会信用代码查法人、非法人组织、个体工商户的登记信息。自然人不在其中。",
    parameters: &[path(
        "code",
        Shape::Text(64),
        "统一社会信用代码，18 位，大小写、全角半角不限",
        "91140829XY00030103",
    )],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "Subject",
    media: &[JSON],
    codes: &["code.invalid", "not-found"],
    links: &[],
    answer: examples::SUBJECT,
};

/// Many subjects.
pub static SUBJECTS: Operation = Operation {
    method: "POST",
    path: "/api/v1/subjects/query",
    id: "querySubjects",
    title: "批量查主体",
    about: "一次查最多 1000 个统一社会信用代码，答复的次序与所给的次序相同。请求频率按代码数计：每 10 个代码计 1 次。请求头写 Accept: application/x-ndjson 时每行答复一个。",
    parameters: &[],
    scope: Scope::Read,
    sent: Some(Sent {
        media: &[JSON],
        schema: "SubjectsQuery",
        example: r#"{"codes":["91140829XY00030103","91140829XY00030111"]}"#,
        about: "要查的代码，不超过 64 KB",
    }),
    status: 200,
    schema: "Subjects",
    media: &[JSON, NDJSON],
    codes: &[
        "body.invalid",
        "body.incomplete",
        "body.too-large",
        "body.too-slow",
        "body.type-unsupported",
        "answer.too-slow",
    ],
    links: &[],
    answer: examples::SUBJECTS,
};

/// Search.
pub static SEARCH: Operation = Operation {
    method: "GET",
    path: "/api/v1/search",
    id: "search",
    title: "按名称查主体",
    about: "按名称的任意片段、曾用名、拼音首字母或者代码的开头查找，最多给出 50 个，最相近的在前。",
    parameters: &[Parameter {
        required: true,
        ..query("q", Shape::Text(100), "要查的文字，至少两个字", "示例")
    }],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "SearchResult",
    media: &[JSON],
    codes: &[],
    links: &[Link {
        name: "subject",
        to: "getSubject",
        with: &[("code", "$response.body#/hits/0/code")],
    }],
    answer: examples::SEARCH,
};

/// What the matching service is.
pub static RECONCILE: Operation = Operation {
    method: "GET",
    path: "/api/v1/reconcile",
    id: "getReconciliationService",
    title: "名称匹配服务的说明",
    about: "按 W3C 社区组的 Reconciliation Service API 0.2，可以在 OpenRefine 里填这个地址，把一列名称与主体登记信息匹配。",
    parameters: &[],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "ReconciliationService",
    media: &[JSON],
    codes: &[],
    links: &[],
    answer: examples::RECONCILE,
};

/// Candidates for names.
pub static RECONCILE_QUERY: Operation = Operation {
    method: "POST",
    path: "/api/v1/reconcile",
    id: "reconcileNames",
    title: "批量匹配名称",
    about: "一次最多 50 个名称，每个名称给出相近的主体，并说明名称差在哪一部分。match 只在名称完全相同、又只有一个这样的主体时为 true；其余的由人判断，平台不因名称相近把两个主体当作一个。请求频率按名称数计：每 5 个名称计 1 次。",
    parameters: &[],
    scope: Scope::Read,
    sent: Some(Sent {
        media: &[FORM],
        schema: "ReconciliationQuery",
        example: r#"{"queries":"{\"q0\":{\"query\":\"平陆示例301号加工有限公司\",\"limit\":3}}"}"#,
        about: "表单，queries 的值是 JSON，不超过 64 KB",
    }),
    status: 200,
    schema: "ReconciliationAnswers",
    media: &[JSON],
    codes: &[
        "body.invalid",
        "body.incomplete",
        "body.too-large",
        "body.too-slow",
        "body.type-unsupported",
        "answer.too-slow",
    ],
    links: &[],
    answer: examples::RECONCILE_QUERY,
};

/// A public list.
pub static RECORDS: Operation = Operation {
    method: "GET",
    path: "/api/v1/records/{kind}",
    id: "listRecords",
    title: "一类公示信息的列表",
    about: "今天依法公示的信息，决定日期新的在前。翻页把上一页的 next 原样写进 after；next 为空就是最后一页。",
    parameters: &[
        path("kind", Shape::PublicKind, "信息类别", "administrative-penalty"),
        query("unit", Shape::Text(64), "只要这个报送单位的", "market-regulation"),
        query("decided_from", Shape::Day, "决定日期不早于", "2026-01-01"),
        query("decided_until", Shape::Day, "决定日期不晚于", "2026-12-31"),
        query("after", Shape::Text(64), "上一页答复中的 next", ""),
        LIMIT,
    ],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "RecordList",
    media: &[JSON],
    codes: &["list.cursor-invalid", "not-found"],
    links: &[Link {
        name: "record",
        to: "getRecord",
        with: &[
            ("kind", "$response.body#/records/0/kind"),
            ("subject", "$response.body#/records/0/subject"),
            ("record", "$response.body#/records/0/record"),
        ],
    }],
    answer: examples::RECORDS,
};

/// One record.
pub static RECORD: Operation = Operation {
    method: "GET",
    path: "/api/v1/records/{kind}/{subject}/{record}",
    id: "getRecord",
    title: "一条公示信息及其依据",
    about: "内容与网页相同，每个日期都带着算出它的事实和规定。不再公示的、依法不公示的，都答复没有找到。",
    parameters: &[
        path("kind", Shape::PublicKind, "信息类别", "administrative-penalty"),
        path("subject", Shape::Id, "列表中的 subject", "455283948234752"),
        path("record", Shape::Id, "列表中的 record", "455283948234753"),
    ],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "RecordDetail",
    media: &[JSON],
    codes: &["not-found"],
    links: &[],
    answer: examples::RECORD,
};

/// The proof of one record.
pub static RECORD_PROOF: Operation = Operation {
    method: "GET",
    path: "/api/v1/records/{kind}/{subject}/{record}/proof",
    id: "getRecordProof",
    title: "一条公示信息的收录证明",
    about: "证明这条信息今天公示的内容和期限收录在公示记录中，可以离线核验。刚公示的信息几分钟后才有；没有证明的，不论原因，都答复没有找到。",
    parameters: &[
        path("kind", Shape::PublicKind, "信息类别", "administrative-penalty"),
        path("subject", Shape::Id, "列表中的 subject", "455283948234752"),
        path("record", Shape::Id, "列表中的 record", "455283948234753"),
    ],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "InclusionProof",
    media: &[JSON],
    codes: &["not-found"],
    links: &[],
    answer: examples::RECORD_PROOF,
};

/// The head of the record of publication.
pub static LOG_HEAD: Operation = Operation {
    method: "GET",
    path: "/api/v1/log/head",
    id: "getLogHead",
    title: "公示记录最新的树头",
    about: "公示记录只能增加、不能删改；树头是它在一个时刻的条数和根，带签名。请保存下来，日后用来核验记录没有被删改。签名的是 head 的规范形式（RFC 8785）。",
    parameters: &[],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "SignedHead",
    media: &[JSON],
    codes: &["not-found"],
    links: &[Link {
        name: "consistency",
        to: "getLogConsistency",
        with: &[("from", "$response.body#/head/size")],
    }],
    answer: examples::LOG_HEAD,
};

/// The keys.
pub static LOG_KEYS: Operation = Operation {
    method: "GET",
    path: "/api/v1/log/keys",
    id: "getLogKeys",
    title: "签名公钥",
    about: "本平台用过的全部签名公钥，新的在前。吊销的带 revoked_since，此后的签名不可信。请在需要核验之前就保存。",
    parameters: &[],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "PublicKeys",
    media: &[JSON],
    codes: &[],
    links: &[],
    answer: examples::LOG_KEYS,
};

/// That the log goes on.
pub static LOG_CONSISTENCY: Operation = Operation {
    method: "GET",
    path: "/api/v1/log/consistency",
    id: "getLogConsistency",
    title: "公示记录前后一致的证明",
    about: "证明有 to 条的记录由有 from 条的记录增加而来，没有删改。from 写先前保存的树头的条数。",
    parameters: &[
        Parameter {
            required: true,
            ..query("from", Shape::Number(1, MOST_LEAVES, 1), "先前的条数", "1")
        },
        query("to", Shape::Number(0, MOST_LEAVES, 0), "后来的条数，0 为最新的树头", "0"),
    ],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "ConsistencyProof",
    media: &[JSON],
    codes: &["log.size-invalid", "log.size-beyond", "not-found"],
    links: &[],
    answer: examples::LOG_CONSISTENCY,
};

/// The feed of changes.
pub static CHANGES: Operation = Operation {
    method: "GET",
    path: "/api/v1/changes",
    id: "listChanges",
    title: "公示信息的变化",
    about: "从头或者从上次读到的地方起，按发生的先后给出公示、更正和移除。把答复中的 next 保存下来，下次写进 after 接着读，中断多久都不会漏。不再公示的只给出信息编号（removed），收到后请删除。变化在发生约 10 秒后出现；一批信息在全部入库后一并出现。",
    parameters: &[query("after", Shape::Text(64), "上一次答复中的 next，不写从头读起", ""), LIMIT],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "ChangeList",
    media: &[JSON],
    codes: &["changes.cursor-invalid"],
    links: &[Link { name: "next", to: "listChanges", with: &[("after", "$response.body#/next")] }],
    answer: examples::CHANGES,
};

/// A file is handed in.
pub static BATCH_NEW: Operation = Operation {
    method: "POST",
    path: "/api/v1/batches",
    id: "createBatch",
    title: "报送一个文件",
    about: "把表格文件作为密钥所属单位的一个报送批次收下并逐行检查。入库还需要本单位的人在工作台提交、另一人复核。请求内容就是文件本身。每次报送另取一个 Idempotency-Key；没有收到答复时用同样的内容和同样的值再发，得到同样的答复，不会重复收下。答复保留 7 天。",
    parameters: &[
        Parameter {
            required: true,
            ..query("kind", Shape::Kind, "信息类别", "administrative-penalty")
        },
        query(
            "profile",
            Shape::Word(&["reported", "returned"]),
            "reported 为本单位报送（不写即是），returned 为上级回流",
            "reported",
        ),
        query("file_name", Shape::Text(200), "文件名，显示在工作台", "处罚.csv"),
        Parameter {
            name: "Idempotency-Key",
            place: Place::Header,
            required: true,
            shape: Shape::Text(100),
            about: "本次报送的唯一值，例如一个 UUID，不超过 100 个可见 ASCII 字符",
            example: "6b0b5c5e-6d0f-4a57-9d43-0c5a3f3a0a51",
        },
    ],
    scope: Scope::Report,
    sent: Some(Sent {
        media: &[CSV, XLSX, BYTES],
        schema: "",
        example: "",
        about: "文件本身：CSV（UTF-8 或 GB18030）或 xlsx，是哪一种按内容认",
    }),
    status: 201,
    schema: "BatchReceived",
    media: &[JSON],
    codes: &[
        "key.missing",
        "access.denied",
        "body.incomplete",
        "body.too-slow",
        "body.type-unsupported",
        "file.too-large",
        "file.empty",
        "file.name-too-long",
        "kind.unknown",
        "unit.unknown",
        "unit.duty-missing",
        "idempotency.key-missing",
        "idempotency.in-progress",
        "idempotency.content-differs",
    ],
    links: &[Link { name: "batch", to: "getBatch", with: &[("id", "$response.body#/id")] }],
    answer: examples::BATCH_NEW,
};

/// A batch.
pub static BATCH: Operation = Operation {
    method: "GET",
    path: "/api/v1/batches/{id}",
    id: "getBatch",
    title: "一个批次的进度和检查结果",
    about: "本单位的一个报送批次：走到哪一步、各类行数、逐行的问题。问题一次最多给出 50 行，next_row 不为 0 时写进 from_row 接着读。",
    parameters: &[
        path("id", Shape::Id, "报送时答复的 id", "455283948234754"),
        query("from_row", Shape::Number(0, 10_000_000, 0), "从第几行起给出问题", "0"),
    ],
    scope: Scope::Report,
    sent: None,
    status: 200,
    schema: "Batch",
    media: &[JSON],
    codes: &["key.missing", "access.denied", "not-found"],
    links: &[],
    answer: examples::BATCH,
};

/// The description.
pub static DESCRIPTION: Operation = Operation {
    method: "GET",
    path: "/api/v1/openapi.json",
    id: "getDescription",
    title: "本接口的 OpenAPI 3.1 描述",
    about: "供程序生成客户端。",
    parameters: &[],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "Description",
    media: &[JSON],
    codes: &[],
    links: &[],
    answer: "",
};

/// All of them, in the order of the page.
pub static OPERATIONS: [&Operation; 22] = [
    &SUBJECT,
    &SUBJECTS,
    &SEARCH,
    &RECONCILE,
    &RECONCILE_QUERY,
    &RECORDS,
    &RECORD,
    &RECORD_PROOF,
    &CHANGES,
    &LIST_RANGE,
    &LOG_HEAD,
    &LOG_KEYS,
    &LOG_CONSISTENCY,
    &ENROLMENTS,
    &ENROLMENT_CHANGES,
    &BATCH_NEW,
    &BATCH,
    &CHECK_NEW,
    &CHECK,
    &CHECK_USE,
    &CHECK_WINDOW,
    &DESCRIPTION,
];
