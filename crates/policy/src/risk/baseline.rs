//! What is usual for one subject, and what it did in the last hour and day.
//!
//! Two halves: what was learnt, which stands still while an alert is open so that nobody teaches it
//! his theft; and what is going on, which never does. Invariant: at most [`BASELINE_OCTETS_MAX`] as
//! JSON, whatever was counted.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::ladder::Standing;
use super::season::{Season, Usual};
use super::signal::{DAILY, RARE, SEASONAL, SHARES, SIGNALS, Signal};
use super::step::{STEPS_AN_HOUR, Step};

pub const BASELINE_OCTETS_MAX: usize = 16 * 1024;
/// Hours learnt before anything but the caps is judged: two weeks.
pub const HOURS_LEARNT_MIN: u32 = 336;

const STEPS_A_DAY: i64 = 288;
const HOURS_A_WEEK: usize = 168;
/// Half-lives: usual rates and shares, and the shares of now.
const LONG_HALF_LIFE_HOURS: f64 = 14.0 * 24.0;
const SHORT_HALF_LIFE_STEPS: f64 = 36.0;
/// EWMA's weight of the newest hour.
const LAMBDA: f64 = 0.25;
/// One hour moves EWMA by no more than this, one day CUSUM.
const HOUR_DEVIATIONS_MAX: f64 = 6.0;
const DAY_DEVIATIONS_MAX: f64 = 4.0;
/// What several days add up to is no more than this: what is over must be forgotten in days.
const CUSUM_MAX: f64 = 10.0;
/// A day's deviations that are taken for chance.
pub(super) const SLACK: f64 = 1.0;

type Row = [u32; SIGNALS];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    learnt: Learnt,
    live: Live,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Learnt {
    hours: u32,
    /// By [`SEASONAL`]: totals of hours, and each hour's highest step.
    totals: [Season; SEASONAL.len()],
    peaks: [Season; SEASONAL.len()],
    days: [Season; DAILY.len()],
    /// What an hour, a step and a day of work come to, by the same; quiet ones left out.
    busy_hour: [f32; SEASONAL.len()],
    busy_step: [f32; SEASONAL.len()],
    busy_day: [f32; DAILY.len()],
    /// Events an hour, by [`RARE`], and messages an hour.
    rates: [f32; RARE.len()],
    messages: f32,
    shares: [Share; SHARES.len()],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) part: f32,
    pub(super) whole: f32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Live {
    /// The newest step taken.
    newest: i64,
    /// The steps of the last hour before the one to come, the oldest first.
    steps: Vec<Row>,
    /// The clock's hour and day, so far.
    hour: Row,
    peak: Row,
    day: Row,
    /// Deviations of the last whole hour and of the last step, by [`SEASONAL`].
    hour_before: [f32; SEASONAL.len()],
    step_before: [f32; SEASONAL.len()],
    ewma: [f32; SEASONAL.len()],
    cusum: [f32; DAILY.len()],
    shares: [Share; SHARES.len()],
}

impl Baseline {
    /// Of a subject that nothing is known of: its first step is still to come.
    pub fn new(first: &Step) -> Self {
        let seasons = || std::array::from_fn(|_| Season::new(HOURS_A_WEEK));
        Self {
            learnt: Learnt {
                hours: 0,
                totals: seasons(),
                peaks: seasons(),
                days: std::array::from_fn(|_| Season::new(7)),
                busy_hour: [0.0; _],
                busy_step: [0.0; _],
                busy_day: [0.0; _],
                rates: [0.0; _],
                messages: 0.0,
                shares: [Share::default(); _],
            },
            live: Live {
                newest: first.number() - 1,
                steps: Vec::new(),
                hour: [0; SIGNALS],
                peak: [0; SIGNALS],
                day: [0; SIGNALS],
                hour_before: [0.0; _],
                step_before: [0.0; _],
                ewma: [0.0; _],
                cusum: [0.0; _],
                shares: [Share::default(); _],
            },
        }
    }

    /// Takes a step that was judged. Steps left out since the newest were empty; an older one is not
    /// taken. While the subject is restricted nothing is learnt.
    pub fn take(&mut self, step: &Step, standing: &Standing) {
        self.catch_up(step, standing);
        if step.number() > self.live.newest {
            self.take_one(step.number(), &step.values(), standing);
        }
    }

    /// Takes the empty steps before this one. Call it before the step is judged: the hour and the day that
    /// end with it are the clock's.
    pub fn catch_up(&mut self, step: &Step, standing: &Standing) {
        // A subject silent for months has forgotten nothing but starts no loop of months.
        const CAUGHT_UP_MAX: i64 = 8 * 7 * STEPS_A_DAY;
        let from = (self.live.newest + 1).max(step.number() - CAUGHT_UP_MAX);
        for number in from..step.number() {
            self.take_one(number, &[0; SIGNALS], standing);
        }
    }

    /// A person released the subject: what went on until now is no reason any more. What was learnt stays.
    pub fn forgive(&mut self) {
        let live = &mut self.live;
        live.steps.clear();
        (live.hour, live.peak, live.day) = ([0; SIGNALS], [0; SIGNALS], [0; SIGNALS]);
        (live.hour_before, live.step_before) = ([0.0; _], [0.0; _]);
        (live.ewma, live.cusum) = ([0.0; _], [0.0; _]);
        live.shares = [Share::default(); _];
    }

    /// Whether enough was learnt to say what is usual.
    pub fn is_settled(&self) -> bool {
        self.learnt.hours >= HOURS_LEARNT_MIN
    }

    fn take_one(&mut self, number: i64, row: &Row, standing: &Standing) {
        for (i, signal) in SEASONAL.into_iter().enumerate() {
            let deviations = self.step_deviations(number, i, f64::from(row[signal as usize]));
            self.live.step_before[i] = deviations as f32;
        }
        let live = &mut self.live;
        live.newest = number;
        live.steps.push(*row);
        if live.steps.len() >= STEPS_AN_HOUR {
            live.steps.remove(0);
        }
        for (i, value) in row.iter().enumerate() {
            live.hour[i] = live.hour[i].saturating_add(*value);
            live.day[i] = live.day[i].saturating_add(*value);
            live.peak[i] = live.peak[i].max(*value);
        }
        for (share, (part, whole)) in live.shares.iter_mut().zip(SHARES) {
            share.fade(SHORT_HALF_LIFE_STEPS);
            share.add(row[part as usize], row[whole as usize]);
        }
        if (number + 1) % STEPS_AN_HOUR as i64 == 0 {
            self.end_hour(number.div_euclid(STEPS_AN_HOUR as i64), standing);
        }
        if (number + 1) % STEPS_A_DAY == 0 {
            self.end_day(number.div_euclid(STEPS_A_DAY), standing);
        }
    }

    fn end_hour(&mut self, hour: i64, standing: &Standing) {
        let ended = Timestamp::from_secs((hour + 1) * 3_600);
        for (i, signal) in SEASONAL.into_iter().enumerate() {
            let total = f64::from(self.live.hour[signal as usize]);
            let deviations = self.hour_deviations(hour, i, total);
            self.live.hour_before[i] = deviations as f32;
            let clipped = deviations.clamp(-2.0, HOUR_DEVIATIONS_MAX);
            let before = f64::from(self.live.ewma[i]);
            let after = LAMBDA * clipped + (1.0 - LAMBDA) * before;
            // What somebody expected is no drift either.
            let counts = self.is_settled() && !standing.expects(signal, ended);
            self.live.ewma[i] = if counts { after as f32 } else { 0.0 };
        }
        if !standing.is_restricted() {
            self.learnt.hour(hour, &self.live);
        }
        self.live.hour = [0; SIGNALS];
        self.live.peak = [0; SIGNALS];
    }

    fn end_day(&mut self, day: i64, standing: &Standing) {
        let ended = Timestamp::from_secs((day + 1) * 86_400);
        for (i, signal) in DAILY.into_iter().enumerate() {
            let total = f64::from(self.live.day[signal as usize]);
            let after = self.cusum_with(day, i, total).clamp(0.0, CUSUM_MAX);
            let counts = self.is_settled() && !standing.expects(signal, ended);
            self.live.cusum[i] = if counts { after as f32 } else { 0.0 };
        }
        if !standing.is_restricted() {
            self.learnt.day(day, &self.live.day);
        }
        self.live.day = [0; SIGNALS];
    }

    /// The last hour with this step as its end.
    pub(super) fn hour_with(&self, row: &Row) -> Row {
        let mut hour = *row;
        for earlier in &self.live.steps {
            for (sum, more) in hour.iter_mut().zip(earlier) {
                *sum = sum.saturating_add(*more);
            }
        }
        hour
    }

    /// The clock's day so far, in UTC.
    pub(super) fn day_with(&self, row: &Row) -> Row {
        std::array::from_fn(|i| self.live.day[i].saturating_add(row[i]))
    }

    pub(super) fn hour_usual(&self, hour: i64, i: usize) -> Usual {
        floored(
            self.learnt.totals[i].usual(hour, 1),
            self.learnt.busy_hour[i],
        )
    }

    pub(super) fn step_usual(&self, hour: i64, i: usize) -> Usual {
        floored(
            self.learnt.peaks[i].usual(hour, 1),
            self.learnt.busy_step[i],
        )
    }

    fn hour_deviations(&self, hour: i64, i: usize, total: f64) -> f64 {
        self.hour_usual(hour, i).deviations(total)
    }

    fn step_deviations(&self, number: i64, i: usize, value: f64) -> f64 {
        // Most steps of most subjects are empty.
        if value == 0.0 {
            return 0.0;
        }
        let hour = number.div_euclid(STEPS_AN_HOUR as i64);
        self.step_usual(hour, i).deviations(value)
    }

    /// Deviations of the whole hour, and of the step, before the one to be judged.
    pub(super) fn before(&self, i: usize) -> (f64, f64) {
        (
            f64::from(self.live.hour_before[i]),
            f64::from(self.live.step_before[i]),
        )
    }

    pub(super) fn drift(&self, i: usize) -> f64 {
        f64::from(self.live.ewma[i])
    }

    pub(super) fn day_usual(&self, day: i64, i: usize) -> Usual {
        floored(self.learnt.days[i].usual(day, 0), self.learnt.busy_day[i])
    }

    /// CUSUM if the day ended with this total.
    pub(super) fn cusum_with(&self, day: i64, i: usize, total: f64) -> f64 {
        let deviations = self.day_usual(day, i).deviations(total);
        f64::from(self.live.cusum[i]) + deviations.min(DAY_DEVIATIONS_MAX) - SLACK
    }

    pub(super) fn busy_hour(&self, i: usize) -> f64 {
        f64::from(self.learnt.busy_hour[i])
    }

    /// Events in an hour with so many messages: what is rare comes with what is sent.
    pub(super) fn rare_usual(&self, i: usize, messages: f64) -> f64 {
        let rate = f64::from(self.learnt.rates[i]);
        let a_message = rate / f64::from(self.learnt.messages).max(f64::MIN_POSITIVE);
        rate.max(a_message.min(1.0) * messages)
    }

    /// The share of now with this step, and the usual one.
    pub(super) fn share_with(&self, i: usize, row: &Row) -> (Share, Share) {
        let (part, whole) = SHARES[i];
        let mut now = self.live.shares[i];
        now.add(row[part as usize], row[whole as usize]);
        (now, self.learnt.shares[i])
    }
}

impl Learnt {
    fn hour(&mut self, hour: i64, live: &Live) {
        self.hours = self.hours.saturating_add(1);
        for (i, signal) in SEASONAL.into_iter().enumerate() {
            let (total, peak) = (live.hour[signal as usize], live.peak[signal as usize]);
            self.totals[i].learn(hour, total);
            self.peaks[i].learn(hour, peak);
            approach(&mut self.busy_hour[i], total, 0.02);
            approach(&mut self.busy_step[i], peak, 0.02);
        }
        let keep = 0.5_f64.powf(1.0 / LONG_HALF_LIFE_HOURS) as f32;
        let fade = |rate: &mut f32, signal: Signal| {
            *rate = *rate * keep + live.hour[signal as usize] as f32 * (1.0 - keep);
        };
        for (rate, signal) in self.rates.iter_mut().zip(RARE) {
            fade(rate, signal);
        }
        fade(&mut self.messages, Signal::Messages);
        for (share, (part, whole)) in self.shares.iter_mut().zip(SHARES) {
            share.fade(LONG_HALF_LIFE_HOURS);
            share.add(live.hour[part as usize], live.hour[whole as usize]);
        }
    }

    fn day(&mut self, day: i64, totals: &Row) {
        for (i, signal) in DAILY.into_iter().enumerate() {
            let total = totals[signal as usize];
            self.days[i].learn(day, total);
            approach(&mut self.busy_day[i], total, 0.1);
        }
    }
}

impl Share {
    fn fade(&mut self, half_life: f64) {
        let keep = 0.5_f64.powf(1.0 / half_life) as f32;
        self.part *= keep;
        self.whole *= keep;
    }

    fn add(&mut self, part: u32, whole: u32) {
        // Some parts are counted more often than their wholes are told apart.
        self.part += part.min(whole) as f32;
        self.whole += whole as f32;
    }
}

/// Towards a value that is not zero; the first counts whole.
fn approach(mean: &mut f32, value: u32, weight: f32) {
    if value > 0 {
        let value = value as f32;
        *mean = if *mean > 0.0 {
            *mean + weight * (value - *mean)
        } else {
            value
        };
    }
}

/// No count strays less than chance would have it, nor less than a fifth of itself, nor than a quarter
/// of what the subject does when it is busy.
fn floored(usual: Usual, busy: f32) -> Usual {
    let spread = usual
        .spread
        .max(usual.median.max(1.0).sqrt())
        .max(0.2 * usual.median)
        .max(0.25 * f64::from(busy));
    Usual { spread, ..usual }
}

impl Usual {
    pub(super) fn deviations(&self, value: f64) -> f64 {
        (value - self.median) / self.spread.max(1.0)
    }
}
