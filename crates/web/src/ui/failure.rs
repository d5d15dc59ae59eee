//! An error as a page: what happened, and where to go from there.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Html;
use xinyong_service::DeskError;

use super::frame::Frame;
use super::view::{Link, Page};

/// What an error page says.
#[derive(Debug, Clone)]
pub struct Wording {
    status: u16,
    heading: &'static str,
    message: String,
    reference: String,
}

#[derive(Template)]
#[template(path = "portal/error.html")]
struct PortalError {
    page: Page,
    status: String,
    heading: String,
    message: String,
    ways: Vec<Link>,
    reference: String,
}

#[derive(Template)]
#[template(path = "console/error.html")]
struct ConsoleError {
    page: Page,
    status: String,
    heading: String,
    message: String,
    ways: Vec<Link>,
    reference: String,
}

impl Wording {
    /// What a reader is told about an error. Nothing of the inside goes out: that stands in the log under the reference.
    pub fn of_error(error: &DeskError, status: StatusCode, reference: String) -> Self {
        let (heading, message) = match error {
            DeskError::Refused(refusal) if status == StatusCode::FORBIDDEN => {
                ("没有办理这件事的权限", refusal.message.clone())
            }
            DeskError::Refused(refusal) => ("没有办成", refusal.message.clone()),
            DeskError::NotFound(what) => (
                "没有这一页",
                format!(
                    "没有找到{what}。地址可能写错了，或者这条信息公示期已满、已修复或已撤销，不再公示。"
                ),
            ),
            DeskError::Store(_) => {
                ("暂时不能办理", "数据暂时读取不到，请过几分钟再试。".to_owned())
            }
            DeskError::File { .. } | DeskError::Law(_) | DeskError::Internal(_) => (
                "出了差错",
                "这是本站的问题，不是您的操作有误。请稍后再试；仍不行时请告知查询编号。".to_owned(),
            ),
        };
        Self { status: status.as_u16(), heading, message, reference }
    }

    /// What a reader is told when only the status is known.
    pub fn of_status(status: StatusCode) -> Self {
        let (heading, message) = match status {
            StatusCode::NOT_FOUND => ("没有这一页", "地址可能写错了，或者这一页已不存在。"),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("不能这样打开", "这个地址只接受从表单提交，请从页面上的按钮进入。")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("内容太大", "提交的内容超过上限，请减少后再试。"),
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
                ("暂时不能办理", "办理时间过长，已停止等待。请过几分钟再试。")
            }
            _ if status.is_server_error() => ("出了差错", "这是本站的问题，请稍后再试。"),
            _ => ("没有看懂这个地址", "地址或提交的内容不完整，请从页面上的链接重新进入。"),
        };
        Self {
            status: status.as_u16(),
            heading,
            message: message.to_owned(),
            reference: String::new(),
        }
    }
}

/// The error page in the frame of the portal or of the console.
pub fn page(frame: &Frame, in_console: bool, wording: Wording) -> Html<String> {
    let Wording { status, heading, message, reference } = wording;
    let (status, heading) = (status.to_string(), heading.to_owned());
    let link = |href: &str, label: &str| Link { href: href.to_owned(), label: label.to_owned() };
    let drawn = if in_console {
        let page = frame.inside(&heading, "/-");
        let ways = match &page.user {
            Some(_) => vec![link(frame.face.home(), "回到首页")],
            None => vec![link(&frame.face.at("/sign-in"), "登录"), link("/", "公示网站")],
        };
        ConsoleError { page, status, heading, message, ways, reference }.render()
    } else {
        let page = frame.portal(&heading, "");
        let ways = vec![link("/search", "查询信用信息"), link("/", "回首页")];
        PortalError { page, status, heading, message, ways, reference }.render()
    };
    // A page about an error that itself fails leaves an empty body and the status.
    Html(drawn.unwrap_or_default())
}
