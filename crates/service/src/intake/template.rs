//! 空白表格: the workbook of a kind with nothing in it but its headings, and a second sheet that says how each column is filled in.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, XlsxError,
};
use xinyong_domain::law::{Field, FieldType, Required};

use super::receive::REGISTRY;
use crate::access::{Actor, Permission};
use crate::browse::{field_form, field_meaning};
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Widest and narrowest column, in characters.
const WIDTHS: (usize, usize) = (12, 40);

/// A workbook to fill in.
#[derive(Debug, Clone)]
pub struct Template {
    /// What its records are called.
    pub name: String,
    /// The workbook.
    pub workbook: Vec<u8>,
}

/// The empty table of a kind, or of the registry for those who bring it in.
///
/// # Errors
/// `access.denied`; not found for a kind that there is not.
pub fn template(desk: &Desk, actor: &Actor, kind: &str) -> Result<Template, DeskError> {
    let law = desk.law();
    let (name, fields) = if kind == REGISTRY {
        actor.authorise(Permission::ImportSubjects)?;
        (&law.registry().name, &law.registry().fields)
    } else {
        actor.authorise(Permission::UploadBatch)?;
        let kind = law.kind(kind).ok_or(DeskError::NotFound("该类信息"))?;
        (&kind.name, &kind.fields)
    };
    let workbook =
        written(desk, name, fields).map_err(|error| DeskError::Internal(error.to_string()))?;
    Ok(Template { name: name.clone(), workbook })
}

fn written(desk: &Desk, name: &str, fields: &[Field]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let today = desk.today();
    let made = ExcelDateTime::from_ymd(
        u16::try_from(today.year()).unwrap_or_default(),
        u8::try_from(today.month()).unwrap_or_default(),
        u8::try_from(today.day()).unwrap_or_default(),
    )?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    // Text, so that no spreadsheet rounds a code of eighteen digits or writes a day in its own way.
    let text = Format::new().set_num_format("@");
    let head = text.clone().set_bold().set_background_color(Color::RGB(0x00F2_F2F2));
    let must = text.clone().set_bold().set_background_color(Color::RGB(0x00D9_E1F2));
    let sheet = workbook.add_worksheet().set_name("填报")?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, field) in (0..).zip(fields) {
        let wide = (field.label.chars().count() * 2 + 2).clamp(WIDTHS.0, WIDTHS.1);
        sheet.set_column_width(column, u32::try_from(wide).unwrap_or_default())?;
        sheet.set_column_format(column, &text)?;
        let format = if field.required == Required::Yes { &must } else { &head };
        sheet.write_string_with_format(0, column, &field.label, format)?;
    }
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let sheet = workbook.add_worksheet().set_name("填写说明")?;
    for (column, width) in [(0, 34), (1, 10), (2, 24), (3, 80)] {
        sheet.set_column_width(column, width)?;
    }
    let about = format!("{name}：一行一条，列的次序不限，不用的列可以删去；第一行的列名不要改");
    sheet.write_string(0, 0, about)?;
    for (column, heading) in (0..).zip(["列", "必填", "类型", "填法"]) {
        sheet.write_string_with_format(2, column, heading, &head)?;
    }
    for (row, field) in (3..).zip(fields) {
        let cells = [field.label.as_str(), must_be(field), field_form(field.kind), &how(field)];
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &wrapped)?;
        }
    }
    workbook.save_to_buffer()
}

fn must_be(field: &Field) -> &'static str {
    match field.required {
        Required::Yes => "必填",
        Required::Conditional => "视情况",
        Required::No => "",
    }
}

/// How a column is filled in: as its values are written, and what the law's own hint says.
fn how(field: &Field) -> String {
    let plain = matches!(
        field.kind,
        FieldType::Text
            | FieldType::LongText
            | FieldType::Number
            | FieldType::OrganisationCode
            | FieldType::RegistrationNo
            | FieldType::TaxNo
            | FieldType::Identity
    );
    let written = if plain { String::new() } else { field_meaning(field) };
    let said = [written, field.help.clone().unwrap_or_default()];
    said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("。")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::civil::date;
    use rust_xlsxwriter::Workbook;
    use xinyong_domain::law::Profile;

    use super::*;
    use crate::intake::recognise::recognise_kind;
    use crate::intake::{Receive, answer, check, receive};
    use crate::testing::{bare, clerk, desk};
    use crate::{Role, sheet};

    #[tokio::test]
    async fn every_kind_has_a_table_in_which_all_its_columns_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = bare(&folder, date(2026, 9, 10)).await;
        let law = desk.law();
        for kind in law.kinds().values() {
            let made = template(&desk, &clerk(), &kind.id).expect("made");
            let path = desk.scratch().join("empty.xlsx");
            fs::write(&path, &made.workbook).expect("written");
            let (opened, found) =
                recognise_kind(&path, "empty.xlsx", kind, &law, desk.limits()).expect("recognised");
            assert_eq!(found.heading_row, 1, "{}", kind.id);
            assert!(found.has_column(kind.fields.len()).iter().all(|has| *has), "{}", kind.id);
            assert!(found.matched.unknown.is_empty(), "{}: {:?}", kind.id, found.matched.unknown);
            assert!(found.matched.repeated.is_empty(), "{}: {:?}", kind.id, found.matched.repeated);
            assert_eq!(opened.sheets, ["填报", "填写说明"]);
        }
        let refused = template(&desk, &clerk(), REGISTRY).expect_err("not for a unit");
        assert_eq!(refused.code(), "access.denied");
        let office = crate::testing::office();
        let registry = template(&desk, &office, REGISTRY).expect("for the office");
        assert_eq!(registry.name, law.registry().name);
        let auditor = crate::testing::person("auditor", Role::Auditor, "credit-office");
        let refused = template(&desk, &auditor, "administrative-penalty").expect_err("refused");
        assert_eq!(refused.code(), "access.denied");
        let none = template(&desk, &clerk(), "none").expect_err("none");
        assert!(matches!(none, DeskError::NotFound(_)));
    }

    /// The sample of a kind, written into the table column by column under the headings that stand there.
    #[tokio::test]
    async fn what_is_filled_into_the_table_passes_the_check() {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = desk(&folder, date(2026, 6, 15)).await;
        let kind = "administrative-penalty";
        let made = template(&desk, &clerk(), kind).expect("made");
        let empty = desk.scratch().join("empty.xlsx");
        fs::write(&empty, &made.workbook).expect("written");
        let mut opened = sheet::open(&empty, "empty.xlsx", desk.limits()).expect("opened");
        let mut rows = opened.rows(0).expect("rows");
        let mut row = sheet::Row::new();
        assert!(rows.read(&mut row).expect("a row"));
        let headings: Vec<String> = row.cells().map(str::to_owned).collect();

        let sample = include_bytes!("../../../../law/samples/administrative-penalty/ok.csv");
        let mut sample = csv::Reader::from_reader(&sample[..]);
        let labels = sample.headers().expect("headings").clone();
        let (mut filled, mut count) = (Workbook::new(), 0);
        let out = filled.add_worksheet();
        for (column, heading) in (0..).zip(&headings) {
            out.write_string(0, column, heading).expect("written");
        }
        for (line, record) in (1..).zip(sample.records()) {
            let record = record.expect("a row");
            for (column, heading) in (0..).zip(&headings) {
                let place = labels.iter().position(|label| label == heading);
                let cell = place.and_then(|place| record.get(place)).unwrap_or_default();
                out.write_string(line, column, cell).expect("written");
            }
            count = u64::from(line);
        }
        let path = desk.scratch().join("filled.xlsx");
        filled.save(&path).expect("saved");
        let command = Receive {
            path,
            file_name: "填报.xlsx".to_owned(),
            kind: kind.to_owned(),
            unit: crate::testing::UNIT.to_owned(),
            profile: Profile::Reported,
        };
        let batch = receive(&desk, &clerk(), command).await.expect("received").batch;
        check(&desk, batch).await.expect("checked");
        let answer = answer(&desk, batch, 100).await.expect("an answer");
        assert_eq!((answer.received, answer.refused), (count, 0), "{answer:?}");
        assert!(answer.findings.iter().all(|one| one.level != "error"), "{answer:?}");
    }
}
