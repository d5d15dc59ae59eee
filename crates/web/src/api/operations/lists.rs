//! Whether a code stands in a public list, asked without saying which code.

use xinyong_service::api_keys::Scope;

use super::super::examples;
use super::super::operation::{JSON, Operation, Shape};
use super::path;

/// Part of a list.
pub static LIST_RANGE: Operation = Operation {
    method: "GET",
    path: "/api/v1/lists/{kind}/range/{prefix}",
    id: "getListRange",
    title: "隐私核查：名单的一段",
    about: "想知道一个代码在不在公示名单中，又不想让本站知道问的是谁：在自己的机器上算出代码的标记，只发来标记的前两位，取回名单中前两位相同的全部标记，自己比对。每次答复的条数都相同，不足的以无意义的标记补足。只含今天依法公示的；没有的类别、不是名单的类别都答复没有找到。做法和程序见本页“隐私核查”。",
    parameters: &[
        path("kind", Shape::PublicKind, "名单的信息类别", "abnormal-operation-listing"),
        path("prefix", Shape::Hex(2), "标记的前两位", "5f"),
    ],
    scope: Scope::Read,
    sent: None,
    status: 200,
    schema: "ListRange",
    media: &[JSON],
    codes: &["not-found"],
    links: &[],
    answer: examples::LIST_RANGE,
};
