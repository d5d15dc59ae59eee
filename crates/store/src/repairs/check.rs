//! What `fsck` looks for among the repairs: chains that are broken, rows that belong to nothing, what must not stand and does.

use super::{item, repair_place};
use crate::db::{Conn, statements};
use crate::error::StoreError;
use crate::keys::{KeyRing, Purpose};
use crate::steps::StepChain;

statements! {
    EVERY_ITEM = "SELECT i.id, i.application_id, i.subject_id, i.record_id, i.version, i.unit_id, i.kind, i.entry, i.rules, \
        i.law_edition, i.stage, i.applied_on, i.supplied_on, i.granted_on, i.extended_days, i.seq, i.hash, \
        (SELECT COUNT(*) FROM unit u WHERE u.id = i.unit_id), \
        (SELECT COUNT(*) FROM repair_application a WHERE a.id = i.application_id), \
        (SELECT COUNT(*) FROM record r WHERE r.id = i.record_id AND r.subject_id = i.subject_id AND r.version >= i.version), \
        (SELECT r.state FROM record r WHERE r.id = i.record_id AND r.subject_id = i.subject_id), \
        (SELECT COUNT(*) FROM repair_finding f WHERE f.item_id = i.id AND f.state = 'confirmed' AND f.restore = 1) FROM repair_item i ORDER BY i.id";
    EVERY_APPLICATION = "SELECT a.id, a.sealed, a.way, a.account_id, (SELECT COUNT(*) FROM repair_item i WHERE i.application_id = a.id), \
        (SELECT COUNT(*) FROM subject s WHERE s.id = a.subject_id) FROM repair_application a ORDER BY a.id";
    MATERIALS_ASTRAY = "SELECT m.application_id, m.seq FROM repair_material m LEFT JOIN repair_application a ON a.id = m.application_id \
        LEFT JOIN upload u ON u.digest = m.file_digest WHERE a.id IS NULL OR u.digest IS NULL \
        UNION SELECT b.application_id, b.seq FROM repair_material_item b \
        LEFT JOIN repair_material m ON m.application_id = b.application_id AND m.seq = b.seq \
        LEFT JOIN repair_item i ON i.id = b.item_id AND i.application_id = b.application_id \
        WHERE m.seq IS NULL OR i.id IS NULL ORDER BY 1, 2";
    STEPS_ASTRAY = "SELECT s.item_id, s.seq FROM repair_step s LEFT JOIN repair_item i ON i.id = s.item_id \
        WHERE i.id IS NULL OR s.seq > i.seq \
        UNION SELECT n.item_id, n.seq FROM repair_step_note n LEFT JOIN repair_step s ON s.item_id = n.item_id AND s.seq = n.seq \
        WHERE s.item_id IS NULL ORDER BY 1, 2";
    RECEIPTS_ASTRAY = "SELECT r.item_id, r.place FROM repair_receipt r LEFT JOIN repair_item i ON i.id = r.item_id \
        LEFT JOIN repair_shield h ON h.id = r.item_id AND h.decided_on IS NOT NULL \
        WHERE (i.granted_on IS NULL AND h.id IS NULL) OR (r.confirmed_at IS NULL) <> (r.confirmed_by IS NULL) \
        OR (r.confirmed_at IS NULL AND i.stage IN ('propagated', 'closed')) ORDER BY 1, 2";
}

/// What is wrong among the repairs: the table, the row and the reason.
pub(crate) async fn differs(
    conn: &mut Conn<'_>,
    keys: &KeyRing,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&EVERY_APPLICATION, vec![]).await? {
        let (id, sealed) = (row.int(0)?, row.bytes_or_null(1)?);
        let shut = sealed
            .as_deref()
            .is_some_and(|sealed| keys.open(Purpose::Person, &repair_place(id), sealed).is_err());
        let online = row.text(2)? == "online";
        for (there, reason) in [
            (shut, "加密内容无法解开"),
            (online != row.int_or_null(3)?.is_some(), "申请的方式与申请人不一致"),
            (row.int(4)? == 0, "申请没有任何信息"),
            (row.int(5)? == 0, "没有对应的主体"),
        ] {
            if there {
                wrong.push(("repair_application", id.to_string(), reason));
            }
        }
    }
    for row in conn.all(&EVERY_ITEM, vec![]).await? {
        let held = item(&row)?;
        let steps = StepChain::REPAIR.read(conn, held.id).await?;
        let [broken, elsewhere] = StepChain::REPAIR.differ(&steps, held.origin(), &held.stands());
        let granted = steps.iter().any(|step| step.event == "grant");
        // A repaired record that stands again is public again, unless its repair was found to rest on false materials.
        let stands =
            row.text_or_null(20)?.is_some_and(|state| state == "standing") && row.int(21)? == 0;
        for (there, reason) in [
            broken,
            elsewhere,
            (row.int(17)? == 0, "没有对应的单位"),
            (row.int(18)? == 0, "没有对应的申请"),
            (row.int(19)? == 0, "没有对应的信息或版本"),
            (held.granted_on.is_some() != granted, "准予修复的日期与准予的步骤不一致"),
            (granted && stands, "已修复的信息没有撤下"),
        ] {
            if there {
                wrong.push(("repair_item", held.id.to_string(), reason));
            }
        }
    }
    for (statement, table, reason) in [
        (&MATERIALS_ASTRAY, "repair_material", "没有对应的申请，或者所附文件不存在"),
        (&STEPS_ASTRAY, "repair_step", "没有对应的信息，或者在最后一步之后"),
    ] {
        for row in conn.all(statement, vec![]).await? {
            wrong.push((table, format!("{}/{}", row.int(0)?, row.int(1)?), reason));
        }
    }
    for row in conn.all(&RECEIPTS_ASTRAY, vec![]).await? {
        let place = format!("{}/{}", row.int(0)?, row.text(1)?);
        wrong.push(("repair_receipt", place, "没有对应的修复，或者回执不完整"));
    }
    wrong.extend(super::duties::differs(conn).await?);
    wrong.extend(super::findings::differs(conn).await?);
    wrong.extend(super::shields::differs(conn).await?);
    wrong.extend(super::lifts::differs(conn).await?);
    Ok(wrong)
}
