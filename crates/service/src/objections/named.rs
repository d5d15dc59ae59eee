//! A natural person whom a record names objects in their own right, at the window: checked against what the record says, sealed, looked at by a
//! second person, erased with whoever came to the window.
//!
//! Nobody is searched or listed: the way begins at the record that the person brings, and a list shows that a person objects, not who.

use serde::{Deserialize, Serialize};
use xinyong_domain::identifier::{self, IdentifierKind, mask_citizen_id};
use xinyong_domain::law::Kind;
use xinyong_domain::rules::objection::{fields_with, has_whole, tells};
use xinyong_domain::text::normalise_name;
use xinyong_store::{Objection, ObjectionVisitor, Purpose, Record, objection_visitor_place};

use super::file::{Candidate, Claimant, File, came, delivered, enter, open_to_objection, scanned};
use super::label;
use crate::access::{Actor, Permission};
use crate::audit::AuditEvent;
use crate::browse::{Names, held, whole_content};
use crate::desk::Desk;
use crate::refusal::{DeskError, Refusal};
use crate::repairs::Visitor;

/// What somebody is in a record.
pub const RELATIONS: &str = "objection-relation";
/// Types of documents of identity.
pub const DOCUMENTS: &str = "document-type";
/// The type whose numbers can be checked.
const ID_CARD: &str = "id-card";
/// Characters of an identity number; the ones of 15 digits are valid no longer.
const IDENTITY_LENGTH: usize = 18;
/// Characters of a name, of the number of another document, and of a reason.
const NAME: std::ops::RangeInclusive<usize> = 2..=40;
const NUMBER: std::ops::RangeInclusive<usize> = 4..=40;
const REASON: std::ops::RangeInclusive<usize> = 4..=300;

/// A natural person as entered at the window.
#[derive(Clone, Default)]
pub struct Objector {
    /// Name.
    pub name: String,
    /// Type of the document, a code of [`DOCUMENTS`].
    pub document: String,
    /// Its number.
    pub number: String,
    /// What the person is in the record, a code of [`RELATIONS`].
    pub relation: String,
    /// Why the person is one whom the record names, where no field holds the name.
    pub reason: String,
    /// Whether the person wants the words beside the record to be public.
    pub agreed: bool,
    /// Who came: the person, or somebody with their authority.
    pub visitor: Visitor,
}

impl std::fmt::Debug for Objector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Objector(…)")
    }
}

/// Who came to the window, as it is sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Came {
    /// Name and telephone.
    pub(super) visitor: Visitor,
    /// The natural person that objects; none where it is the subject.
    pub(super) person: Option<Named>,
}

/// A natural person that objects, with what the record says of them.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Named {
    name: String,
    document: String,
    number: String,
    telephone: String,
    /// Stands beside it in clear too.
    #[serde(skip)]
    pub(super) relation: String,
    reason: String,
    /// Labels of the fields that hold the name, also as a part of something longer.
    fields: Vec<String>,
    /// Whether a field holds it as a whole. Stands beside it in clear too.
    #[serde(skip)]
    whole: bool,
    /// Whether the number beside that name is the same, where the record holds one.
    agrees: Option<bool>,
}

impl Came {
    /// What must stand nowhere but here, where it is erased: the names of the person that objects and of who came for them, and their
    /// numbers. Nothing where it is the subject that objects.
    pub(super) fn secrets(&self) -> Option<([&str; 2], [&str; 2])> {
        let person = self.person.as_ref()?;
        let names = [person.name.as_str(), self.visitor.name.as_str()];
        Some((names, [person.number.as_str(), self.visitor.telephone.as_str()]))
    }

    /// Whether a text says who the person is that objects, or who came for them.
    pub(super) fn is_told_by(&self, text: &str) -> bool {
        self.secrets().is_some_and(|(names, numbers)| tells(text, &names, &numbers))
    }
}

impl Named {
    /// Whether the record itself says that it is about this person.
    pub(super) fn is_found(&self) -> bool {
        self.whole && self.agrees != Some(false)
    }
}

/// A natural person that objects, for who works on it.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedPerson {
    /// Name; empty once it was erased.
    pub name: String,
    /// Type and number of the document, masked.
    pub document: String,
    /// What the person is in the record, in words.
    pub relation: String,
    /// Labels of the fields that hold the name, also as a part of something longer.
    pub fields: Vec<String>,
    /// Whether the record itself says that it is about this person: a field holds the name as a whole, and no number differs.
    pub found: bool,
    /// Whether the number beside it is the same; nothing where the record holds none.
    pub agrees: Option<bool>,
    /// Why the person is one whom the record names, where no field says so.
    pub reason: String,
    /// Whether a second person has looked at it.
    pub attested: bool,
}

impl std::fmt::Debug for NamedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NamedPerson(…)")
    }
}

/// The record of somebody who came to the window, for the form. A look at it is a line of the audit log.
///
/// # Errors
/// `access.denied`; not found, also for a unit and what it did not deliver; `objection.gone`, `objection.own-declaration`.
pub async fn record_at_window(
    desk: &Desk,
    actor: &Actor,
    (subject, id): (i64, i64),
) -> Result<Candidate, DeskError> {
    let record = found_at_window(desk, actor, (subject, id)).await?;
    desk.audit(actor, AuditEvent::RecordSeen { subject, record: id }).await?;
    let open = desk.store().open_objections(&[(subject, id)]).await?;
    let names = Names::read(desk).await?;
    Ok(Candidate {
        record: held(&record, desk.today(), &desk.law(), &names, actor)?,
        open: open.get(&id).map(|one| one.id),
    })
}

async fn found_at_window(
    desk: &Desk,
    actor: &Actor,
    (subject, id): (i64, i64),
) -> Result<Record, DeskError> {
    actor.authorise(Permission::EnterObjection)?;
    let record = desk.store().record(subject, id).await?.ok_or(DeskError::NotFound("该信息"))?;
    delivered(desk, actor, &record).await?;
    open_to_objection(desk, &record)?;
    Ok(record)
}

/// Somebody of the office, or of the unit for what it delivered, enters that a natural person whom the record names objects to it, with a scan of
/// the paper. The record is marked at once; a second person looks at who it is before anybody answers.
///
/// # Errors
/// As [`super::file_at_window`]; `objection.person-name`, `objection.person-number`, `objection.person-relation`, `objection.person-reason` where
/// no field holds the name, `objection.person-not-found` for a unit then; `objection.statement-consent`, `objection.statement-named`,
/// `objection.text-named`.
pub async fn file_by_person(
    desk: &Desk,
    actor: &Actor,
    place: (i64, i64),
    objector: Objector,
    command: File,
) -> Result<i64, DeskError> {
    let record = found_at_window(desk, actor, place).await?;
    let visitor = came(objector.visitor.clone())?;
    let person = named(desk, actor, &record, &objector, visitor.telephone.clone())?;
    if !command.statement.trim().is_empty() && !objector.agreed {
        return Err(DeskError::refused(
            "objection.statement-consent",
            "本人没有同意公开的话不能随信息刊载；请勾选同意，或者不填声明",
        ));
    }
    scanned(&command)?;
    let came = Some(Came { visitor, person: Some(person) });
    let who = Claimant { actor, subject: 0, agent: None, came };
    enter(desk, &who, Some(record), File { record: place.1, ..command }).await
}

/// Who objects, in one form, held against what the record says. No message repeats what was typed.
fn named(
    desk: &Desk,
    actor: &Actor,
    record: &Record,
    typed: &Objector,
    telephone: String,
) -> Result<Named, DeskError> {
    let law = desk.law();
    let known = |list: &str, code: &str| {
        law.codes().get(list).is_some_and(|list| list.by_id(code).is_some())
    };
    let name = typed.name.trim().to_owned();
    let plain = name.chars().all(|one| one.is_alphabetic() || "·• ".contains(one));
    if !NAME.contains(&name.chars().count()) || !plain {
        return Err(DeskError::refused(
            "objection.person-name",
            "请对照身份证件填写提出异议的人的姓名，2至40个字",
        ));
    }
    let number = identifier::normalise(&typed.number).into_owned();
    let holds = match typed.document.as_str() {
        ID_CARD => {
            let checked =
                identifier::check(IdentifierKind::CitizenId, &number, law.region_history());
            checked.valid && number.len() == IDENTITY_LENGTH
        }
        other => known(DOCUMENTS, other) && NUMBER.contains(&number.chars().count()),
    };
    if !holds {
        return Err(DeskError::refused(
            "objection.person-number",
            "证件类型或者号码不正确，请对照身份证件填写",
        ));
    }
    if !known(RELATIONS, &typed.relation) {
        return Err(DeskError::refused(
            "objection.person-relation",
            "请选择提出异议的人在这条信息中是什么人",
        ));
    }
    let kind = law
        .kind(&record.kind)
        .ok_or_else(|| DeskError::Internal(format!("unknown kind {}", record.kind)))?;
    let (fields, whole, agrees) = compared(desk, record, kind, (&name, &number))?;
    let person = Named {
        name,
        document: typed.document.clone(),
        number,
        telephone,
        relation: typed.relation.clone(),
        reason: typed.reason.trim().to_owned(),
        fields,
        whole,
        agrees,
    };
    unfound(actor, &person)?;
    Ok(person)
}

/// Where the record does not say it, the office says why the person is one whom it names.
fn unfound(actor: &Actor, person: &Named) -> Result<(), Refusal> {
    let long = person.reason.chars().count();
    if person.is_found() {
        return if long <= *REASON.end() { Ok(()) } else { Err(too_long()) };
    }
    if actor.unit_limit().is_some() {
        return Err(Refusal::new(
            "objection.person-not-found",
            "这条信息的各栏没有单独写明这个姓名，或者登记的证件号码不同：请当事人到信用办的窗口办理，由信用办核对",
        ));
    }
    if !REASON.contains(&long) {
        return Err(Refusal::new(
            "objection.person-reason",
            "这条信息的各栏没有单独写明这个姓名，或者登记的证件号码不同：请写明凭什么认定信息写到的是本人（4至300字），\
             例如决定书原件第几页",
        ));
    }
    Ok(())
}

fn too_long() -> Refusal {
    Refusal::new("objection.person-reason", format!("认定的理由最长{}字", REASON.end()))
}

/// The fields of a record that hold a name, whether one holds it as a whole, and whether the number beside it is the same.
fn compared(
    desk: &Desk,
    record: &Record,
    kind: &Kind,
    (name, number): (&str, &str),
) -> Result<(Vec<String>, bool, Option<bool>), DeskError> {
    let values = whole_content(desk, record)?;
    let fields = fields_with(
        name,
        kind.fields.iter().filter_map(|field| {
            values.get(&field.code).map(|value| (field.label.as_str(), value.as_str()))
        }),
    );
    let whole = kind
        .fields
        .iter()
        .filter_map(|field| values.get(&field.code))
        .any(|value| has_whole(value, name));
    let at = |position: Option<usize>| {
        let field = position.and_then(|position| kind.fields.get(position));
        field.and_then(|field| values.get(&field.code)).map_or("", String::as_str)
    };
    let party = &kind.party;
    let beside =
        [(party.representative, party.representative_document), (Some(party.name), party.document)];
    let mut agrees = None;
    for (named, document) in beside {
        let kept = identifier::normalise(at(document));
        if !kept.is_empty() && normalise_name(at(named)) == normalise_name(name) {
            agrees = Some(agrees.unwrap_or(false) || *kept == *number);
        }
    }
    Ok((fields, whole, agrees))
}

/// Who came with an objection, opened; nothing once it was erased.
fn opened(
    desk: &Desk,
    one: &Objection,
    visitor: &ObjectionVisitor,
) -> Result<Option<Came>, DeskError> {
    let Some(sealed) = visitor.sealed.as_deref() else { return Ok(None) };
    let place = objection_visitor_place(one.id);
    let clear = desk.store().keys().open(Purpose::Person, &place, sealed)?;
    let came = serde_json::from_slice(&clear);
    came.map(Some).map_err(|error| DeskError::Internal(error.to_string()))
}

/// Who came with an objection that a natural person made; nothing for a subject's, and once it was erased.
async fn came_of(desk: &Desk, one: &Objection) -> Result<Option<Came>, DeskError> {
    if one.claimant_id != 0 {
        return Ok(None);
    }
    let visitors = desk.store().objection_visitors(&[one.id]).await?;
    visitors.get(&one.id).map_or(Ok(None), |visitor| opened(desk, one, visitor))
}

/// Whether the record holds the name and the number of the person that objects: nobody finds that they are not named.
pub(super) async fn is_proven(desk: &Desk, one: &Objection) -> Result<bool, DeskError> {
    let person = came_of(desk, one).await?.and_then(|came| came.person);
    Ok(person.is_some_and(|person| person.agrees == Some(true)))
}

/// Refuses what stays with the objection for good and says who the natural person is that objects: that would never be erased.
pub(super) async fn says_nobody(
    desk: &Desk,
    one: &Objection,
    text: &str,
    code: &'static str,
) -> Result<(), DeskError> {
    match came_of(desk, one).await? {
        Some(came) if came.is_told_by(text) => Err(DeskError::refused(
            code,
            "这里写的话不随姓名清除，不能写提出异议的人和代办人的姓名、证件号码和电话，请改写为“本人”“代办人”",
        )),
        _ => Ok(()),
    }
}

/// Who came with an objection, as far as it is still known.
pub(super) fn came_with(
    desk: &Desk,
    one: &Objection,
    visitor: &ObjectionVisitor,
) -> Result<(Option<Visitor>, Option<NamedPerson>), DeskError> {
    let came = opened(desk, one, visitor)?;
    let (came_by, person) = came.map_or((None, None), |came| (Some(came.visitor), came.person));
    let shown = visitor.relation.as_deref().map(|relation| {
        let relation = label(desk, RELATIONS, relation);
        let attested = visitor.attested_by.is_some();
        match person {
            Some(person) => NamedPerson {
                name: person.name,
                document: format!(
                    "{}　{}",
                    label(desk, DOCUMENTS, &person.document),
                    mask_citizen_id(&person.number)
                ),
                relation,
                fields: person.fields,
                found: visitor.found,
                agrees: person.agrees,
                reason: person.reason,
                attested,
            },
            None => NamedPerson {
                name: String::new(),
                document: String::new(),
                relation,
                fields: Vec::new(),
                found: visitor.found,
                agrees: None,
                reason: String::new(),
                attested,
            },
        }
    });
    Ok((came_by, shown))
}
