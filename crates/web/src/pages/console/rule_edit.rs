//! The editor: a text of rules, why it was written, its faults each at its line, and everything that rules can
//! ask for and do.
//!
//! What is saved is a draft; nothing decides by it until it was tried and made active.

use axum::http::StatusCode;
use axum::response::Response;
use flow::rules::{RULES_OCTETS_MAX, RuleError, STARTER, Saved, Term};
use model::{Code, Result, limits};
use serde::Serialize;

use crate::door::answer::{desk_page, redirect};
use crate::door::asked::Asked;
use crate::door::run;
use crate::door::staff::desk;
use crate::face::Fault;
use crate::pages::{Page, Place, Sample, Voice};

#[derive(Clone, Debug, Serialize)]
pub struct RuleEdit {
    pub text: String,
    pub reason: String,
    pub reason_max: usize,
    pub text_max: usize,
    /// What is wrong with the text, in the order of its lines.
    pub lines: Vec<LineFault>,
    pub conditions: Vec<Listed>,
    pub effects: Vec<Listed>,
    pub faults: Vec<Fault>,
}

/// What is wrong with one line.
#[derive(Clone, Debug, Serialize)]
pub struct LineFault {
    /// From 1; 0 for the text as a whole.
    pub line: u32,
    /// The line as it was typed.
    pub text: String,
    /// The rule's id where it has one.
    pub rule: String,
    /// A key below `rule_fault`.
    pub key: &'static str,
}

/// A condition or an effect of the listing.
#[derive(Clone, Debug, Serialize)]
pub struct Listed {
    /// A key below `rule_fact` or `rule_effect`.
    pub key: String,
    pub word: &'static str,
    pub example: &'static str,
    pub words: &'static [&'static str],
}

/// Faults shown at once; mending some lets the others be seen.
const FAULTS_MAX: usize = 50;
/// Of a faulty line, as much as is needed to know it again.
const LINE_CHARS_MAX: usize = 160;

/// GET `/console/rules/new?from=`: a version's number, `starter`, or anything else for an empty text.
pub async fn show(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    if !desk.edits_rules() {
        return Err(Code::ActionForbidden.into());
    }
    let from = asked.query("from").to_owned();
    let text = match from.parse::<u32>() {
        Ok(version) => {
            let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
            run(move || flow.rule_version(&ctx, version)).await?.text
        }
        Err(_) if from == "starter" => STARTER.to_owned(),
        Err(_) => String::new(),
    };
    desk_page(
        &asked,
        &desk,
        StatusCode::OK,
        &RuleEdit::new(text, String::new()),
    )
}

/// POST `/console/rules/new`
pub async fn submit(asked: Asked) -> Result<Response> {
    let desk = desk(&asked).await?;
    // Browsers send line ends as CRLF.
    let text = asked.field("text").replace("\r\n", "\n");
    let reason = asked.field("reason").to_owned();
    let (flow, ctx) = (asked.state().flow.clone(), desk.ctx()?.clone());
    let given = (text.clone(), reason.clone());
    let saved = run(move || flow.save_rules(&ctx, &given.0, &given.1)).await;
    let mut page = RuleEdit::new(text, reason);
    match saved {
        Ok(Saved::Version(version)) => {
            return Ok(redirect(&format!("/console/rules/{version}?done=saved")));
        }
        Ok(Saved::Faulty(errors)) => page.tell(&errors),
        Err(error) => page.faults.push(match error.code() {
            Code::FieldMissing => Fault::new("reason", "rules_reason_missing"),
            Code::FieldInvalid => Fault::new("reason", "reason_long"),
            _ => return Err(error),
        }),
    }
    desk_page(&asked, &desk, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

impl RuleEdit {
    fn new(text: String, reason: String) -> Self {
        Self {
            text,
            reason,
            reason_max: limits::REASON_CHARS_MAX,
            text_max: RULES_OCTETS_MAX,
            lines: Vec::new(),
            conditions: Term::facts().map(Listed::of).collect(),
            effects: Term::effects().map(Listed::of).collect(),
            faults: Vec::new(),
        }
    }

    fn tell(&mut self, errors: &[RuleError]) {
        self.faults.push(Fault::new("text", "rules_faulty"));
        let lines: Vec<&str> = self.text.lines().collect();
        let shown = errors.iter().take(FAULTS_MAX).map(|error| {
            let place = usize::try_from(error.line).unwrap_or_default();
            let line = place.checked_sub(1).and_then(|place| lines.get(place));
            LineFault {
                line: error.line,
                text: line
                    .map(|line| line.chars().take(LINE_CHARS_MAX).collect())
                    .unwrap_or_default(),
                rule: error.rule.clone(),
                key: error.code.word(),
            }
        });
        self.lines = shown.collect();
    }
}

impl Listed {
    fn of(term: Term) -> Self {
        Self {
            key: term.word.replace([' ', '-'], "_"),
            word: term.word,
            example: term.example,
            words: term.words,
        }
    }
}

impl Page for RuleEdit {
    const TEMPLATE: &'static str = "pages/console/rule_edit.html";
    const VOICE: Voice = Voice::Staff;
    const PLACE: Place = Place::Rules;

    fn samples() -> Vec<Sample<Self>> {
        samples::all()
    }
}

mod samples;
