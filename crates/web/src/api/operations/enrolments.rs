//! What the machines of units are told about subjects that the units follow.

use xinyong_service::api_keys::Scope;

use super::super::examples;
use super::super::operation::{JSON, Link, Operation, Shape};
use super::{LIMIT, path, query};

/// What the unit follows.
pub static ENROLMENTS: Operation = Operation {
    method: "GET",
    path: "/api/v1/enrolments",
    id: "listEnrolments",
    title: "本单位订阅的主体",
    about: "密钥所属单位在工作台登记的订阅，先登记的在前，也列出已经终止和到期的。订阅写明法律依据、目的和到期日，由本单位的人登记和终止；自然人不能订阅。",
    parameters: &[query(
        "after",
        Shape::Id,
        "上一页答复中的 next，不写从头读起",
        "455283948234755",
    )],
    scope: Scope::Follow,
    sent: None,
    status: 200,
    schema: "EnrolmentList",
    media: &[JSON],
    codes: &["key.missing", "access.denied"],
    links: &[Link {
        name: "changes",
        to: "listEnrolmentChanges",
        with: &[("id", "$response.body#/enrolments/0/id")],
    }],
    answer: examples::ENROLMENTS,
};

/// What changed about one of them.
pub static ENROLMENT_CHANGES: Operation = Operation {
    method: "GET",
    path: "/api/v1/enrolments/{id}/changes",
    id: "listEnrolmentChanges",
    title: "订阅主体的变化",
    about: "自登记订阅起，这个主体的哪些信息出现、改变或者终止：公示的信息，和目录规定政务共享的信息。只说哪一条发生了什么，不带内容，内容另按编号读取。已经终止的（撤下、修复、期满，不分原因）只给出编号，收到后请停止使用并删除。把 next 保存下来，下次写进 cursor 接着读，中断多久都不会漏；处理完一页再保存，重复收到的按编号处理一次即可。订阅终止或者到期以后不再答复。变化在发生约 10 秒后出现。",
    parameters: &[
        path("id", Shape::Id, "订阅的 id", "455283948234755"),
        query("cursor", Shape::Text(128), "上一次答复中的 next，不写从登记订阅时读起", ""),
        LIMIT,
    ],
    scope: Scope::Follow,
    sent: None,
    status: 200,
    schema: "EnrolmentChangeList",
    media: &[JSON],
    codes: &[
        "key.missing",
        "access.denied",
        "changes.cursor-invalid",
        "enrolment.over",
        "not-found",
    ],
    links: &[Link {
        name: "next",
        to: "listEnrolmentChanges",
        with: &[("id", "$request.path.id"), ("cursor", "$response.body#/next")],
    }],
    answer: examples::ENROLMENT_CHANGES,
};
