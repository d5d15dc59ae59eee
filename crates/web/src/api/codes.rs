//! Every code that a problem may carry, with its status and what it means. The interface page and the description print this table.

use axum::http::StatusCode;

/// One code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The stable word.
    pub code: &'static str,
    /// The status it comes with.
    pub status: u16,
    /// What it means, in a few words: the title of the problem.
    pub title: &'static str,
}

const fn code(status: u16, code: &'static str, title: &'static str) -> Code {
    Code { code, status, title }
}

/// The table.
pub static CODES: &[Code] = &[
    code(400, "address.not-utf8", "地址不是有效的 UTF-8"),
    code(400, "parameter.unknown", "没有这个参数"),
    code(400, "parameter.repeated", "参数重复"),
    code(400, "parameter.missing", "缺少必需的参数"),
    code(400, "parameter.invalid", "参数的值无效"),
    code(400, "code.invalid", "统一社会信用代码不正确"),
    code(400, "list.cursor-invalid", "翻页位置无效"),
    code(400, "changes.cursor-invalid", "续读位置无效"),
    code(400, "log.size-invalid", "公示记录的条数不成对"),
    code(400, "log.size-beyond", "超出了公示记录最新的树头"),
    code(400, "body.invalid", "请求内容不符合要求"),
    code(400, "body.incomplete", "请求内容没有传完整"),
    code(400, "check.subject-missing", "没有写要核查的主体"),
    code(400, "check.purpose-unknown", "没有写明核查用途"),
    code(400, "check.basis-missing", "没有写明依据"),
    code(400, "check.reference-too-long", "办件编号过长"),
    code(400, "check.text-invalid", "内容里有控制字符"),
    code(400, "check.personal-number", "不得写个人号码"),
    code(400, "use.outcome-unknown", "没有这种应用结果"),
    code(400, "use.measure-missing", "措施与应用结果不符"),
    code(400, "use.note", "说明不符合要求"),
    code(409, "check.several", "名称对应几个主体"),
    code(422, "use.measure-outside", "清单以外的措施"),
    code(422, "check.too-many", "信息太多"),
    code(400, "kind.unknown", "没有这个信息类别"),
    code(400, "unit.unknown", "没有这个单位"),
    code(400, "unit.duty-missing", "本单位不报送这类信息"),
    code(400, "file.empty", "文件是空的"),
    code(400, "file.name-too-long", "文件名过长"),
    code(400, "idempotency.key-missing", "缺少 Idempotency-Key"),
    code(401, "key.missing", "需要密钥"),
    code(401, "key.invalid", "密钥无效"),
    code(401, "key.expired", "密钥已到期"),
    code(403, "key.scope", "密钥没有这项用途"),
    code(403, "access.denied", "没有权限"),
    code(404, "not-found", "没有找到"),
    code(405, "method.not-allowed", "不支持这种请求方法"),
    code(406, "accept.unsupported", "不能以所要求的格式答复"),
    code(408, "body.too-slow", "请求内容传送过慢"),
    code(409, "idempotency.in-progress", "同一请求正在处理"),
    code(409, "enrolment.over", "订阅已经终止或者到期"),
    code(413, "body.too-large", "请求内容过大"),
    code(413, "file.too-large", "文件过大"),
    code(414, "query.too-long", "查询部分过长"),
    code(415, "body.type-unsupported", "不支持这种内容格式"),
    code(422, "idempotency.content-differs", "Idempotency-Key 已用于另一份内容"),
    code(429, "rate.exceeded", "请求过于频繁"),
    code(500, "internal", "服务出错"),
    code(500, "file.io", "服务出错"),
    code(500, "law.invalid", "服务出错"),
    code(503, "store.failed", "暂时不能提供服务"),
    code(503, "answer.too-slow", "没有在规定时间内完成"),
    code(503, "desk.not-initialised", "尚未初始化"),
];

/// A code's line in the table.
pub fn find(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|line| line.code == code)
}

/// The status a code comes with.
pub fn status(code: &str) -> Option<StatusCode> {
    find(code).and_then(|line| StatusCode::from_u16(line.status).ok())
}
