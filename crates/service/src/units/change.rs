//! New units, other names, reforms: each with its reason and document, each a link in the unit's history.

use xinyong_domain::law::Unit;
use xinyong_store::{Tx, Unit as UnitRow, UnitSuccessor, UnitVersion};

use super::{Ground, Grounds, Reform, read};
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::desk::Desk;
use crate::refusal::DeskError;

/// Longest reason and longest document, in characters.
const LONGEST: (usize, usize) = (350, 140);

impl Grounds {
    fn check(&self) -> Result<(), DeskError> {
        let fits = |text: &str, most| !text.trim().is_empty() && text.chars().count() <= most;
        if !fits(&self.reason, LONGEST.0) {
            return Err(DeskError::refused("unit.reason-missing", "请写明理由，350字以内"));
        }
        if !fits(&self.document, LONGEST.1) {
            return Err(DeskError::refused(
                "unit.document-missing",
                "请写明所依据文件的名称和文号，140字以内",
            ));
        }
        Ok(())
    }
}

fn row_of(unit: &Unit, active: bool) -> Result<UnitRow, DeskError> {
    Ok(UnitRow {
        id: unit.id.clone(),
        name: unit.name.clone(),
        code: (!unit.code.is_empty()).then(|| unit.code.clone()),
        settings: serde_json::to_string(unit)
            .map_err(|error| DeskError::Internal(error.to_string()))?,
        active,
    })
}

/// What a change is and who makes it.
struct Deed<'d> {
    desk: &'d Desk,
    actor: &'d Actor,
    change: &'static str,
    grounds: &'d Grounds,
}

impl Deed<'_> {
    /// Writes the state a unit has from now on, before it, for a unit without history, the one it had.
    async fn write(
        &self,
        tx: &mut Tx,
        before: Option<&UnitRow>,
        row: &UnitRow,
    ) -> Result<(), DeskError> {
        let version = |row: &UnitRow, change: &str, grounds: Option<&Grounds>| UnitVersion {
            unit_id: row.id.clone(),
            version: 0,
            name: row.name.clone(),
            code: row.code.clone(),
            settings: row.settings.clone(),
            active: row.active,
            on_day: self.grounds.on,
            change: change.to_owned(),
            reason: grounds.map_or_else(String::new, |grounds| grounds.reason.trim().to_owned()),
            document: grounds
                .map_or_else(String::new, |grounds| grounds.document.trim().to_owned()),
            actor: self.actor.login.clone(),
            known_at: self.desk.clock().now(),
            previous: String::new(),
            hash: String::new(),
        };
        if let Some(before) = before
            && !tx.has_unit_history(&before.id).await?
        {
            tx.add_unit_version(&version(before, "before", None)).await?;
        }
        tx.add_unit_version(&version(row, self.change, Some(self.grounds))).await?;
        tx.put_units(std::slice::from_ref(row)).await?;
        let event = AuditEvent::UnitChanged {
            unit: &row.id,
            change: self.change,
            document: self.grounds.document.trim(),
        };
        self.desk.audit_with(tx, self.actor, event);
        Ok(())
    }
}

fn check_names(unit: &Unit) -> Result<(), DeskError> {
    let fits = |text: &str, most| !text.trim().is_empty() && text.chars().count() <= most;
    if !fits(&unit.name, 100) {
        return Err(DeskError::refused("unit.name-missing", "请填写单位全称，100字以内"));
    }
    if !fits(&unit.short, 20) {
        return Err(DeskError::refused("unit.short-missing", "请填写单位简称，20字以内"));
    }
    if !unit.code.is_empty() {
        xinyong_domain::identifier::Uscc::parse(&unit.code).map_err(|_| {
            DeskError::refused(
                "unit.code-invalid",
                "统一社会信用代码不正确，请核对18位代码；不知道的不填",
            )
        })?;
    }
    Ok(())
}

fn not_to_come(desk: &Desk, grounds: &Grounds) -> Result<(), DeskError> {
    if grounds.on > desk.today() {
        return Err(DeskError::refused(
            "unit.date-future",
            format!("日期{}在今天之后，请到那一天再办", grounds.on),
        ));
    }
    Ok(())
}

/// Adds a unit.
///
/// # Errors
/// `access.denied`, `unit.id-invalid`, `unit.exists`, `unit.name-missing`, `unit.short-missing`, `unit.code-invalid`,
/// `unit.reason-missing`, `unit.document-missing`, `unit.date-future`.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    unit: Unit,
    grounds: &Grounds,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let plain = (2..=40).contains(&unit.id.len())
        && unit
            .id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    // `new` is the address of the form.
    if !plain || unit.id == "new" {
        return Err(DeskError::refused(
            "unit.id-invalid",
            "单位编号只能用小写字母、数字和横线，2至40个字符，例如 water-resources",
        ));
    }
    check_names(&unit)?;
    grounds.check()?;
    not_to_come(desk, grounds)?;
    let ground = Ground::read(desk).await?;
    if ground.rows.contains_key(&unit.id) {
        return Err(DeskError::refused("unit.exists", format!("单位编号“{}”已被使用", unit.id)));
    }
    if let Some(same) = ground.rows.values().find(|row| row.name == unit.name.trim()) {
        return Err(DeskError::refused(
            "unit.name-taken",
            format!("已有同名的单位，编号是 {}", same.id),
        ));
    }
    let mut tx = desk.store().transaction("create unit").await?;
    let deed = Deed { desk, actor, change: "created", grounds };
    deed.write(&mut tx, None, &row_of(&unit, true)?).await?;
    Ok(tx.commit().await?)
}

/// Gives a unit another name or code. What was reported keeps the name that stands in it.
///
/// # Errors
/// `access.denied`, not found, `unit.unchanged`; as [`create`].
pub async fn rename(
    desk: &Desk,
    actor: &Actor,
    id: &str,
    (name, short, code): (&str, &str, &str),
    grounds: &Grounds,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    let before = desk.store().unit(id).await?.ok_or(DeskError::NotFound("该单位"))?;
    let old = read(&before)?;
    let unit = Unit {
        name: name.trim().to_owned(),
        short: short.trim().to_owned(),
        code: code.trim().to_owned(),
        ..old.clone()
    };
    check_names(&unit)?;
    grounds.check()?;
    not_to_come(desk, grounds)?;
    if unit == old {
        return Err(DeskError::refused("unit.unchanged", "名称和代码都没有改动"));
    }
    let mut tx = desk.store().transaction("rename unit").await?;
    let deed = Deed { desk, actor, change: "renamed", grounds };
    deed.write(&mut tx, Some(&before), &row_of(&unit, before.active)?).await?;
    Ok(tx.commit().await?)
}

/// Ends a unit from a day on, also one to come, and says who reports in its place. What it reported stays its own.
///
/// # Errors
/// `access.denied`, not found, `unit.reformed`, `unit.successor-missing`, `unit.successor-ended`, `unit.reason-missing`,
/// `unit.document-missing`.
pub async fn reform(
    desk: &Desk,
    actor: &Actor,
    id: &str,
    (reform, successors): (Reform, &[String]),
    grounds: &Grounds,
) -> Result<(), DeskError> {
    actor.authorise(Permission::ManageAccounts)?;
    grounds.check()?;
    let ground = Ground::read(desk).await?;
    let row = ground.rows.get(id).ok_or(DeskError::NotFound("该单位"))?;
    if let Some(day) = ground.view(row, grounds.on)?.ends {
        return Err(DeskError::refused(
            "unit.reformed",
            format!("该单位已定于{day}起由其他单位承接，不能再次办理"),
        ));
    }
    let fits = match reform {
        Reform::Split => successors.len() >= 2,
        Reform::Merge | Reform::Successor => successors.len() == 1,
    };
    if !fits {
        let message = if reform == Reform::Split {
            "分设的，请选择两个以上承接的单位"
        } else {
            "请选择一个承接的单位"
        };
        return Err(DeskError::refused("unit.successor-missing", message));
    }
    for successor in successors {
        let usable = match ground.rows.get(successor) {
            Some(row) => {
                successor != id && ground.view(row, grounds.on)?.ends.is_none() && row.active
            }
            None => false,
        };
        if !usable {
            return Err(DeskError::refused(
                "unit.successor-ended",
                format!("“{}”不能承接：它就是本单位，或者已不再报送", ground.named(successor).1),
            ));
        }
    }
    let after = UnitRow { active: grounds.on > desk.today(), ..row.clone() };
    let mut tx = desk.store().transaction("reform unit").await?;
    for successor in successors {
        tx.add_unit_successor(&UnitSuccessor {
            unit_id: id.to_owned(),
            successor_id: successor.clone(),
            on_day: grounds.on,
            change: reform.as_str().to_owned(),
        })
        .await?;
    }
    let deed = Deed { desk, actor, change: reform.as_str(), grounds };
    deed.write(&mut tx, Some(row), &after).await?;
    Ok(tx.commit().await?)
}
