//! Examples of answers, for the description and the interface page. The tests hold them to the schemas.

/// Who a subject is.
pub const SUBJECT: &str = r#"{
  "code": "91140829XY00030103", "name": "平陆县示例301号加工有限公司", "category": "organisation", "status": "存续",
  "former_names": [{"name": "平陆县示例加工厂", "until": "2020-05-31"}],
  "codes": [{"kind": "organisation-code", "value": "XY0003010"}],
  "registered_on": "2015-03-02", "details": {"企业类型": "有限责任公司"}, "source": "registry", "known_at": 1794837831544
}"#;

/// Many subjects.
pub const SUBJECTS: &str = r#"{
  "subjects": [{"code": "91140829XY00030111", "found": false, "problem": {"code": "not-found", "detail": "没有找到该主体"}}]
}"#;

/// What a search found.
pub const SEARCH: &str = r#"{
  "query": "示例", "too_short": false, "too_many": false, "statuses": ["存续"],
  "hits": [{"code": "91140829XY00030103", "name": "平陆县示例301号加工有限公司", "category": "organisation", "status": "存续",
    "found_by": "name", "former_name": "", "code_kind": "", "matched": "示例"}]
}"#;

/// What the matching service is.
pub const RECONCILE: &str = r#"{
  "versions": ["0.2"], "name": "信用平陆主体名称匹配", "identifierSpace": "https://example.org/subjects/",
  "schemaSpace": "https://example.org/api", "defaultTypes": [{"id": "organisation", "name": "法人及非法人组织"}],
  "view": {"url": "https://example.org/subjects/{{id}}"}, "batchSize": 50
}"#;

/// Candidates for names.
pub const RECONCILE_QUERY: &str = r#"{
  "q0": {"result": [{"id": "91140829XY00030103", "name": "平陆县示例301号加工有限公司",
    "description": "可能是同一家：前者的行政区划少写“县”", "type": [{"id": "organisation", "name": "法人及非法人组织"}],
    "score": 99, "match": false, "features": [{"id": "verdict", "value": "likely-same"}]}]}
}"#;

/// A page of a list.
pub const RECORDS: &str = r#"{
  "records": [{"subject": "324443289176096804", "record": "455084147318833159", "kind": "administrative-penalty",
    "kind_name": "行政处罚", "mark": "", "title": "销售标签不符合规定的食品", "number": "平示监罚〔2026〕301号",
    "party": "平陆县示例301号加工有限公司", "code": "91140829XY00030103", "authority": "平陆县示例监督管理局",
    "summary": "罚款5000元。", "class": "罚款", "decided_on": "2026-06-10", "public_until": "2027-06-10", "valid_until": null,
    "repairable_from": "2026-09-10", "ended": false, "version": 1, "known_at": 1794837831544,
    "fields": [{"code": "CF_NR", "label": "处罚内容", "value": "罚款5000元。"}]}],
  "next": "2026-06-10_455084147318833159"
}"#;

/// One record, to which somebody objects.
pub const RECORD: &str = r#"{
  "subject": "324443289176096804", "record": "455084147318833159", "kind": "administrative-penalty",
  "kind_name": "行政处罚", "mark": "",
  "objection": {"since": "2026-06-15", "statement": "示例：处罚决定正在复议中。"}, "title": "销售标签不符合规定的食品", "number": "平示监罚〔2026〕301号",
  "party": "平陆县示例301号加工有限公司", "code": "91140829XY00030103", "authority": "平陆县示例监督管理局",
  "summary": "罚款5000元。", "class": "罚款", "decided_on": "2026-06-10", "public_until": "2027-06-10", "valid_until": null,
  "repairable_from": "2026-09-10", "ended": false, "version": 1, "known_at": 1794837831544,
  "fields": [{"code": "CF_NR", "label": "处罚内容", "value": "罚款5000元。"}],
  "publication": [{"label": "公示日期", "value": "2026-06-10", "why": {"conclusion": "自作出决定之日起可以公示。", "provisional": "",
    "inputs": [{"label": "决定日期", "value": "2026-06-10"}],
    "citations": [{"title": "《示例办法》", "number": "示例文号", "article": "第一条", "verified": false}]}}]
}"#;

/// A portion of the feed.
pub const CHANGES: &str = r#"{
  "changes": [{"change": "removed", "at": 1794837831544, "record": "455084147318833159"}],
  "next": "c1a1e3b6c2a8.650c8f2a4000007.2", "more": false
}"#;

/// Part of a list.
pub const LIST_RANGE: &str = r#"{
  "scheme": "xinyong/list-check/1", "kind": "abnormal-operation-listing", "prefix": "5f",
  "rests": ["04e66a1763b51169ea40868cdfb1379d395a5dfd72b8b9d784a5da6c57e7c7", "eaf39e75da52f8c35f4c7e44a42471478547707b7b891f78cf715fd2bf0e67"]
}"#;

/// What a unit follows.
pub const ENROLMENTS: &str = r#"{
  "enrolments": [{"id": "455283948234755", "code": "91140829XY00030103", "name": "平陆县示例301号加工有限公司",
    "subject": "324443289176096804", "basis": "《示例条例》第三条", "purpose": "示例日常监管", "since": 1794837831544,
    "until": "2027-05-31", "standing": "in-force"}],
  "next": ""
}"#;

/// What changed about one of them.
pub const ENROLMENT_CHANGES: &str = r#"{
  "changes": [
    {"change": "appeared", "at": 1794837831544, "subject": "324443289176096804", "record": "455084147318833159",
      "kind": "administrative-penalty"},
    {"change": "ended", "at": 1794837931544, "subject": "324443289176096804", "record": "455084147318833160"}],
  "next": "e1a1e3b6c2a8.650c8f2a4000007.2.5905181e2113cb7b49916a5a0b9a8d66", "more": false
}"#;

/// A file was taken in.
pub const BATCH_NEW: &str =
    r#"{"id": "455084147318833160", "stage": "received", "repeated": false}"#;

/// A batch.
pub const BATCH: &str = r#"{
  "id": "455084147318833160", "number": "20261125-0160", "kind": "administrative-penalty", "kind_name": "行政处罚",
  "unit": "market-regulation", "unit_name": "平陆县市场监督管理局", "file_name": "处罚.csv", "profile": "reported",
  "stage": "checked", "received_at": 1794837831544, "recorded_at": null,
  "counts": {"rows": 2, "good": 1, "recorded": 0, "unchanged": 0, "held": 0, "refused": 1}, "notes": [],
  "findings": [{"row": 3, "level": "error", "code": "condition.fine-required", "field": "罚款金额（万元）",
    "message": "处罚类别含罚款的必须填写罚款金额"}],
  "next_row": 0
}"#;

/// A signed head.
pub const LOG_HEAD: &str = r#"{
  "head": {"type": "xinyong/tree-head/1", "county": "140829", "log": "88aa01be33dc45ef", "hash": "SM3", "size": 5,
    "root": "5905181e2113cb7b49916a5a0b9a8d66041efff92277ae93b39eea4778a3afb8", "time": 1794837831544,
    "key": "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7"},
  "signature": "3044022015d5cf9f935e46f07adda774bc514402200436e9ad9e78368e28",
  "key": {"type": "xinyong/public-key/1", "id": "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7", "algorithm": "SM2 with SM3",
    "distid": "1234567812345678", "valid_from": 1794837831544, "valid_until": 1857909831544,
    "pem": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"}
}"#;

/// The public keys.
pub const LOG_KEYS: &str = r#"{"keys": [{"type": "xinyong/public-key/1", "id": "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7", "algorithm": "SM2 with SM3",
    "distid": "1234567812345678", "valid_from": 1794837831544, "valid_until": 1857909831544,
    "pem": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"}]}"#;

/// The proof that the log goes on.
pub const LOG_CONSISTENCY: &str = r#"{"type": "xinyong/consistency-proof/1", "from": 3, "to": 5,
  "path": ["640d9a77ee951e7c82908b3dc2f07282d8d48d3018ba4cb02df6500a24cb18a0"]}"#;

/// The proof of a record.
pub const RECORD_PROOF: &str = r#"{"type": "xinyong/inclusion-proof/1",
  "statement": {"type": "xinyong/publication/1", "kind": "administrative-penalty", "subject": "324443289176096804",
    "record": "455084147318833159", "state": "public", "from": "2026-06-10", "until": "2027-06-10",
    "content": {"CF_NR": "罚款5000元。"}},
  "salt": "75e4e66a1763b51169ea40868cdfb1379d395a5dfd72b8b9d784a5da6c57e7c7", "place": 0,
  "path": ["ceaf39e75da52f8c35f4c7e44a42471478547707b7b891f78cf715fd2bf0e678"],
  "head": {
  "head": {"type": "xinyong/tree-head/1", "county": "140829", "log": "88aa01be33dc45ef", "hash": "SM3", "size": 5,
    "root": "5905181e2113cb7b49916a5a0b9a8d66041efff92277ae93b39eea4778a3afb8", "time": 1794837831544,
    "key": "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7"},
  "signature": "3044022015d5cf9f935e46f07adda774bc514402200436e9ad9e78368e28",
  "key": {"type": "xinyong/public-key/1", "id": "0d1f2a3b4c5d6e7f8091a2b3c4d5e6f7", "algorithm": "SM2 with SM3",
    "distid": "1234567812345678", "valid_from": 1794837831544, "valid_until": 1857909831544,
    "pem": "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"}
}}"#;

/// A check.
pub const CHECK: &str = r#"{
  "number": "202611271012037K2M9Q4D", "at": 1794837831544,
  "digest": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
  "answer": {"form": "xinyong-check-1", "day": "2026-11-27", "law": "0123456789abcdef+",
    "purpose": {"id": "approval", "name": "行政审批"},
    "subject": {"code": "91140829XY00030103", "name": "平陆县示例301号加工有限公司", "category": "organisation", "status": "存续",
      "registered_on": "2015-03-02", "former_names": []},
    "groups": [{"kind": "administrative-penalty", "name": "行政处罚", "audience": "public", "records": [{
      "subject": "324443289176096804", "id": "455084147318833159", "version": 1, "title": "销售标签不符合规定的食品",
      "number": "平示监罚〔2026〕301号", "authority": "平陆县示例监督管理局", "decided": "2026-06-10", "valid_until": "",
      "public_until": "2027-06-10", "standing": "public", "mark": "",
      "objection": {"since": "2026-06-15", "statement": ""}, "class": "罚款", "summary": "罚款5000元。",
      "because": [{"entry": "publicity.order36.general.maximum", "line": "《示例办法》第一条", "evidence": "已核对原文"}],
      "inputs": {"decided": "2026-06-10"}}]}],
    "edition": "2024", "measures": [],
    "considered": [{"id": "severe-list-convenience", "name": "限制享受优惠政策和便利措施", "why": "unconfirmed"}],
    "limits": [{"text": "除上列措施外，不得因本次查询结果拒绝受理。", "basis": {"entry": "measures.limit", "line": "《示例意见》",
      "evidence": "已核对原文"}}]}
}"#;
