//! An answer in the words of cases: the verdict, the rules that won, the steps that gave the day.

use caduceus_retention::{Answer, Day, End, Gap, HeldBy, Step, Verdict};

pub fn answer(answer: &Answer) -> String {
    let told = verdict(&answer.verdict);
    let won = &answer.explanation.won;
    match answer.verdict {
        Verdict::NotDue { .. } | Verdict::Due { .. } | Verdict::Never => {
            let by: Vec<String> = won.iter().map(|rule| reason(answer, rule)).collect();
            format!("{told} by {}", by.join(", "))
        }
        _ => told,
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::NotDue { kept_through } => format!("kept through {kept_through}"),
        Verdict::Due {
            kept_through,
            destroy_by: None,
        } => format!("due, kept through {kept_through}"),
        Verdict::Due {
            kept_through,
            destroy_by: Some(destroy_by),
        } => format!("due, kept through {kept_through}, destroy by {destroy_by}"),
        Verdict::Never => "never".into(),
        Verdict::Held { by, otherwise } => {
            format!(
                "held by {}; otherwise {}",
                holds(by),
                self::verdict(otherwise)
            )
        }
        Verdict::Unknown {
            missing,
            gaps,
            not_before,
        } => {
            let mut parts: Vec<String> = missing
                .iter()
                .map(|anchor| format!("no {anchor}"))
                .collect();
            parts.extend(gaps.iter().map(gap));
            parts.extend(not_before.map(|day| format!("not before {day}")));
            format!("unknown: {}", parts.join(", "))
        }
        Verdict::Conflict {
            destroy_by,
            kept_through,
            held_by,
        } => {
            let kept = kept_through.map_or("ever".into(), |day: Day| day.to_string());
            let held = match held_by.is_empty() {
                true => String::new(),
                false => format!(", held by {}", holds(held_by)),
            };
            format!("conflict: destroy by {destroy_by}, kept through {kept}{held}")
        }
    }
}

fn holds(by: &[HeldBy]) -> String {
    let told: Vec<String> = by
        .iter()
        .map(|by| {
            let why = by.why.word();
            let released = if by.is_released { ", released" } else { "" };
            format!("{} ({}{released})", by.hold, why)
        })
        .collect();
    told.join(" and ")
}

fn gap(gap: &Gap) -> String {
    match gap {
        Gap::State {
            jurisdiction,
            provider_type,
        } => format!("no rule of {jurisdiction} for {provider_type}"),
        Gap::Class(class) => format!("no rule for {class}"),
        Gap::Profile => "no profile".into(),
    }
}

/// The rule with the codes of the steps that end on its day.
fn reason(answer: &Answer, rule: &caduceus_retention::RuleRef) -> String {
    let reckoning = answer
        .explanation
        .rules
        .iter()
        .find(|reckoning| reckoning.rule == *rule)
        .expect("it was counted");
    let version = match rule.version {
        1 => String::new(),
        version => format!("/{version}"),
    };
    let codes: Vec<String> = reckoning
        .steps
        .iter()
        .filter(|step| is_reason(step, &reckoning.end))
        .map(|step| step.sentence().code)
        .collect();
    format!("{}{version} {}", rule.id, codes.join("+"))
}

fn is_reason(step: &Step, end: &End) -> bool {
    match (step, end) {
        (Step::Permanent | Step::NotBeforeCreation { .. } | Step::YearEnd { .. }, _) => true,
        (
            Step::Counted { day, .. }
            | Step::AfterDeath { day, .. }
            | Step::UntilAge { day, .. }
            | Step::AfterMajority { day, .. }
            | Step::MinorKept { day, .. }
            | Step::Capped { day, .. }
            | Step::Closed { day, .. },
            End::On(end),
        ) => day == end,
        _ => false,
    }
}
