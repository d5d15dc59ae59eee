//! `GET /records/{kind}/{subject}/{record}`: one record with the reasons for everything that is said about it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use xinyong_domain::law::Kind;
use xinyong_service::browse::{self, OpenObjection, PublicRecord};
use xinyong_service::corrections::{self, PublicCorrection};
use xinyong_service::{Clock, DeskError, commitments};

use crate::page_error::PageError;
use crate::ui::frame::Frame;
use crate::ui::view::{Chip, Fact, NoticeText, Page};
use crate::ui::{draw, reasons, words};

struct RecordHead {
    kind: String,
    kind_href: String,
    title: String,
    number: String,
    standing: Chip,
    marks: Vec<Chip>,
    party: String,
    party_href: String,
}

struct Section {
    title: &'static str,
    facts: Vec<Fact>,
}

struct Change {
    on: String,
    what: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "portal/record.html")]
struct Record {
    page: Page,
    record: RecordHead,
    notices: Vec<NoticeText>,
    sections: Vec<Section>,
    publication: Vec<Fact>,
    history: Vec<Change>,
    as_of: String,
    report_href: String,
}

/// One public record.
///
/// # Errors
/// Not found when there is none or the public may not see it.
pub async fn record(
    frame: Frame,
    Path((kind, subject, record)): Path<(String, i64, i64)>,
) -> Result<Response, PageError> {
    let desk = frame.site.desk();
    let law = desk.law();
    let found = browse::public_record(desk, subject, record).await?;
    // The kind in the address is for readers; one that does not fit is no address of this record.
    let kind = law
        .kind(&kind)
        .filter(|kind| kind.id == found.kind)
        .cloned()
        .ok_or(DeskError::NotFound("该信息"))?;
    let title = words::record_title(&found);
    let kind_href = words::list_href(&kind.id);
    let tier = found.disclosure.value.tier();
    let elsewhere = browse::shown_under(desk, subject, record).await?;
    let made = if kind.id == commitments::KIND {
        commitments::public_history(desk, subject, record).await?
    } else {
        None
    };
    let notices = elsewhere.iter().map(|(_, name)| {
        let text = format!("文书上的当事人与登记主体对不上，经核定，这条信息属于{name}。");
        NoticeText::new("info", "当事人经过核定", text)
    });
    let entered = corrections::public_corrections(desk, subject, record).await?;
    // What the subject itself entered has no reports: each of its versions is one.
    let reported = match kind.by_subject {
        Some(_) => found.version,
        None => browse::times_reported(desk, subject, record).await?,
    };
    let drawn = draw(&Record {
        page: frame.portal(&title, &kind_href),
        notices: notices
            .chain(
                kind.by_subject
                    .iter()
                    .map(|by| NoticeText::new("info", by.mark.as_str(), by.meaning.as_str())),
            )
            .chain(found.objection.iter().map(objected))
            .collect(),
        sections: sections(&kind, &found),
        publication: reasons::publication(&law, &found.disclosure, found.decided, &found.clocks),
        history: history(&found, reported, entered, made),
        as_of: words::as_of(desk.today()),
        report_href: format!("{}/report", words::record_href(&found)),
        record: RecordHead {
            kind: found.kind_name.clone(),
            kind_href,
            title,
            standing: words::standing(&found),
            marks: words::marks(&found),
            party_href: words::subject_href(
                elsewhere.as_ref().map_or(found.code.as_str(), |(code, _)| code.as_str()),
            ),
            number: found.number,
            party: found.party,
        },
    })?;
    Ok(super::as_far_as(tier, drawn))
}

/// That somebody objects to the record, with their words. It says the same whoever it is.
fn objected(open: &OpenObjection) -> NoticeText {
    let said = words::statement(Some(open));
    let text = format!("有人于{}对这条信息提出异议，正在办理。{said}", open.since);
    NoticeText::new("warning", OpenObjection::MARK, text)
}

fn sections(kind: &Kind, found: &PublicRecord) -> Vec<Section> {
    let facts = |about_party: bool| -> Vec<Fact> {
        found
            .fields
            .iter()
            .filter(|field| !field.value.trim().is_empty())
            .filter(|field| words::is_party_field(kind, &field.code) == about_party)
            .map(|field| Fact::new(field.label.as_str(), words::field_value(field)))
            .collect()
    };
    let (what, whom) = match kind.by_subject {
        Some(_) => ("申报内容", "申报主体"),
        None => ("决定内容", "当事人"),
    };
    [(what, facts(false)), (whom, facts(true))]
        .into_iter()
        .filter(|(_, facts)| !facts.is_empty())
        .map(|(title, facts)| Section { title, facts })
        .collect()
}

/// What the platform knows of the record's life; the versions themselves are not public. What a person of the unit entered stands
/// with its reason and document; `made`: what happened to a commitment that was made here, which no unit reported.
fn history(
    found: &PublicRecord,
    reported: i64,
    entered: Vec<PublicCorrection>,
    made: Option<Vec<PublicCorrection>>,
) -> Vec<Change> {
    let what = if reported > 1 {
        format!("第 {} 次更正", reported - 1)
    } else {
        "录入本站".to_owned()
    };
    let reason = match (reported > 1, found.mark.is_empty()) {
        (true, true) => "报送单位更正",
        (false, true) => "报送单位报送，复核后入库",
        (true, false) => "主体更改",
        (false, false) => "主体申报，没有核实",
    };
    let change = |one: PublicCorrection| Change {
        on: one.on.to_string(),
        what: one.event,
        reason: one.reason,
    };
    let mut changes: Vec<Change> = entered.into_iter().map(change).collect();
    if let Some(made) = made {
        changes.extend(made.into_iter().map(change));
        return changes;
    }
    // Since when this version is known is said only where no later one was entered beside it.
    if changes.is_empty() || reported > 1 {
        changes.push(Change {
            on: Clock::day_of(found.known_at).map_or_else(String::new, |day| day.to_string()),
            what,
            reason: reason.to_owned(),
        });
    }
    changes
}
