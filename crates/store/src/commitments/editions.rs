//! The canonical text of an edition of a matter, and its digest: what was signed can be compared with what was published.

use super::{CommitmentMatter, matter};
use crate::db::{Conn, Tx, day_text, statements, values};
use crate::error::StoreError;
use crate::keys::sm3_hex;

statements! {
    ADD_MATTER_DIGEST = "INSERT INTO commitment_matter_digest (matter_id, digest) VALUES ($1, $2)";
    DIGESTED_MATTERS = "SELECT m.id, m.unit_id, m.code, m.name, m.kind, m.basis, m.notice, m.content, m.liability, m.scope, m.days, m.ends, \
        m.from_day, m.state, m.proposed_by, m.proposed_at, m.decided_by, m.decided_at, m.reason, d.digest \
        FROM commitment_matter_digest d JOIN commitment_matter m ON m.id = d.matter_id ORDER BY m.id";
    DIGESTS_ASTRAY = "SELECT d.matter_id FROM commitment_matter_digest d LEFT JOIN commitment_matter m ON m.id = d.matter_id \
        WHERE m.id IS NULL OR m.state <> 'released' ORDER BY 1";
}

impl CommitmentMatter {
    /// Everything that the edition says, in one form: a line for each thing, lists by their codes, lines ended by one newline. What has
    /// several lines itself goes on in lines that begin with two blanks of full width, so that nothing said looks like a thing of its own, and
    /// two editions that differ never have the same text. Whoever has these bytes computes the digest without asking anybody.
    #[must_use]
    pub fn canonical_text(&self) -> String {
        let days = self.days.to_string();
        let from = day_text(self.from);
        let lines = [
            ("受理单位", self.unit_id.as_str()),
            ("事项编号", &self.code),
            ("事项名称", &self.name),
            ("承诺类型", &self.kind),
            ("依据", &self.basis),
            ("告知", &self.notice),
            ("承诺", &self.content),
            ("违诺责任", &self.liability),
            ("公开类型", &self.scope),
            ("核查工作日", &days),
            ("施行日期", &from),
            ("停止办理", if self.ends { "是" } else { "否" }),
        ];
        let line = |(what, said): &(&str, &str)| {
            format!("{what}：{}\n", said.replace('\n', "\n\u{3000}\u{3000}"))
        };
        lines.iter().map(line).collect()
    }

    /// SM3 of that, in hexadecimal.
    #[must_use]
    pub fn canonical_digest(&self) -> String {
        sm3_hex(self.canonical_text().as_bytes())
    }
}

impl Tx {
    /// Keeps the digest of an edition that is being released.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it has one.
    pub async fn add_commitment_matter_digest(
        &mut self,
        released: &CommitmentMatter,
    ) -> Result<(), StoreError> {
        let digest = released.canonical_digest();
        self.conn().execute(&ADD_MATTER_DIGEST, values![released.id, digest]).await?;
        Ok(())
    }
}

/// What is wrong among the editions: the table, the row and the reason.
pub(super) async fn differs(
    conn: &mut Conn<'_>,
) -> Result<Vec<(&'static str, String, &'static str)>, StoreError> {
    let mut wrong = Vec::new();
    for row in conn.all(&DIGESTED_MATTERS, vec![]).await? {
        let held = matter(&row)?;
        if held.digest.as_ref() != Some(&held.canonical_digest()) {
            wrong.push((
                "commitment_matter",
                held.id.to_string(),
                "公布的文字与公布时的摘要不符，事项被改动",
            ));
        }
    }
    for row in conn.all(&DIGESTS_ASTRAY, vec![]).await? {
        let place = row.int(0)?.to_string();
        wrong.push(("commitment_matter_digest", place, "没有对应的、已公布的事项"));
    }
    Ok(wrong)
}
