//! A question put to the publication rule in a record's own words: field codes and what stands in the cells.
//!
//! The same reading serves a stored record, a row that is about to be recorded, and a pure question from the command line.

use jiff::civil::Date;

use super::publicity::{Question, Severity, Transition};
use crate::law::{CodeMatch, Kind};
use crate::party::PartyCategory;
use crate::value::{date, period};

/// A value that a question cannot be built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadInput {
    /// The field.
    pub field: String,
    /// What is wrong and what may stand there.
    pub message: String,
}

/// What is given about a decision, owned.
#[derive(Debug, Clone)]
pub struct Given<'k> {
    kind: &'k Kind,
    /// Decision date.
    pub decided: Date,
    /// When it was released.
    pub released: Option<Date>,
    /// Last day of validity.
    pub valid_until: Option<Date>,
    /// The party's category.
    pub category: PartyCategory,
    /// Ids of the penalty kinds.
    pub classes: Vec<String>,
    /// Id of the procedure.
    pub procedure: String,
    /// Id of the domain.
    pub domain: String,
    /// The reviewer's class.
    pub severity: Option<Severity>,
    /// Id of the channel.
    pub channel: String,
    /// Overrides the transition.
    pub transition: Option<Transition>,
}

impl<'k> Given<'k> {
    /// A decision of which nothing more is known: an organisation, ordinary procedure, no special domain.
    #[must_use]
    pub fn new(kind: &'k Kind, decided: Date) -> Self {
        Self {
            kind,
            decided,
            released: None,
            valid_until: None,
            category: PartyCategory::Organisation,
            classes: Vec::new(),
            procedure: "ordinary".to_owned(),
            domain: "other".to_owned(),
            severity: None,
            channel: "ndrc".to_owned(),
            transition: None,
        }
    }

    /// The question for the rule.
    #[must_use]
    pub fn question(&self) -> Question<'_> {
        Question {
            rule: self.kind.publication,
            terms: Some(&self.kind.terms),
            category: self.category,
            decided: self.decided,
            released: self.released,
            valid_until: self.valid_until,
            penalty_kinds: &self.classes,
            procedure: &self.procedure,
            domain: &self.domain,
            severity: self.severity,
            channel: &self.channel,
            transition: self.transition,
        }
    }

    /// Takes one field with its cell. Fields that the rule does not ask about are accepted and change nothing.
    ///
    /// # Errors
    /// [`BadInput`] for a field the kind does not have or a value that is not of its list.
    pub fn set(&mut self, field: &str, value: &str) -> Result<(), BadInput> {
        let bad = |message: String| BadInput { field: field.to_owned(), message };
        match field {
            "category" => {
                let position = self.kind.party.category;
                let code = self.code(position, field, value)?;
                self.category = PartyCategory::from_id(&code)
                    .ok_or_else(|| bad(format!("不认识的类别「{value}」")))?;
                return Ok(());
            }
            "released" | "release" => {
                self.released = Some(read_day(field, value)?);
                return Ok(());
            }
            "transition.order36" | "transition" => {
                self.transition = Some(match value {
                    "decision-date" => Transition::DecisionDate,
                    "favourable" => Transition::Favourable,
                    _ => return Err(bad("可填 decision-date 或 favourable".to_owned())),
                });
                return Ok(());
            }
            "procedure" | "domain" | "channel" | "severity"
                if self.kind.position(field).is_none() =>
            {
                // A kind without these fields (a licence) does not ask about them.
                return Ok(());
            }
            _ => {}
        }
        let Some(position) = self.kind.headings.field(field) else {
            return Err(bad(format!("「{}」没有字段「{field}」", self.kind.name)));
        };
        let name =
            self.kind.fields.get(position).map(|field| field.code.as_str()).unwrap_or_default();
        match name {
            "procedure" => self.procedure = self.code(position, field, value)?,
            "domain" => self.domain = self.code(position, field, value)?,
            "channel" => self.channel = self.code(position, field, value)?,
            "severity" => {
                let code = self.code(position, field, value)?;
                self.severity = Severity::from_id(&code);
            }
            _ if position == self.kind.party.category => return self.set("category", value),
            _ if self.kind.class == Some(position) => {
                for part in value.split([';', '；']).filter(|part| !part.trim().is_empty()) {
                    // An official value may hold 、 itself; only what is none is a list written so.
                    let codes = match self.code(position, field, part.trim()) {
                        Ok(code) => vec![code],
                        Err(bad) if !part.contains(['、', ',']) => return Err(bad),
                        Err(_) => part
                            .split(['、', ','])
                            .filter(|part| !part.trim().is_empty())
                            .map(|part| self.code(position, field, part.trim()))
                            .collect::<Result<Vec<_>, _>>()?,
                    };
                    for code in codes {
                        if !self.classes.contains(&code) {
                            self.classes.push(code);
                        }
                    }
                }
            }
            _ if self.kind.decided == position => {
                self.decided = match period::read(value) {
                    Some(period) => period.last_day,
                    None => read_day(field, value)?,
                };
            }
            _ if self.kind.valid_until == Some(position) => {
                let until = read_day(field, value)?;
                self.valid_until = (!date::is_long_term(until)).then_some(until);
            }
            _ => {}
        }
        Ok(())
    }

    fn code(&self, position: usize, field: &str, value: &str) -> Result<String, BadInput> {
        let list = self.kind.fields.get(position).and_then(|field| field.codes.as_ref());
        let Some(list) = list else {
            return Ok(value.to_owned());
        };
        match list.read(value) {
            CodeMatch::Known(code) | CodeMatch::Other(code) | CodeMatch::OtherWithoutKind(code) => {
                Ok(code.id.clone())
            }
            CodeMatch::Unknown => {
                let known: Vec<&str> = list.labels().collect();
                Err(BadInput {
                    field: field.to_owned(),
                    message: format!("“{value}”不在可选范围内；可选：{}", known.join("、")),
                })
            }
        }
    }
}

fn read_day(field: &str, value: &str) -> Result<Date, BadInput> {
    date::read(value).map(|(day, _)| day).ok_or_else(|| BadInput {
        field: field.to_owned(),
        message: format!("“{value}”不是有效日期"),
    })
}
