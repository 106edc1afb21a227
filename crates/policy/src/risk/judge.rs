//! One step against caps and baseline: a risk, and the reasons for it.
//!
//! Scores share one scale: 6 is an alert, 12 one that stands alone. The risk is that of the highest
//! reason and half of the highest of each other family: signals of one family rise together, and ten
//! views of one thing are no better proof of it. Invariant: under one baseline each reason's score
//! grows with its signal; time and chance play no part.

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, SLACK};
use super::caps::Caps;
use super::ladder::Standing;
use super::season::Usual;
use super::signal::{DAILY, Family, RARE, SEASONAL, SHARES, SIGNALS, Signal, Statistic};
use super::statistics::{tail, wilson};
use super::step::{STEPS_AN_HOUR, Step};

/// Deviations that alert when they stand twice running, and at once (phi.md §9).
const TWICE: f64 = 6.0;
const ONCE: f64 = 12.0;
/// `-log10 p` that alerts.
const TAIL_ALERT: f64 = 6.0;
/// One statistic alone says no more than this.
const SCORE_MAX: f64 = 18.0;
/// A new network or program may be a journey, and anybody can try passwords at an address: alone it slows and
/// never holds; with any other alert it is more than that.
const IDENTITY_SCORE_MAX: f64 = 10.0;
/// Beyond this many times a cap nothing else has to be said.
const CAP_CRITICAL: f64 = 3.0;
/// Hours below this are quiet: counts there are judged by their tail.
const QUIET: f64 = 1.0;
/// Mail comes in bursts; the shape of the negative binomial that allows for them.
const BURSTS: f64 = 0.5;
/// An average of hours that alerts: an hour alone reaches 1.5.
const DRIFT_ALERT: f64 = 3.0;
/// CUSUM that alerts: two days far off, or a week a little.
const SLOW_ALERT: f64 = 5.0;
/// Wilson: fewer than these say nothing of a share; deviations of the present and of the usual share;
/// and how far above the usual a share must be.
const SHARE_MIN: f64 = 50.0;
const SHARE_NOW_Z: f64 = 4.75;
const SHARE_USUAL_Z: f64 = 1.96;
const SHARE_TIMES: f64 = 1.25;
const SHARE_MORE: f64 = 0.05;

const HIGH_FROM: f64 = 12.0;
const CRITICAL_FROM: f64 = 20.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    Normal,
    Raised,
    High,
    Critical,
}

impl Risk {
    /// A fact of policy: `context.risk`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Raised => "raised",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    fn of(score: f64) -> Self {
        match score {
            score if score >= CRITICAL_FROM => Self::Critical,
            score if score >= HIGH_FROM => Self::High,
            score if score >= TWICE => Self::Raised,
            _ => Self::Normal,
        }
    }
}

/// Words and numbers, for the decision's record and for whoever reviews it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    pub signal: Signal,
    pub statistic: Statistic,
    pub observed: f64,
    pub expected: f64,
    pub score: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    pub risk: Risk,
    pub score: f64,
    /// The highest first.
    pub reasons: Vec<Reason>,
}

/// Judges a step before [`Baseline::take`] takes it; a step under way may be judged as often as it
/// grows. Signals that a person expects are passed over, except by caps.
pub fn judge(step: &Step, baseline: &Baseline, caps: &Caps, standing: &Standing) -> Judgement {
    let seen = Seen {
        number: step.number(),
        now: step.values(),
        baseline,
    };
    let mut reasons = seen.over_caps(caps);
    if baseline.is_settled() {
        let mut learnt = seen.seasonal();
        learnt.extend(seen.rare());
        learnt.extend(seen.shares());
        learnt.extend(seen.slow());
        learnt.retain(|reason| !standing.expects(reason.signal, step.starts_at()));
        reasons.extend(learnt);
    }
    reasons.sort_by(|a, b| b.score.total_cmp(&a.score));
    let score = sum(&reasons);
    Judgement {
        risk: Risk::of(score),
        score,
        reasons,
    }
}

/// Of reasons, the highest first.
fn sum(reasons: &[Reason]) -> f64 {
    let mut families = Vec::new();
    let mut score = 0.0;
    for reason in reasons {
        let family = reason.signal.family();
        if families.contains(&family) {
            continue;
        }
        score += if families.is_empty() {
            reason.score
        } else {
            reason.score / 2.0
        };
        families.push(family);
    }
    score
}

struct Seen<'a> {
    number: i64,
    now: [u32; SIGNALS],
    baseline: &'a Baseline,
}

impl Seen<'_> {
    fn hour_number(&self) -> i64 {
        self.number.div_euclid(STEPS_AN_HOUR as i64)
    }

    fn over_caps(&self, caps: &Caps) -> Vec<Reason> {
        let hour = self.baseline.hour_with(&self.now);
        let day = self.baseline.day_with(&self.now);
        let over = |signal: Signal, observed: u32, cap: Option<u32>| {
            let cap = f64::from(cap?);
            let observed = f64::from(observed);
            let times = observed / cap.max(1.0);
            let score = match signal.family() {
                Family::Identity => IDENTITY_SCORE_MAX,
                _ if times >= CAP_CRITICAL => CRITICAL_FROM,
                _ => HIGH_FROM,
            };
            (observed > cap).then_some(Reason {
                signal,
                statistic: Statistic::Cap,
                observed,
                expected: cap,
                score,
            })
        };
        let of = |cap: &super::Cap| {
            let at = cap.signal as usize;
            let hour = over(cap.signal, hour[at], cap.hour);
            highest(hour, over(cap.signal, day[at], cap.day))
        };
        caps.0.iter().filter_map(of).collect()
    }

    fn seasonal(&self) -> Vec<Reason> {
        let hour = self.baseline.hour_with(&self.now);
        let of = |(i, signal): (usize, Signal)| {
            let (now, hour) = (
                f64::from(self.now[signal as usize]),
                f64::from(hour[signal as usize]),
            );
            // What happened before is judged already; a step without any cannot be the reason.
            if now == 0.0 {
                return None;
            }
            let number = self.hour_number();
            let usual_hour = self.baseline.hour_usual(number, i);
            let usual_step = self.baseline.step_usual(number, i);
            let (hour_before, step_before) = self.baseline.before(i);
            let found = highest(
                deviation(signal, hour, usual_hour, hour_before),
                deviation(signal, now, usual_step, step_before),
            );
            let found = highest(found, self.quiet(i, signal, hour, usual_hour));
            highest(found, self.drift(i, signal, hour))
        };
        SEASONAL.into_iter().enumerate().filter_map(of).collect()
    }

    /// Counts in an hour that is usually empty. Size is left out: one letter's is no count.
    fn quiet(&self, i: usize, signal: Signal, hour: f64, usual: Usual) -> Option<Reason> {
        if usual.median >= QUIET || signal == Signal::Kibibytes {
            return None;
        }
        // Whoever is busy at other hours may work late once.
        let mean = usual.mean + (0.05 * self.baseline.busy_hour(i)).clamp(0.01, 0.25);
        let surprise = tail(hour, mean, Some(BURSTS));
        (surprise >= TAIL_ALERT).then_some(Reason {
            signal,
            statistic: Statistic::Tail,
            observed: hour,
            expected: mean,
            score: surprise.min(SCORE_MAX),
        })
    }

    fn drift(&self, i: usize, signal: Signal, hour: f64) -> Option<Reason> {
        let drift = self.baseline.drift(i);
        let expected = self.baseline.hour_usual(self.hour_number(), i).median;
        (drift > DRIFT_ALERT && hour > expected).then(|| Reason {
            signal,
            statistic: Statistic::Drift,
            observed: hour,
            expected,
            score: (TWICE + 2.0 * (drift - DRIFT_ALERT)).min(SCORE_MAX),
        })
    }

    fn rare(&self) -> Vec<Reason> {
        let hour = self.baseline.hour_with(&self.now);
        let of = |(i, signal): (usize, Signal)| {
            let observed = f64::from(hour[signal as usize]);
            let messages = f64::from(hour[Signal::Messages as usize]);
            let expected = self.baseline.rare_usual(i, messages).max(0.01);
            let surprise = tail(observed, expected, None);
            let most = match signal.family() {
                Family::Identity => IDENTITY_SCORE_MAX,
                _ => SCORE_MAX,
            };
            let counts = self.now[signal as usize] > 0 && surprise >= TAIL_ALERT;
            counts.then_some(Reason {
                signal,
                statistic: Statistic::Tail,
                observed,
                expected,
                score: surprise.min(most),
            })
        };
        RARE.into_iter().enumerate().filter_map(of).collect()
    }

    fn shares(&self) -> Vec<Reason> {
        let of = |(i, (signal, _)): (usize, (Signal, Signal))| {
            let (now, usual) = self.baseline.share_with(i, &self.now);
            let (part, whole) = (f64::from(now.part), f64::from(now.whole));
            if whole < SHARE_MIN || self.now[signal as usize] == 0 {
                return None;
            }
            let (least, _) = wilson(part, whole, SHARE_NOW_Z);
            let (_, most) = wilson(f64::from(usual.part), f64::from(usual.whole), SHARE_USUAL_Z);
            let excess = least - (most * SHARE_TIMES + SHARE_MORE);
            (excess > 0.0).then_some(Reason {
                signal,
                statistic: Statistic::Share,
                observed: part / whole,
                expected: most,
                score: (TWICE + 12.0 * excess).min(ONCE),
            })
        };
        SHARES.into_iter().enumerate().filter_map(of).collect()
    }

    fn slow(&self) -> Vec<Reason> {
        let day = self.baseline.day_with(&self.now);
        let number = self.hour_number().div_euclid(24);
        let of = |(i, signal): (usize, Signal)| {
            let observed = f64::from(day[signal as usize]);
            let usual = self.baseline.day_usual(number, i);
            // A day that is not over counts once it is more than chance by itself.
            let counts = self.now[signal as usize] > 0 && usual.deviations(observed) > SLACK;
            let sum = self.baseline.cusum_with(number, i, observed);
            (counts && sum > SLOW_ALERT).then(|| Reason {
                signal,
                statistic: Statistic::Slow,
                observed,
                expected: usual.median,
                score: (TWICE + sum - SLOW_ALERT).min(SCORE_MAX),
            })
        };
        DAILY.into_iter().enumerate().filter_map(of).collect()
    }
}

/// Far off at once, or off now and just before.
fn deviation(signal: Signal, observed: f64, usual: Usual, before: f64) -> Option<Reason> {
    let deviations = usual.deviations(observed);
    let alerts = deviations > ONCE || (deviations > TWICE && before > TWICE);
    alerts.then_some(Reason {
        signal,
        statistic: Statistic::Season,
        observed,
        expected: usual.median,
        score: deviations.min(SCORE_MAX),
    })
}

fn highest(a: Option<Reason>, b: Option<Reason>) -> Option<Reason> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.score > a.score { b } else { a }),
        (a, b) => a.or(b),
    }
}
