//! The shapes of requests and answers, as JSON Schema.

mod checks;

use serde_json::{Map, Value, json};

fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

fn word(words: &[&str], about: &str) -> Value {
    json!({ "type": "string", "enum": words, "description": about })
}

fn whole(about: &str) -> Value {
    json!({ "type": "integer", "format": "int64", "description": about })
}

fn flag(about: &str) -> Value {
    json!({ "type": "boolean", "description": about })
}

fn day(about: &str) -> Value {
    json!({ "type": "string", "format": "date", "description": about })
}

fn day_or_null(about: &str) -> Value {
    json!({ "type": ["string", "null"], "format": "date", "description": about })
}

fn id(about: &str) -> Value {
    json!({ "type": "string", "pattern": "^[0-9]{1,19}$", "description": about })
}

fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn named(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// An object of which everything but `optional` is always there.
fn object(about: &str, properties: Vec<(&str, Value)>, optional: &[&str]) -> Value {
    let required: Vec<&str> =
        properties.iter().map(|(name, _)| *name).filter(|name| !optional.contains(name)).collect();
    let properties: Map<String, Value> =
        properties.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    json!({
        "type": "object",
        "description": about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

const INSTANT: &str = "1970 年以来的毫秒数";

fn record() -> Vec<(&'static str, Value)> {
    vec![
        ("subject", id("主体的编号")),
        ("record", id("信息的编号")),
        ("kind", text("信息类别")),
        ("kind_name", text("信息类别的名称")),
        ("mark", text("主体自行填报、没有核实的，写“自主申报”；其余为空")),
        ("objection", named("OpenObjection")),
        ("title", text("标题")),
        ("number", text("文书号")),
        ("party", text("行政相对人名称")),
        ("code", text("统一社会信用代码，没有的为空")),
        ("authority", text("决定机关")),
        ("summary", text("决定内容")),
        ("class", text("处罚类别或许可类别")),
        ("decided_on", day("决定日期")),
        ("public_until", day_or_null("公示截止日，没有的为 null")),
        ("valid_until", day_or_null("有效期至，长期或没有的为 null")),
        ("repairable_from", day_or_null("最早可申请修复的日期")),
        ("ended", flag("许可是否已到期")),
        ("version", whole("第几版，更正一次加一")),
        ("known_at", whole(INSTANT)),
        ("fields", list(named("Field"))),
    ]
}

fn subject() -> Value {
    let details = json!({
        "type": "object",
        "description": "登记机关的其他事项",
        "additionalProperties": { "type": "string" },
    });
    object(
        "一个主体的登记信息",
        vec![
            ("code", text("统一社会信用代码")),
            ("name", text("名称")),
            ("category", text("organisation 为法人和非法人组织，individual-business 为个体工商户")),
            ("status", text("登记状态")),
            ("former_names", list(named("FormerName"))),
            ("codes", list(named("OtherCode"))),
            ("registered_on", day_or_null("登记日期")),
            ("details", details),
            ("source", text("信息来源")),
            ("known_at", whole(INSTANT)),
            ("joined", list(named("JoinedSubject"))),
        ],
        &["joined"],
    )
}

/// What stands inside other things.
fn parts() -> Vec<(&'static str, Value)> {
    let field =
        vec![("code", text("栏目代码")), ("label", text("栏目名称")), ("value", text("内容"))];
    let joined = vec![("code", text("登记的代码")), ("name", text("登记的名称"))];
    let former =
        vec![("name", text("名称")), ("until", day_or_null("用到哪一天，不知道的为 null"))];
    let fact = vec![("label", text("名称")), ("value", text("值")), ("why", named("Reasons"))];
    let reasons = vec![
        ("conclusion", text("结论")),
        ("provisional", text("为什么还可能变，不会变的为空")),
        ("inputs", list(named("Input"))),
        ("citations", list(named("Citation"))),
    ];
    let citation = vec![
        ("title", text("名称")),
        ("number", text("文号")),
        ("article", text("条款")),
        ("verified", flag("是否已核对原文")),
    ];
    let named_value = || vec![("label", text("名称")), ("value", text("值"))];
    let why_not = || vec![("code", text("代码")), ("detail", text("原因"))];
    let code = vec![("kind", text("哪种代码")), ("value", text("代码"))];
    vec![
        ("Field", object("公开的一栏", field, &[])),
        (
            "OpenObjection",
            object(
                "有人提出异议、还没有办结",
                vec![
                    ("since", day("提出日期")),
                    ("statement", text("异议声明：提出异议的人自己的说明，没有的为空")),
                ],
                &[],
            ),
        ),
        ("FormerName", object("曾用名", former, &[])),
        ("OtherCode", object("其他代码", code, &[])),
        (
            "JoinedSubject",
            object("经核定为同一主体的登记：按其代码查询，答复的也是本主体", joined, &[]),
        ),
        ("Fact", object("一个带依据的日期或说明", fact, &["why"])),
        ("Reasons", object("依据", reasons, &[])),
        ("Input", object("所用事实", named_value(), &[])),
        ("Citation", object("所依规定", citation, &[])),
        ("FileRefusal", object("整个文件被退回的原因", why_not(), &[])),
        ("SubjectProblem", object("为什么没有查到", why_not(), &[])),
    ]
}

fn batch() -> [(&'static str, Value); 3] {
    let counts = ["rows", "good", "recorded", "unchanged", "held", "refused"];
    let labels = ["总行数", "可以入库的", "已入库的", "没有变化的", "待处理的", "有错误的"];
    let counts = counts.into_iter().zip(labels).map(|(name, label)| (name, whole(label))).collect();
    let finding = object(
        "一行的一个问题",
        vec![
            ("row", whole("行号，表头为第 1 行")),
            ("level", text("error、warning 或 note")),
            ("code", text("问题代码")),
            ("field", text("栏目名称")),
            ("message", text("问题和改法")),
        ],
        &[],
    );
    let stages =
        ["received", "checked", "submitted", "released", "recorded", "refused", "cancelled"];
    let whole_answer = object(
        "一个报送批次",
        vec![
            ("id", id("批次的编号")),
            ("number", text("批次号")),
            ("kind", text("信息类别")),
            ("kind_name", text("信息类别的名称")),
            ("unit", text("报送单位")),
            ("unit_name", text("报送单位的名称")),
            ("file_name", text("文件名")),
            ("profile", text("reported 或 returned")),
            ("stage", word(&stages, "走到哪一步")),
            ("received_at", whole(INSTANT)),
            (
                "recorded_at",
                json!({ "type": ["integer", "null"], "format": "int64", "description": INSTANT }),
            ),
            ("counts", named("Counts")),
            ("notes", list(text("对文件的说明"))),
            ("refusal", named("FileRefusal")),
            ("returned", text("复核人退回的理由")),
            ("findings", list(named("Finding"))),
            ("next_row", whole("下一页从第几行起，没有了为 0")),
        ],
        &["refusal", "returned"],
    );
    [("Finding", finding), ("Counts", object("各类行数", counts, &[])), ("Batch", whole_answer)]
}

fn search() -> [(&'static str, Value); 2] {
    let hit = object(
        "一个主体",
        vec![
            ("code", text("统一社会信用代码")),
            ("name", text("名称")),
            ("category", text("类别")),
            ("status", text("登记状态")),
            ("found_by", word(&["name", "former-name", "initials", "code"], "怎样找到的")),
            ("former_name", text("含有所查文字的曾用名，没有的为空")),
            ("code_kind", text("按其他代码查到时是哪一种代码，按统一社会信用代码查到的为空")),
            ("matched", text("名称、曾用名或代码中与所查文字相同的部分，指不出的为空")),
        ],
        &[],
    );
    let whole_answer = object(
        "查到的主体",
        vec![
            ("query", text("所查的文字")),
            ("too_short", flag("所查的文字太短")),
            ("too_many", flag("还有更多没有列出")),
            ("statuses", list(text("所列主体的一种登记状态"))),
            ("hits", list(named("SearchHit"))),
        ],
        &[],
    );
    [("SearchHit", hit), ("SearchResult", whole_answer)]
}

fn changes() -> [(&'static str, Value); 2] {
    let change = object(
        "一个变化",
        vec![
            (
                "change",
                word(
                    &["published", "corrected", "marked", "removed"],
                    "公示、更正、标注异议或者去掉标注（内容没有变），或者不再公示（请删除）",
                ),
            ),
            ("at", whole(INSTANT)),
            ("record", id("信息的编号，唯一")),
            ("subject", id("主体的编号，不再公示的没有")),
            ("kind", text("信息类别，不再公示的没有")),
            ("content", named("Record")),
        ],
        &["subject", "kind", "content"],
    );
    let whole_answer = object(
        "一段变化",
        vec![
            ("changes", list(named("Change"))),
            ("next", text("下次写进 after 的值，请保存")),
            ("more", flag("现在就还有")),
        ],
        &[],
    );
    [("Change", change), ("ChangeList", whole_answer)]
}

fn enrolments() -> [(&'static str, Value); 4] {
    let standing = word(
        &["in-force", "lapsed", "ended"],
        "in-force 有效，lapsed 到期，ended 提前终止；后两种不再告知变化",
    );
    let enrolment = object(
        "一项订阅",
        vec![
            ("id", id("订阅的编号")),
            ("code", text("统一社会信用代码")),
            ("name", text("主体名称")),
            ("subject", id("主体的编号")),
            ("basis", text("法律依据")),
            ("purpose", text("目的")),
            ("since", whole("登记的时刻，1970 年以来的毫秒数")),
            ("until", day("到期日，当天仍有效")),
            ("standing", standing),
        ],
        &[],
    );
    let answer = object(
        "本单位的订阅",
        vec![
            ("enrolments", list(named("Enrolment"))),
            ("next", text("下一页的 after，没有下一页的为空")),
        ],
        &[],
    );
    let change = object(
        "订阅主体的一次变化",
        vec![
            (
                "change",
                word(&["appeared", "changed", "ended"], "出现、改变、终止；终止的请停止使用"),
            ),
            ("at", whole(INSTANT)),
            ("subject", id("主体的编号")),
            ("record", id("信息的编号")),
            ("kind", text("信息类别，终止的没有")),
        ],
        &["kind"],
    );
    let changes = object(
        "订阅主体的变化，先发生的在前",
        vec![
            ("changes", list(named("EnrolmentChange"))),
            ("next", text("保存下来，下次写进 cursor 接着读")),
            ("more", flag("后面是否已经还有")),
        ],
        &[],
    );
    [
        ("Enrolment", enrolment),
        ("EnrolmentList", answer),
        ("EnrolmentChange", change),
        ("EnrolmentChangeList", changes),
    ]
}

fn list_range() -> [(&'static str, Value); 1] {
    let hexadecimal = |digits: usize, about: &str| json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{digits}}}$"), "description": about });
    let range = object(
        "名单的一段",
        vec![
            ("scheme", text("标记的算法，固定为 xinyong/list-check/1")),
            ("kind", text("信息类别")),
            ("prefix", hexadecimal(2, "标记的前两位")),
            ("rests", list(hexadecimal(62, "标记其余的 62 位，按大小排列"))),
        ],
        &[],
    );
    [("ListRange", range)]
}

fn bulk() -> [(&'static str, Value); 3] {
    let answer = object(
        "一个代码的答复",
        vec![
            ("code", text("所给的代码")),
            ("found", flag("是否查到")),
            ("subject", named("Subject")),
            ("problem", named("SubjectProblem")),
        ],
        &["subject", "problem"],
    );
    let codes = json!({
        "type": "array",
        "description": "要查的代码",
        "minItems": 1,
        "maxItems": super::subjects::MOST_CODES,
        "items": { "type": "string", "maxLength": 64 },
    });
    [
        ("SubjectsQuery", object("要查的代码", vec![("codes", codes)], &[])),
        ("SubjectAnswer", answer),
        ("Subjects", object("答复", vec![("subjects", list(named("SubjectAnswer")))], &[])),
    ]
}

fn reconciliation() -> [(&'static str, Value); 7] {
    let category = object("主体类别", vec![("id", text("编号")), ("name", text("名称"))], &[]);
    let view = object("主体页", vec![("url", text("地址，{{id}} 处填代码"))], &[]);
    let service = object(
        "名称匹配服务",
        vec![
            ("versions", list(text("所支持的协议版本"))),
            ("name", text("名称")),
            ("identifierSpace", text("编号的命名空间")),
            ("schemaSpace", text("类别的命名空间")),
            ("defaultTypes", list(named("ReconciliationType"))),
            ("view", view),
            ("batchSize", whole("一次最多的名称数")),
        ],
        &[],
    );
    let feature =
        object("判断所依据的一项", vec![("id", text("编号")), ("value", text("值"))], &[]);
    let candidate = object(
        "一个相近的主体",
        vec![
            ("id", text("统一社会信用代码")),
            ("name", text("名称")),
            ("description", text("判断和理由")),
            ("type", list(named("ReconciliationType"))),
            ("score", whole("0 到 100，只用来排先后")),
            ("match", flag("名称完全相同，又只有一个这样的主体")),
            ("features", list(named("ReconciliationFeature"))),
        ],
        &[],
    );
    let result =
        object("一个名称的答复", vec![("result", list(named("ReconciliationCandidate")))], &[]);
    let answers = json!({
        "type": "object",
        "description": "按所给的键答复",
        "additionalProperties": named("ReconciliationResult"),
    });
    let query = object("要匹配的名称", vec![("queries", text("JSON：键和要匹配的名称"))], &[]);
    [
        ("ReconciliationType", category),
        ("ReconciliationService", service),
        ("ReconciliationFeature", feature),
        ("ReconciliationCandidate", candidate),
        ("ReconciliationResult", result),
        ("ReconciliationAnswers", answers),
        ("ReconciliationQuery", query),
    ]
}

fn hex(length: usize, about: &str) -> Value {
    json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{length}}}$"), "description": about })
}

fn log() -> [(&'static str, Value); 7] {
    let card = vec![
        ("type", word(&["xinyong/public-key/1"], "文件的种类")),
        ("id", hex(32, "密钥的编号：公钥（DER）的 SM3 的前一半")),
        ("algorithm", text("签名算法")),
        ("distid", text("签名者标识，核验时必须给出")),
        ("valid_from", whole(INSTANT)),
        ("valid_until", whole(INSTANT)),
        ("revoked_since", whole("已吊销：此刻起的签名不可信，1970 年以来的毫秒数")),
        ("pem", text("公钥")),
    ];
    let head = vec![
        ("type", word(&["xinyong/tree-head/1"], "所签内容的种类")),
        ("county", text("行政区划代码")),
        ("log", text("公示记录的编号")),
        ("hash", word(&["SM3"], "摘要算法")),
        ("size", whole("条数")),
        ("root", hex(64, "根")),
        ("time", whole(INSTANT)),
        ("key", hex(32, "签名密钥的编号")),
    ];
    let signed = vec![
        ("head", named("TreeHead")),
        ("signature", text("对 head 的规范形式的 SM2 签名（DER），十六进制")),
        ("key", named("PublicKey")),
    ];
    let content = json!({
        "type": "object",
        "description": "公示的栏目和内容",
        "additionalProperties": { "type": "string" },
    });
    let statement = vec![
        ("type", word(&["xinyong/publication/1"], "所收录内容的种类")),
        ("kind", text("信息类别")),
        ("subject", id("主体的编号")),
        ("record", id("信息的编号")),
        ("state", word(&["public"], "公示中")),
        ("from", day("公示的第一天")),
        ("until", text("公示的最后一天，没有期限的为空")),
        ("content", content),
    ];
    let path = list(hex(64, "摘要"));
    let inclusion = vec![
        ("type", word(&["xinyong/inclusion-proof/1"], "文件的种类")),
        ("statement", named("PublicationStatement")),
        ("salt", hex(64, "随机数")),
        ("place", whole("在记录中的位置，从 0 起")),
        ("path", path.clone()),
        ("head", named("SignedHead")),
    ];
    let consistency = vec![
        ("type", word(&["xinyong/consistency-proof/1"], "文件的种类")),
        ("from", whole("先前的条数")),
        ("to", whole("后来的条数")),
        ("path", path),
        ("head", named("SignedHead")),
    ];
    [
        ("PublicKey", object("签名公钥", card, &["revoked_since"])),
        ("PublicKeys", object("签名公钥", vec![("keys", list(named("PublicKey")))], &[])),
        ("TreeHead", object("公示记录的树头", head, &[])),
        ("SignedHead", object("签名的树头", signed, &[])),
        ("PublicationStatement", object("所收录的内容", statement, &[])),
        ("InclusionProof", object("收录证明", inclusion, &[])),
        (
            "ConsistencyProof",
            object("前后一致的证明；后来的条数没有签过名的没有 head", consistency, &["head"]),
        ),
    ]
}

/// All schemas by name.
pub fn all() -> Map<String, Value> {
    let mut detail = record();
    detail.push(("publication", list(named("Fact"))));
    let page =
        vec![("records", list(named("Record"))), ("next", text("下一页的 after，最后一页为空"))];
    let received = vec![
        ("id", id("批次的编号")),
        ("stage", text("走到哪一步")),
        ("repeated", flag("同一文件以前已经收过")),
    ];
    let problem = vec![
        (
            "type",
            json!({ "type": "string", "format": "uri-reference", "description": "说明的地址" }),
        ),
        ("title", text("问题")),
        ("status", json!({ "type": "integer", "description": "状态码" })),
        ("code", text("稳定的代码")),
        ("detail", text("哪里不对，怎样改")),
    ];
    let mut schemas: Map<String, Value> = [
        ("Subject", subject()),
        ("Record", object("一条公示信息", record(), &["objection"])),
        ("RecordDetail", object("一条公示信息及其依据", detail, &["objection"])),
        ("RecordList", object("一页公示信息", page, &[])),
        ("BatchReceived", object("收下的批次", received, &[])),
        ("Description", json!({ "type": "object", "description": "OpenAPI 3.1 描述" })),
        ("Problem", object("问题（RFC 9457）", problem, &[])),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect();
    let more = parts()
        .into_iter()
        .chain(search())
        .chain(changes())
        .chain(enrolments())
        .chain(list_range())
        .chain(batch())
        .chain(bulk())
        .chain(reconciliation())
        .chain(log())
        .chain(checks::answer())
        .chain(checks::around());
    schemas.extend(more.map(|(name, schema)| (name.to_owned(), schema)));
    schemas
}
