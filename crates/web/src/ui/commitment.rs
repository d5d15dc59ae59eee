//! What the pages of the subjects, of the units and of the public show alike of commitments: words, clocks, stages, steps.

use jiff::civil::Date;
use xinyong_domain::law::Law;
use xinyong_domain::rules::commitment::Standing;
use xinyong_domain::workflow::commitment::Stage;
use xinyong_service::commitments::{Clocked, CommitmentCase, CommitmentLine, OpenMatter, StepView};

use super::proceeding::{StepRow, entered};
use super::view::{Chip, Fact};
use super::{reasons, words};

/// What is told, committed to and follows, line by line.
pub struct MatterText {
    /// What is told before.
    pub notice: Vec<String>,
    /// That nobody has to.
    pub choice: String,
    /// On what it rests.
    pub basis: String,
    /// What is committed to.
    pub content: Vec<String>,
    /// What follows where it is not kept.
    pub liability: Vec<String>,
}

/// The lines of a text.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect()
}

impl MatterText {
    /// The words of a matter.
    pub fn of(matter: &OpenMatter) -> Self {
        Self {
            notice: lines(&matter.notice),
            choice: matter.choice.clone(),
            basis: matter.basis.clone(),
            content: lines(&matter.content),
            liability: lines(&matter.liability),
        }
    }
}

/// Where it stands, with the colour that repeats it. Of what was found the register says how it stands now, also where a court changed it.
pub fn stage(line: &CommitmentLine) -> Chip {
    let found = [Stage::Fulfilled, Stage::Partial, Stage::Unfulfilled];
    if line.stage.is_found() {
        if line.taken_down.is_some() {
            return Chip::new("登记的信息已撤下", "neutral");
        }
        if line.state.is_empty() {
            return Chip::new("原认定已更正", "neutral");
        }
        let held = found.into_iter().find(|stage| stage.label() == line.state);
        return Chip::new(line.state.as_str(), held.map_or("neutral", tone));
    }
    if line.taken_down.is_some() && !line.stage.is_over() {
        return Chip::new("登记的信息已撤下，待结束", "warn");
    }
    Chip::new(line.stage.label(), tone(line.stage))
}

const fn tone(stage: Stage) -> &'static str {
    match stage {
        Stage::Fulfilled => "good",
        Stage::Partial => "warn",
        Stage::Unfulfilled => "bad",
        Stage::Declined | Stage::Withdrawn | Stage::Closed => "neutral",
        _ => "info",
    }
}

/// What stands above the text: the signature of a paper is on the scan.
pub fn text_title(line: &CommitmentLine) -> &'static str {
    if line.way == "online" { "签署的全文" } else { "事项文本（签署件见扫描件）" }
}

/// How something owed stands, in words.
pub fn left(today: Date, clock: &Clocked) -> Chip {
    match (clock.standing, clock.left) {
        (Standing::Unknown, _) => Chip::new(Standing::Unknown.label(), "neutral"),
        (Standing::InTime, _) => Chip::new(Standing::InTime.label(), "good"),
        (Standing::Late, _) => Chip::new(Standing::Late.label(), "warn"),
        (_, Some(left)) => words::left(today, clock.due.value.date, left),
        (other, None) => Chip::new(other.label(), "neutral"),
    }
}

/// The last day as it is shown: nothing that nobody can know.
pub fn day(clock: &Clocked) -> String {
    if clock.due.value.provisional {
        "次年工作日安排公布后确定".to_owned()
    } else {
        clock.due.value.date.to_string()
    }
}

/// The digest of the text that was published, and whether the one that was signed names it.
pub fn published(found: &CommitmentCase) -> Fact {
    let edition = &found.edition;
    let fact = Fact::new("公布文本的摘要（SM3）", edition.digest.as_str())
        .to(crate::portal::commitments::text_href(edition.matter));
    match edition.named {
        Some(true) => fact.noted("与承诺书中写明的一致"),
        Some(false) => fact.noted("与承诺书中写明的不一致，请与信用办联系"),
        None => fact.noted("承诺书作出时还没有写明摘要"),
    }
}

/// The clocks of a commitment with their reasons.
pub fn clocks(law: &Law, today: Date, line: &CommitmentLine) -> Vec<Fact> {
    [
        ("承诺归集的期限", &line.report),
        ("核查的期限", &line.verification),
        ("认定结果归集的期限", &line.finding),
    ]
    .into_iter()
    .filter_map(|(label, clock)| clock.as_ref().map(|clock| (label, clock)))
    .map(|(label, clock)| {
        let fact = Fact::new(label, day(clock)).noted(left(today, clock).text);
        if clock.due.value.provisional {
            fact
        } else {
            fact.because(reasons::due_why(law, label, &clock.due))
        }
    })
    .collect()
}

/// The steps, the oldest first. The subject is not told which person of a unit did something.
pub fn steps(found: &CommitmentCase, named: bool) -> Vec<StepRow> {
    let row = |step: &StepView| StepRow {
        label: step.label.clone(),
        on: step.on.to_string(),
        by: entered(step.at, &step.by.name, named),
        reason: step.reason.clone(),
        document: step.document.clone(),
        more: Vec::new(),
    };
    found.steps.iter().map(row).collect()
}
