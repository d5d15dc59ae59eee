//! Every address, the permission it needs, and the router built from that.
//!
//! A route that stands nowhere else cannot be reached: the router is made from [`ROUTES`] alone.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::MethodRouter;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;
use xinyong_service::Permission;

use crate::face::Face;
use crate::guard::{Guard, guard};
use crate::handler::{get, post};
use crate::layers;
use crate::measure::measure;
use crate::site::Site;
use crate::{api, assets, console, my, portal, sessions};

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// Nothing.
    None,
    /// The fields of a form, read and checked for its token before the handler.
    Form,
    /// A form with a file, read piece by piece by the handler, its token first.
    File,
    /// What a machine sends, read by the handler.
    Machine,
}

/// One address with one method.
#[derive(Debug)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The address, without the prefix of the site.
    pub path: &'static str,
    /// What one must be allowed to.
    pub permission: Permission,
    /// What the request carries.
    pub payload: Payload,
    /// The handler.
    handler: fn() -> MethodRouter<Site>,
}

const fn read(
    path: &'static str,
    permission: Permission,
    handler: fn() -> MethodRouter<Site>,
) -> Route {
    Route { method: "GET", path, permission, payload: Payload::None, handler }
}

const fn form(
    path: &'static str,
    permission: Permission,
    handler: fn() -> MethodRouter<Site>,
) -> Route {
    Route { method: "POST", path, permission, payload: Payload::Form, handler }
}

const fn file(
    path: &'static str,
    permission: Permission,
    handler: fn() -> MethodRouter<Site>,
) -> Route {
    Route { method: "POST", path, permission, payload: Payload::File, handler }
}

const fn sent(
    path: &'static str,
    permission: Permission,
    handler: fn() -> MethodRouter<Site>,
) -> Route {
    Route { method: "POST", path, permission, payload: Payload::Machine, handler }
}

/// The table.
#[rustfmt::skip]
pub static ROUTES: &[Route] = &[
    read("/", Permission::ReadPublic, || get(portal::home::home)),
    read("/search", Permission::ReadPublic, || get(portal::search::search)),
    read("/subjects/{code}", Permission::ReadPublic, || get(portal::subject::subject)),
    read("/subjects/{code}/{kind}", Permission::ReadPublic, || get(portal::subject_records::records)),
    read("/subjects/{code}/report.pdf", Permission::ReadPublic, || get(portal::report::pdf)),
    read("/reports", Permission::ReadPublic, || get(portal::report::check)),
    read("/subjects/{code}/records.csv", Permission::ReadPublic, || get(portal::subject_files::csv)),
    read("/subjects/{code}/records.json", Permission::ReadPublic, || get(portal::subject_files::json)),
    read("/data", Permission::ReadPublic, || get(portal::data::sets)),
    read("/data/catalogue.jsonld", Permission::ReadPublic, || get(portal::data_catalogue::catalogue)),
    read("/data/{set}", Permission::ReadPublic, || get(portal::data::set)),
    read("/data/{set}/data.csv", Permission::ReadPublic, || get(portal::data_files::csv)),
    read("/data/{set}/data.json", Permission::ReadPublic, || get(portal::data_files::json)),
    read("/data/{set}/changes/{file}", Permission::ReadPublic, || get(portal::data_changes::file)),
    read("/data/{set}/dictionary.csv", Permission::ReadPublic, || get(portal::data_files::dictionary)),
    read("/records/{kind}", Permission::ReadPublic, || get(portal::records::records)),
    read("/records/{kind}/{subject}/{record}", Permission::ReadPublic, || get(portal::record::record)),
    read("/records/{kind}/{subject}/{record}/report", Permission::ReadPublic, || get(portal::error_report::form)),
    form("/records/{kind}/{subject}/{record}/report", Permission::ReadPublic, || post(portal::error_report::send)),
    read("/error-reports", Permission::ReadPublic, || get(portal::error_report::look_up_form)),
    form("/error-reports", Permission::ReadPublic, || post(portal::error_report::look_up)),
    read("/about", Permission::ReadPublic, || get(portal::about::about)),
    read("/log", Permission::ReadPublic, || get(portal::log::log)),
    read("/log/verify_log.py", Permission::ReadPublic, || get(portal::log::verifier)),
    read("/lists/private_check.py", Permission::ReadPublic, || get(portal::interface::private_check)),
    read("/departments", Permission::ReadPublic, || get(portal::departments::departments)),
    read("/departments/{unit}", Permission::ReadPublic, || get(portal::department::department)),
    read("/catalogue", Permission::ReadPublic, || get(portal::catalogue::catalogue)),
    read("/departments/{unit}/powers", Permission::ReadPublic, || get(portal::powers::powers)),
    read("/commitments/matters", Permission::ReadPublic, || get(portal::commitments::list)),
    read("/commitments/matters/{id}", Permission::ReadPublic, || get(portal::commitments::one)),
    read("/commitments/matters/{id}/text", Permission::ReadPublic, || get(portal::commitments::text)),
    read("/statistics", Permission::ReadPublic, || get(portal::statistics::statistics)),
    read("/corrections", Permission::ReadPublic, || get(portal::correction_notices::notices)),
    read("/guides", Permission::ReadPublic, || get(portal::guides::guides)),
    read("/guides/{audience}", Permission::ReadPublic, || get(portal::guides::guide)),
    read("/embed/search", Permission::ReadPublic, || get(portal::embed::search)),
    read("/embed/check/{token}", Permission::ReadPublic, || get(portal::check_window::open)),
    form("/embed/check/{token}/use", Permission::ReadPublic, || post(portal::check_window::say)),
    read("/assets/contrast.css", Permission::ReadPublic, || get(assets::contrast)),
    read("/assets/search-box.js", Permission::ReadPublic, || get(assets::search_box)),
    read("/sitemap.xml", Permission::ReadPublic, || get(portal::sitemap::index)),
    read("/sitemap/{part}", Permission::ReadPublic, || get(portal::sitemap::part)),
    read("/robots.txt", Permission::ReadPublic, || get(portal::sitemap::robots)),
    read("/api", Permission::ReadPublic, || get(portal::interface::interface)),
    read("/assets/site.css", Permission::ReadPublic, || get(assets::stylesheet)),
    read("/health/live", Permission::ReadPublic, || get(api::health::live)),
    read("/health/ready", Permission::ReadPublic, || get(api::health::ready)),
    read("/api/v1/subjects/{code}", Permission::ReadPublic, || get(api::subjects::subject)),
    sent("/api/v1/subjects/query", Permission::ReadPublic, || post(api::subjects::query)),
    read("/api/v1/search", Permission::ReadPublic, || get(api::search::search)),
    read("/api/v1/reconcile", Permission::ReadPublic, || get(api::reconcile::manifest)),
    sent("/api/v1/reconcile", Permission::ReadPublic, || post(api::reconcile::query)),
    read("/api/v1/records/{kind}", Permission::ReadPublic, || get(api::records::list)),
    read("/api/v1/records/{kind}/{subject}/{record}", Permission::ReadPublic, || get(api::records::record)),
    read("/api/v1/records/{kind}/{subject}/{record}/proof", Permission::ReadPublic, || get(api::log::inclusion)),
    read("/api/v1/log/head", Permission::ReadPublic, || get(api::log::head)),
    read("/api/v1/log/keys", Permission::ReadPublic, || get(api::log::keys)),
    read("/api/v1/log/consistency", Permission::ReadPublic, || get(api::log::consistency)),
    read("/api/v1/changes", Permission::ReadPublic, || get(api::changes::changes)),
    read("/api/v1/lists/{kind}/range/{prefix}", Permission::ReadPublic, || get(api::lists::range)),
    read("/api/v1/enrolments", Permission::FollowSubjects, || get(api::enrolments::list)),
    read("/api/v1/enrolments/{id}/changes", Permission::FollowSubjects, || get(api::enrolments::changes)),
    sent("/api/v1/batches", Permission::UploadBatch, || post(api::batches::create)),
    read("/api/v1/batches/{id}", Permission::ReadBatch, || get(api::batches::batch)),
    sent("/api/v1/checks", Permission::CheckSubject, || post(api::checks::create)),
    read("/api/v1/checks/{number}", Permission::CheckSubject, || get(api::checks::check)),
    sent("/api/v1/checks/{number}/use", Permission::CheckSubject, || post(api::checks::say)),
    sent("/api/v1/check-windows", Permission::CheckSubject, || post(api::checks::window)),
    read("/api/v1/openapi.json", Permission::ReadPublic, || get(api::description::description)),
    read("/console/sign-in", Permission::SignIn, || get(console::sign_in::form)),
    form("/console/sign-in", Permission::SignIn, || post(console::sign_in::sign_in)),
    read("/console/sign-in/provider", Permission::SignIn, || get(console::provider::begin)),
    read("/console/sign-in/provider/return", Permission::SignIn, || get(console::provider::finish)),
    read("/console/sign-in/code", Permission::SignIn, || get(console::sign_in::code_form)),
    form("/console/sign-in/code", Permission::SignIn, || post(console::sign_in::code)),
    form("/console/sign-out", Permission::UseConsole, || post(console::sign_in::sign_out)),
    read("/console", Permission::UseConsole, || get(console::home::home)),
    read("/console/notices", Permission::UseConsole, || get(console::notices::list)),
    form("/console/notices", Permission::UseConsole, || post(console::notices::set_address)),
    read("/console/batches", Permission::ReadBatch, || get(console::batches::batches)),
    read("/console/upload", Permission::UploadBatch, || get(console::upload::form)),
    file("/console/upload", Permission::UploadBatch, || post(console::upload::upload)),
    read("/console/upload/{kind}/table.xlsx", Permission::UploadBatch, || get(console::upload::table)),
    read("/console/batches/{id}", Permission::ReadBatch, || get(console::batch::batch)),
    read("/console/batches/{id}/annotated.xlsx", Permission::ReadBatch, || get(console::download::annotated)),
    form("/console/batches/{id}/submit", Permission::SubmitBatch, || post(console::batch_steps::submit)),
    form("/console/batches/{id}/cancel", Permission::SubmitBatch, || post(console::batch_steps::cancel)),
    form("/console/batches/{id}/release", Permission::ReleaseBatch, || post(console::release::release)),
    form("/console/batches/{id}/return", Permission::ReleaseBatch, || post(console::batch_steps::give_back)),
    read("/console/batches/{id}/records", Permission::ReadRecord, || get(console::batch_records::records)),
    read("/console/records/{subject}/{record}", Permission::ReadRecord, || get(console::record::record)),
    read("/console/records/{subject}/{record}/withdraw", Permission::WithdrawRecord, || get(console::withdraw::form)),
    form("/console/records/{subject}/{record}/withdraw/confirm", Permission::WithdrawRecord, || post(console::withdraw::confirm)),
    form("/console/records/{subject}/{record}/withdraw", Permission::WithdrawRecord, || post(console::withdraw::withdraw)),
    read("/console/records/{subject}/{record}/correct", Permission::CorrectRecord, || get(console::corrections::form)),
    file("/console/records/{subject}/{record}/correct", Permission::CorrectRecord, || post(console::corrections::propose)),
    read("/console/corrections", Permission::CorrectRecord, || get(console::corrections::list)),
    read("/console/corrections/{id}", Permission::CorrectRecord, || get(console::corrections::one)),
    form("/console/corrections/{id}", Permission::CorrectRecord, || post(console::corrections::decide)),
    read("/console/corrections/{id}/file", Permission::CorrectRecord, || get(console::corrections::file)),
    read("/console/originals", Permission::ReadOriginal, || get(console::originals::form)),
    form("/console/originals", Permission::ReadOriginal, || post(console::originals::original)),
    read("/console/checks", Permission::CheckSubject, || get(console::checks::list)),
    form("/console/checks", Permission::CheckSubject, || post(console::checks::ask)),
    read("/console/checks/lists", Permission::CheckSubject, || get(console::check_lists::lists)),
    file("/console/checks/lists", Permission::CheckSubject, || post(console::check_lists::send)),
    read("/console/checks/lists/{id}", Permission::CheckSubject, || get(console::check_lists::list)),
    read("/console/checks/lists/{id}/answers.xlsx", Permission::CheckSubject, || get(console::check_lists::answers)),
    read("/console/checks/{number}", Permission::CheckSubject, || get(console::checks::check)),
    form("/console/checks/{number}/use", Permission::CheckSubject, || post(console::checks::say)),
    read("/console/error-reports", Permission::AnswerReport, || get(console::error_reports::list)),
    read("/console/error-reports/{id}", Permission::AnswerReport, || get(console::error_reports::one)),
    form("/console/error-reports/{id}/take", Permission::AnswerReport, || post(console::error_reports::take)),
    form("/console/error-reports/{id}/answer", Permission::AnswerReport, || post(console::error_reports::answer)),
    read("/console/enrolments", Permission::FollowSubjects, || get(console::enrolments::list)),
    form("/console/enrolments", Permission::FollowSubjects, || post(console::enrolments::enrol)),
    read("/console/enrolments/new", Permission::FollowSubjects, || get(console::enrolments::form)),
    read("/console/enrolments/{id}", Permission::FollowSubjects, || get(console::enrolments::one)),
    form("/console/enrolments/{id}/end", Permission::FollowSubjects, || post(console::enrolments::end)),
    read("/console/objections", Permission::HandleObjection, || get(console::objections::list)),
    read("/console/objections/window", Permission::EnterObjection, || get(console::objection_window::form)),
    file("/console/objections/window", Permission::EnterObjection, || post(console::objection_window::enter)),
    read("/console/records/{subject}/{record}/object", Permission::EnterObjection, || get(console::objection_person::form)),
    file("/console/records/{subject}/{record}/object", Permission::EnterObjection, || post(console::objection_person::enter)),
    read("/console/objections/{id}", Permission::HandleObjection, || get(console::objection::one)),
    form("/console/objections/{id}/step", Permission::HandleObjection, || post(console::objection::step)),
    form("/console/objections/{id}/places", Permission::HandleObjection, || post(console::objection::confirm_place)),
    file("/console/objections/{id}/withdraw", Permission::EnterObjection, || post(console::objection::withdraw)),
    read("/console/objections/{id}/files/{seq}", Permission::HandleObjection, || get(console::objection::file)),
    read("/console/repairs", Permission::HandleRepair, || get(console::repairs::list)),
    read("/console/repairs/window", Permission::EnterRepair, || get(console::repair_window::form)),
    file("/console/repairs/window", Permission::EnterRepair, || post(console::repair_window::enter)),
    read("/console/repairs/urge", Permission::HandleRepair, || get(console::repair_urge::list)),
    read("/console/repairs/urge.csv", Permission::HandleRepair, || get(console::repair_urge::table)),
    read("/console/repairs/shields", Permission::HandleRepair, || get(console::repair_shields::list)),
    read("/console/repairs/shields/{id}", Permission::HandleRepair, || get(console::repair_shields::one)),
    read("/console/repairs/shields/{id}/file", Permission::HandleRepair, || get(console::repair_shields::file)),
    form("/console/repairs/shields/{id}/decide", Permission::DecideRepair, || post(console::repair_shields::decide)),
    form("/console/repairs/shields/{id}/places", Permission::HandleRepair, || post(console::repair_shields::confirm_place)),
    form("/console/repairs/shields/{id}/lift", Permission::HandleRepair, || post(console::repair_shields::lift)),
    form("/console/repairs/shields/{id}/lift/decide", Permission::DecideRepair, || post(console::repair_shields::decide_lift)),
    read("/console/repairs/records/{subject}/{record}", Permission::HandleRepair, || get(console::repair_record::page)),
    form("/console/repairs/records/{subject}/{record}/duties", Permission::HandleRepair, || post(console::repair_record::note)),
    form("/console/repairs/records/{subject}/{record}/duties/{seq}/take-back", Permission::HandleRepair, || post(console::repair_record::take_back)),
    file("/console/repairs/records/{subject}/{record}/shields", Permission::HandleRepair, || post(console::repair_record::enter_shield)),
    read("/console/repairs/{id}", Permission::HandleRepair, || get(console::repair::one)),
    form("/console/repairs/{id}/step", Permission::HandleRepair, || post(console::repair::step)),
    form("/console/repairs/{id}/places", Permission::HandleRepair, || post(console::repair::confirm_place)),
    form("/console/repairs/{id}/close", Permission::HandleRepair, || post(console::repair::close)),
    file("/console/repairs/{id}/supply", Permission::EnterRepair, || post(console::repair::supply)),
    form("/console/repairs/{id}/withdraw", Permission::EnterRepair, || post(console::repair::withdraw)),
    form("/console/repairs/{id}/findings", Permission::HandleRepair, || post(console::repair::propose_finding)),
    form("/console/repairs/{id}/findings/{seq}/decide", Permission::DecideRepair, || post(console::repair::decide_finding)),
    read("/console/repairs/{id}/files/{seq}", Permission::HandleRepair, || get(console::repair::file)),
    read("/console/commitments", Permission::HandleCommitment, || get(console::commitments::list)),
    read("/console/commitments/figures", Permission::HandleCommitment, || get(console::commitment_figures::page)),
    read("/console/commitments/paper", Permission::HandleCommitment, || get(console::commitment_paper::form)),
    file("/console/commitments/paper", Permission::HandleCommitment, || post(console::commitment_paper::enter)),
    read("/console/commitments/matters", Permission::HandleCommitment, || get(console::commitment_matters::list)),
    read("/console/commitments/matters/new", Permission::HandleCommitment, || get(console::commitment_matters::form)),
    form("/console/commitments/matters/new", Permission::HandleCommitment, || post(console::commitment_matters::propose)),
    file("/console/commitments/matters/file", Permission::HandleCommitment, || post(console::commitment_matters::upload)),
    read("/console/commitments/matters/{id}", Permission::HandleCommitment, || get(console::commitment_matters::one)),
    form("/console/commitments/matters/{id}", Permission::HandleCommitment, || post(console::commitment_matters::decide)),
    read("/console/commitments/{id}", Permission::HandleCommitment, || get(console::commitment::one)),
    form("/console/commitments/{id}/step", Permission::HandleCommitment, || post(console::commitment::step)),
    read("/console/commitments/{id}/file", Permission::HandleCommitment, || get(console::commitment::file)),
    read("/console/doubles", Permission::ImportSubjects, || get(console::doubles::doubles)),
    read("/console/judgements", Permission::JudgeSubjects, || get(console::judgements::list)),
    form("/console/judgements", Permission::JudgeSubjects, || post(console::judgements::propose)),
    read("/console/judgements/new", Permission::JudgeSubjects, || get(console::judgements::new)),
    read("/console/judgements/{id}", Permission::JudgeSubjects, || get(console::judgements::one)),
    form("/console/judgements/{id}", Permission::JudgeSubjects, || post(console::judgements::decide)),
    read("/console/names", Permission::ReadRecord, || get(console::names::form)),
    file("/console/names", Permission::ReadRecord, || post(console::names::matched)),
    read("/console/subjects/{code}", Permission::ReadRecord, || get(console::subject::subject)),
    read("/console/subjects/{code}/report", Permission::ReadRecord, || get(console::subject_report::form)),
    form("/console/subjects/{code}/report", Permission::ReadRecord, || post(console::subject_report::issue)),
    read("/console/subjects/{code}/certificate", Permission::ConfirmAgents, || get(console::certificate::form)),
    form("/console/subjects/{code}/certificate", Permission::ConfirmAgents, || post(console::certificate::issue)),
    read("/console/reporting", Permission::ReadReporting, || get(console::reporting::overview)),
    read("/console/reporting/assessment", Permission::ReadReporting, || get(console::assessment::assessment)),
    read("/console/reporting/forecast", Permission::ReadReporting, || get(console::forecast::forecast)),
    read("/console/reporting/outages", Permission::ManageReporting, || get(console::reporting::outages)),
    form("/console/reporting/outages", Permission::ManageReporting, || post(console::reporting::note_outage)),
    form("/console/reporting/outages/{id}/end", Permission::ManageReporting, || post(console::reporting::end_outage)),
    read("/console/reporting/known", Permission::ManageReporting, || get(console::reporting_known::form)),
    file("/console/reporting/known", Permission::ManageReporting, || post(console::reporting_known::learn)),
    form("/console/reporting/known/{id}/remind", Permission::ManageReporting, || post(console::reporting_known::remind)),
    form("/console/reporting/known/{id}/close", Permission::ManageReporting, || post(console::reporting_known::close)),
    form("/console/reporting/explanations/{id}/end", Permission::SignReporting, || post(console::reporting_unit::end_explanation)),
    read("/console/reporting/units/{unit}/{kind}", Permission::ReadReporting, || get(console::reporting_unit::report)),
    form("/console/reporting/units/{unit}/{kind}/declare", Permission::SignReporting, || post(console::reporting_unit::declare)),
    form("/console/reporting/units/{unit}/{kind}/explain", Permission::SignReporting, || post(console::reporting_unit::explain)),
    read("/console/bulletins/{month}", Permission::ManageReporting, || get(console::bulletin::bulletin)),
    form("/console/bulletins/{month}", Permission::ManageReporting, || post(console::bulletin::issue)),
    read("/console/bulletins/{month}/bulletin.pdf", Permission::ManageReporting, || get(console::bulletin::pdf)),
    read("/console/bulletins/{month}/table.xlsx", Permission::ManageReporting, || get(console::bulletin::table)),
    read("/console/powers", Permission::ReadReporting, || get(console::powers::units)),
    read("/console/powers/{unit}", Permission::ReadReporting, || get(console::powers::unit)),
    file("/console/powers/{unit}", Permission::UploadBatch, || post(console::powers::upload)),
    form("/console/powers/{unit}/matter", Permission::UploadBatch, || post(console::powers::matter)),
    form("/console/powers/{unit}/names", Permission::SignReporting, || post(console::powers::say)),
    form("/console/power-names/{id}/end", Permission::SignReporting, || post(console::powers::unsay)),
    read("/console/power-editions/{id}", Permission::ReadReporting, || get(console::power_edition::edition)),
    form("/console/power-editions/{id}", Permission::ReleaseBatch, || post(console::power_edition::decide)),
    read("/console/account", Permission::UseConsole, || get(console::own::own)),
    form("/console/account/sessions", Permission::UseConsole, || post(console::own::end_sessions)),
    read("/console/account/password", Permission::UseConsole, || get(console::own::password_form)),
    form("/console/account/password", Permission::UseConsole, || post(console::own::password)),
    read("/console/account/second-factor", Permission::UseConsole, || get(console::factor::factor)),
    form("/console/account/second-factor/begin", Permission::UseConsole, || post(console::factor::begin)),
    form("/console/account/second-factor/confirm", Permission::UseConsole, || post(console::factor::confirm)),
    form("/console/account/second-factor/codes", Permission::UseConsole, || post(console::factor::codes)),
    form("/console/account/second-factor/remove", Permission::UseConsole, || post(console::factor::remove)),
    read("/console/accounts", Permission::ManageAccounts, || get(console::accounts::accounts)),
    read("/console/accounts/new", Permission::ManageAccounts, || get(console::accounts::new)),
    form("/console/accounts/new", Permission::ManageAccounts, || post(console::accounts::create)),
    form("/console/accounts/second-factor", Permission::ManageAccounts, || post(console::accounts::factor_roles)),
    read("/console/accounts/{id}", Permission::ManageAccounts, || get(console::account::account)),
    form("/console/accounts/{id}", Permission::ManageAccounts, || post(console::account::change)),
    form("/console/accounts/{id}/active", Permission::ManageAccounts, || post(console::account::set_active)),
    form("/console/accounts/{id}/password", Permission::ManageAccounts, || post(console::account::reset_password)),
    form("/console/accounts/{id}/sessions", Permission::ManageAccounts, || post(console::account::end_sessions)),
    form("/console/accounts/{id}/second-factor", Permission::ManageAccounts, || post(console::account::reset_factor)),
    read("/console/units", Permission::ManageAccounts, || get(console::units::units)),
    read("/console/units/new", Permission::ManageAccounts, || get(console::units::new)),
    form("/console/units/new", Permission::ManageAccounts, || post(console::units::create)),
    read("/console/units/{unit}", Permission::ManageAccounts, || get(console::unit::unit)),
    form("/console/units/{unit}", Permission::ManageAccounts, || post(console::unit::rename)),
    form("/console/units/{unit}/reform", Permission::ManageAccounts, || post(console::unit::reform)),
    read("/console/law", Permission::UseConsole, || get(console::law::law)),
    read("/console/law/parameters/{parameter}", Permission::UseConsole, || get(console::law_entry::entry)),
    file("/console/law/parameters/{parameter}", Permission::ConfirmLaw, || post(console::law_entry::propose)),
    read("/console/law/proposals/{id}", Permission::ConfirmLaw, || get(console::law_proposal::proposal)),
    form("/console/law/proposals/{id}", Permission::ConfirmLaw, || post(console::law_proposal::decide)),
    read("/console/law/proposals/{id}/file", Permission::ConfirmLaw, || get(console::law_proposal::file)),
    form("/console/law/confirmations/{id}/withdraw", Permission::ConfirmLaw, || post(console::law_entry::withdraw)),
    read("/console/audit", Permission::ReadAudit, || get(console::audit::audit)),
    read("/console/audit/export.csv", Permission::ReadAudit, || get(console::audit::export)),
    read("/console/agents", Permission::ConfirmAgents, || get(console::agents::agents)),
    form("/console/agents", Permission::ConfirmAgents, || post(console::agents::refuse)),
    read("/console/agents/{id}", Permission::ConfirmAgents, || get(console::agent::agent)),
    read("/console/agents/{id}/file", Permission::ConfirmAgents, || get(console::agent::file)),
    form("/console/agents/{id}/confirm", Permission::ConfirmAgents, || post(console::agent::confirm)),
    form("/console/agents/{id}/refuse", Permission::ConfirmAgents, || post(console::agent::refuse)),
    form("/console/agents/{id}/end", Permission::ConfirmAgents, || post(console::agent::end)),
    read("/my/sign-in", Permission::SignIn, || get(console::sign_in::form)),
    form("/my/sign-in", Permission::SignIn, || post(console::sign_in::sign_in)),
    read("/my/sign-in/provider", Permission::SignIn, || get(console::provider::begin)),
    read("/my/sign-in/provider/return", Permission::SignIn, || get(console::provider::finish)),
    read("/my/sign-in/code", Permission::SignIn, || get(console::sign_in::code_form)),
    form("/my/sign-in/code", Permission::SignIn, || post(console::sign_in::code)),
    read("/my/sign-up", Permission::ApplyAsAgent, || get(my::sign_up::form)),
    file("/my/sign-up", Permission::ApplyAsAgent, || post(my::sign_up::sign_up)),
    form("/my/sign-out", Permission::UseOwnPages, || post(console::sign_in::sign_out)),
    read("/my", Permission::UseOwnPages, || get(my::home::home)),
    read("/my/apply", Permission::UseOwnPages, || get(my::apply::form)),
    file("/my/apply", Permission::UseOwnPages, || post(my::apply::apply)),
    form("/my/applications/{id}/take-back", Permission::UseOwnPages, || post(my::home::take_back)),
    read("/my/firms/{code}", Permission::ReadOwnSubject, || get(my::subject::subject)),
    read("/my/firms/{code}/records/{record}", Permission::ReadOwnSubject, || get(my::record::record)),
    read("/my/firms/{code}/reports", Permission::ReadOwnSubject, || get(my::reports::forms)),
    form("/my/firms/{code}/reports", Permission::ReadOwnSubject, || post(my::reports::issue)),
    read("/my/firms/{code}/leave", Permission::ReadOwnSubject, || get(my::leave::form)),
    form("/my/firms/{code}/leave", Permission::ReadOwnSubject, || post(my::leave::leave)),
    read("/my/firms/{code}/looks", Permission::ReadOwnSubject, || get(my::looks::list)),
    read("/my/firms/{code}/repair", Permission::ApplyForRepair, || get(my::repair::page)),
    file("/my/firms/{code}/repair", Permission::ApplyForRepair, || post(my::repair::apply)),
    read("/my/firms/{code}/repair/records/{record}", Permission::ApplyForRepair, || get(my::repair_record::page)),
    read("/my/firms/{code}/repair/records/{record}/form", Permission::ApplyForRepair, || get(my::repair_record::form)),
    read("/my/firms/{code}/repair/{id}", Permission::ApplyForRepair, || get(my::repair_one::page)),
    file("/my/firms/{code}/repair/{id}/supply", Permission::ApplyForRepair, || post(my::repair_one::supply)),
    form("/my/firms/{code}/repair/{id}/withdraw", Permission::ApplyForRepair, || post(my::repair_one::withdraw)),
    read("/my/firms/{code}/objections", Permission::FileObjection, || get(my::objections::page)),
    file("/my/firms/{code}/objections", Permission::FileObjection, || post(my::objections::file)),
    read("/my/firms/{code}/objections/{id}", Permission::FileObjection, || get(my::objection::page)),
    form("/my/firms/{code}/objections/{id}/withdraw", Permission::FileObjection, || post(my::objection::withdraw)),
    read("/my/firms/{code}/commitments", Permission::MakeCommitment, || get(my::commitments::list)),
    read("/my/firms/{code}/commitments/new/{id}", Permission::MakeCommitment, || get(my::commit::form)),
    form("/my/firms/{code}/commitments/new/{id}", Permission::MakeCommitment, || post(my::commit::commit)),
    read("/my/firms/{code}/commitments/{id}", Permission::MakeCommitment, || get(my::commitments::one)),
    form("/my/firms/{code}/commitments/{id}/withdraw", Permission::MakeCommitment, || post(my::commitments::withdraw)),
    read("/my/firms/{code}/declarations", Permission::DeclareForSubject, || get(my::declarations::list)),
    read("/my/firms/{code}/declarations/new/{kind}", Permission::DeclareForSubject, || get(my::declare::form)),
    form("/my/firms/{code}/declarations/new/{kind}", Permission::DeclareForSubject, || post(my::declare::declare)),
    read("/my/firms/{code}/declarations/{record}/change", Permission::DeclareForSubject, || get(my::declare::change_form)),
    form("/my/firms/{code}/declarations/{record}/change", Permission::DeclareForSubject, || post(my::declare::change)),
    read("/my/firms/{code}/declarations/{record}/withdraw", Permission::DeclareForSubject, || get(my::withdraw::form)),
    form("/my/firms/{code}/declarations/{record}/withdraw", Permission::DeclareForSubject, || post(my::withdraw::withdraw)),
    read("/my/account", Permission::UseOwnPages, || get(console::own::own)),
    form("/my/account/sessions", Permission::UseOwnPages, || post(console::own::end_sessions)),
    read("/my/account/password", Permission::UseOwnPages, || get(console::own::password_form)),
    form("/my/account/password", Permission::UseOwnPages, || post(console::own::password)),
    read("/my/account/second-factor", Permission::UseOwnPages, || get(console::factor::factor)),
    form("/my/account/second-factor/begin", Permission::UseOwnPages, || post(console::factor::begin)),
    form("/my/account/second-factor/confirm", Permission::UseOwnPages, || post(console::factor::confirm)),
    form("/my/account/second-factor/codes", Permission::UseOwnPages, || post(console::factor::codes)),
    form("/my/account/second-factor/remove", Permission::UseOwnPages, || post(console::factor::remove)),
    read("/my/mail", Permission::UseOwnPages, || get(my::mail::page)),
    form("/my/mail", Permission::UseOwnPages, || post(my::mail::give)),
    read("/my/mail/confirm", Permission::UseOwnPages, || get(my::mail::link)),
    form("/my/mail/confirm", Permission::UseOwnPages, || post(my::mail::confirm)),
    read("/console/signing-keys", Permission::ReadSigningKeys, || get(console::signing_keys::keys)),
    read("/console/signing-keys/{id}", Permission::ReadSigningKeys, || get(console::signing_keys::key)),
    read("/console/keys", Permission::ManageKeys, || get(console::keys::keys)),
    read("/console/keys/new", Permission::ManageKeys, || get(console::keys::form)),
    form("/console/keys", Permission::ManageKeys, || post(console::keys::create)),
    read("/console/keys/{id}", Permission::ManageKeys, || get(console::keys::key)),
    form("/console/keys/{id}/hook", Permission::ManageKeys, || post(console::keys::hook)),
    form("/console/keys/{id}/end", Permission::ManageKeys, || post(console::keys::end)),
];

/// One line of the table for documents and tests: method, address, permission.
#[must_use]
pub fn route_rows() -> Vec<(&'static str, &'static str, String)> {
    ROUTES
        .iter()
        .map(|route| {
            let permission = serde_json::to_value(route.permission)
                .ok()
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_default();
            (route.method, route.path, permission)
        })
        .collect()
}

/// Whether a page behind a sign-in stands at an address, without its query.
pub fn has_page(path: &str) -> bool {
    Face::of(path).is_some()
        && ROUTES.iter().any(|route| {
            let (mut asked, mut held) = (path.split('/'), route.path.split('/'));
            route.method == "GET"
                && !route.permission.is_public()
                && loop {
                    match (asked.next(), held.next()) {
                        (None, None) => break true,
                        (Some(asked), Some(held)) if held == asked || held.starts_with('{') => {}
                        _ => break false,
                    }
                }
        })
}

/// Longest time a page may take.
const PAGE_TIME: Duration = Duration::from_secs(60);
/// Longest time for a scan of the subjects' face, which is small and comes from people nobody knows yet.
const OWN_FILE_TIME: Duration = Duration::from_secs(3 * 60);
/// Longest time a file may take to arrive over a slow line.
const FILE_TIME: Duration = Duration::from_secs(30 * 60);

pub(crate) fn is_for_machines(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/health/")
}

/// The router of the whole site.
pub fn router(site: Site) -> Router {
    let mut machines = Router::new();
    let mut public = Router::new();
    let mut guarded = [Router::new(), Router::new()];
    for route in ROUTES {
        let handler = (route.handler)();
        if is_for_machines(route.path) {
            // As cheap as can be: no session, no template, no layer. The handler itself looks at the key.
            machines = machines.route(route.path, handler);
            continue;
        }
        let time = match (route.payload, Face::of(route.path)) {
            (Payload::File, Some(Face::Own)) => OWN_FILE_TIME,
            (Payload::File, _) => FILE_TIME,
            _ => PAGE_TIME,
        };
        let timeout = TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, time);
        let face = Face::of(route.path);
        if route.permission.is_public() && face.is_none() {
            public = public.route(route.path, handler.route_layer(timeout));
        } else {
            // What stands outside of both faces and is not public belongs to the units.
            let face = face.unwrap_or(Face::Console);
            let state = Guard {
                site: site.clone(),
                face,
                path: route.path,
                permission: route.permission,
                payload: route.payload,
            };
            let mut handler = handler;
            if route.payload == Payload::File {
                // The upload counts its bytes itself and stops at the desk's own limit.
                handler = handler.route_layer(DefaultBodyLimit::disable());
            }
            let handler =
                handler.route_layer(from_fn_with_state(state, guard)).route_layer(timeout);
            let [console, own] = guarded;
            guarded = match face {
                Face::Console => [console.route(route.path, handler), own],
                Face::Own => [console, own.route(route.path, handler)],
            };
        }
    }
    let public = dress(public.fallback(portal::missing), &site)
        .layer(layers::header_layer(header::CACHE_CONTROL, "no-cache"))
        .layer(CompressionLayer::new());
    // Pages behind a sign-in are not compressed: they hold a secret beside text that somebody else may have chosen.
    let [console, own] = guarded;
    let behind = |pages: Router<Site>, face: Face| {
        dress(pages, &site)
            .layer(layers::header_layer(header::CACHE_CONTROL, "no-store"))
            .layer(sessions::layer(&site, face))
    };
    let guarded = behind(console, Face::Console).merge(behind(own, Face::Own));
    let [policy, types, referrer] = layers::security();
    let pages = public.merge(guarded).layer(policy).layer(types).layer(referrer);
    let machines = machines.method_not_allowed_fallback(api::no_method);
    let whole = pages.merge(machines).layer(from_fn(measure)).with_state(site.clone());
    below(site.base_path(), whole)
}

/// The layers that portal and console share, the innermost first.
pub(crate) fn dress(pages: Router<Site>, site: &Site) -> Router<Site> {
    pages
        .layer(from_fn_with_state(site.clone(), layers::choices))
        .layer(from_fn(layers::readable))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(site.clone(), layers::failures))
}

/// Behind a proxy the prefix may arrive or may have been taken off: both are understood.
fn below(base: &str, whole: Router) -> Router {
    if base.is_empty() {
        return whole;
    }
    let base = base.to_owned();
    Router::new().fallback_service(whole.map_request(move |mut request: Request| {
        if let Some(stripped) = strip(request.uri(), &base) {
            *request.uri_mut() = stripped;
        }
        request
    }))
}

/// The address without the prefix; nothing when it does not stand below it.
fn strip(uri: &Uri, base: &str) -> Option<Uri> {
    let rest = uri.path().strip_prefix(base)?;
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let wanted = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    wanted.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use xinyong_service::Role;

    #[test]
    fn the_prefix_comes_off_whole_segments_only() {
        let strip =
            |text: &str| strip(&text.parse().expect("uri"), "/credit").map(|uri| uri.to_string());
        assert_eq!(strip("/credit/search?q=1").as_deref(), Some("/search?q=1"));
        assert_eq!(strip("/credit").as_deref(), Some("/"));
        assert_eq!(strip("/credits"), None);
        assert_eq!(strip("/search"), None);
    }

    #[test]
    fn every_route_stands_once_and_console_routes_are_not_public() {
        let mut seen = std::collections::HashSet::new();
        for route in ROUTES {
            assert!(seen.insert((route.method, route.path)), "{} twice", route.path);
            let public = route.permission.is_public();
            if !is_for_machines(route.path) {
                let face = Face::of(route.path);
                let signs_in = route.permission == Permission::SignIn;
                let applies = route.permission == Permission::ApplyAsAgent;
                assert_eq!(public, face.is_none() || signs_in || applies, "{}", route.path);
                let starts =
                    |rest: &str| face.is_some_and(|face| route.path.starts_with(&face.at(rest)));
                assert_eq!(signs_in, starts("/sign-in"), "{}", route.path);
                assert_eq!(applies, starts("/sign-up"), "{}", route.path);
                // Nothing of the subjects' face for the units, and nothing of the console for subjects.
                if !public && let Some(face) = face {
                    let agent = Role::Agent.permissions().contains(&route.permission);
                    assert_eq!(agent, face == Face::Own, "{}", route.path);
                }
            }
            assert_eq!(route.method == "POST", route.payload != Payload::None, "{}", route.path);
        }
        assert!(route_rows().iter().all(|(_, _, permission)| !permission.is_empty()));
    }
}
