//! The shapes of checks.

use serde_json::{Value, json};

use super::{INSTANT, day, hex, id, list, named, object, text, whole, word};

/// What an answer is made of.
pub fn answer() -> [(&'static str, Value); 9] {
    let reason = object(
        "所据的一条",
        vec![
            ("entry", text("法规数据中的条目")),
            ("line", text("名称、文号、条款")),
            ("evidence", text("核对到什么程度")),
        ],
        &[],
    );
    let purpose = object("用途", vec![("id", text("编号")), ("name", text("名称"))], &[]);
    let subject = object(
        "主体的登记信息",
        vec![
            ("code", text("统一社会信用代码")),
            ("name", text("名称")),
            ("category", text("organisation 或 individual-business")),
            ("status", text("登记状态")),
            ("registered_on", text("登记日期，没有的为空")),
            ("former_names", list(text("曾用名称"))),
        ],
        &[],
    );
    let inputs = json!({
        "type": "object",
        "description": "判断所用的事实",
        "additionalProperties": { "type": "string" },
    });
    let record = object(
        "一条在册信息",
        vec![
            ("subject", id("主体的编号")),
            ("id", id("信息的编号")),
            ("version", whole("第几版")),
            ("title", text("标题")),
            ("number", text("文书号")),
            ("authority", text("决定机关")),
            ("decided", day("决定日期")),
            ("valid_until", text("有效期至，没有的为空")),
            ("public_until", text("公示截止日，没有的为空")),
            ("standing", word(&["public", "ended", "shared"], "公示中、已到期、政务共享")),
            ("mark", text("主体自行填报的，写“自主申报”")),
            ("objection", named("OpenObjection")),
            ("class", text("类别")),
            ("summary", text("内容")),
            ("because", list(named("CheckReason"))),
            ("inputs", inputs),
        ],
        &["objection"],
    );
    let group = object(
        "一类信息",
        vec![
            ("kind", text("信息类别")),
            ("name", text("名称")),
            ("audience", word(&["public", "shared"], "社会公开或政务共享")),
            ("records", list(named("CheckRecord"))),
        ],
        &[],
    );
    let measure = object(
        "一项可以采取的措施",
        vec![
            ("id", text("编号")),
            ("name", text("名称")),
            ("group", text("清单中的类别")),
            ("basis", named("CheckReason")),
            ("target", text("对象")),
            ("lifting", text("解除条件")),
            ("until", text("最迟到哪一天，不知道的为空")),
            ("caution", text("必须由办理人员核对的事")),
            ("record", id("引出它的信息")),
            ("record_line", text("引出它的文书")),
        ],
        &[],
    );
    let considered = object(
        "没有提示的措施",
        vec![
            ("id", text("编号")),
            ("name", text("名称")),
            ("why", word(&["no-ground", "unconfirmed"], "没有可以引出它的信息，或者没有核对过")),
        ],
        &[],
    );
    let limit = object(
        "不得采取的做法",
        vec![("text", text("说明")), ("basis", named("CheckReason"))],
        &[],
    );
    [
        ("CheckReason", reason),
        ("CheckPurpose", purpose),
        ("CheckedSubject", subject),
        ("CheckRecord", record),
        ("CheckGroup", group),
        ("CheckMeasure", measure),
        ("CheckConsidered", considered),
        ("CheckLimit", limit),
        ("CheckAnswer", whole_answer()),
    ]
}

fn whole_answer() -> Value {
    object(
        "一次核查的答复",
        vec![
            ("form", text("答复的格式")),
            ("day", day("哪一天的情况")),
            ("law", text("法规数据的版本")),
            ("purpose", named("CheckPurpose")),
            ("subject", named("CheckedSubject")),
            ("groups", list(named("CheckGroup"))),
            ("edition", text("惩戒措施清单的版次，没有的为空")),
            ("measures", list(named("CheckMeasure"))),
            ("considered", list(named("CheckConsidered"))),
            ("limits", list(named("CheckLimit"))),
        ],
        &[],
    )
}

/// What is asked and said around it.
pub fn around() -> [(&'static str, Value); 5] {
    let whole_check = object(
        "一次核查",
        vec![
            ("number", text("编号，22 位")),
            ("at", whole(INSTANT)),
            ("digest", hex(64, "answer 的 SM3，核查时给出")),
            ("answer", named("CheckAnswer")),
        ],
        &["digest"],
    );
    let question = object(
        "要核查什么",
        vec![
            ("subject", text("统一社会信用代码，或者与证照一致的全称")),
            (
                "purpose",
                text(
                    "用途：approval、qualification、procurement、tendering、fiscal-funds、honour、supervision、other，或者其中文名称",
                ),
            ),
            ("basis", text("依据的法律条文或者办理的事项，4 至 200 个字")),
            ("reference", text("办件编号，不超过 100 个字")),
        ],
        &["reference"],
    );
    let said = object(
        "应用结果",
        vec![
            ("outcome", text("unaffected、convenience、measure、not-taken、abandoned")),
            ("measures", list(text("措施的编号"))),
            ("note", text("说明")),
        ],
        &["measures", "note"],
    );
    let kept = object(
        "已经记下的应用结果",
        vec![("number", text("核查编号")), ("outcome", text("应用结果"))],
        &[],
    );
    let window = object(
        "核查窗口",
        vec![("address", text("地址，接在本站域名后面")), ("ends_at", whole(INSTANT))],
        &[],
    );
    [
        ("Check", whole_check),
        ("CheckQuestion", question),
        ("CheckUse", said),
        ("CheckUsed", kept),
        ("CheckWindow", window),
    ]
}
