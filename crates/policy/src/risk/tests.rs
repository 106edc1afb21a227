use model::Timestamp;
use proptest::prelude::*;

use super::*;

fn minute(minutes: i64) -> Timestamp {
    // 2026-01-05 was a Monday.
    Timestamp::from_secs(1_767_571_200 + minutes * 60)
}

/// A token as a keyed hash would make it: every number its own, spread evenly.
fn token(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[test]
fn a_sketch_counts_within_its_error_and_survives_storage() {
    for (things, error) in [
        (0, 0.0),
        (1, 0.01),
        (100, 0.03),
        (5_000, 0.06),
        (200_000, 0.06),
    ] {
        let mut sketch = Sketch::default();
        for n in 0..things {
            sketch.add(token(n));
            sketch.add(token(n));
        }
        let off = (sketch.estimate() - things as f64).abs();
        assert!(
            off <= error * things as f64,
            "{things}: {}",
            sketch.estimate()
        );
        let stored = serde_json::to_string(&sketch).expect("JSON");
        assert!(stored.len() <= 4 * 1_024 + 2);
        let back: Sketch = serde_json::from_str(&stored).expect("a sketch");
        assert!(back == sketch);
    }
    assert!(serde_json::from_str::<Sketch>("\"AAAA\"").is_err());
    assert!(serde_json::from_str::<Sketch>("\"?\"").is_err());
}

#[test]
fn what_two_nodes_counted_is_joined_once() {
    let (mut one, mut other) = (Step::at(minute(0)), Step::at(minute(4)));
    for n in 0..60 {
        one.counts_mut().recipients.add(token(n));
        other.counts_mut().recipients.add(token(n + 30));
    }
    one.counts_mut().messages = 60;
    other.counts_mut().messages = u32::MAX;
    one.merge(&other);
    assert_eq!(one.counts().messages, u32::MAX);
    assert!((88..=92).contains(&one.counts().recipients.count()));
    let later = Step::at(minute(5));
    let before = one.clone();
    one.merge(&later);
    assert_eq!(one, before);
}

/// Ten messages to five patients each hour of each weekday, for four weeks.
fn practised() -> (Baseline, i64) {
    let standing = Standing::new(minute(0));
    let mut baseline = Baseline::new(&Step::at(minute(0)));
    let steps = 4 * 7 * 288;
    for n in 0..steps {
        let mut step = Step::at(minute(n * 5));
        let (day, hour) = (n / 288 % 7, n / 12 % 24);
        if day < 5 && (14..23).contains(&hour) && n % 2 == 0 {
            sent(&mut step, 2, u64::try_from(n % 40).unwrap_or(0));
        }
        baseline.take(&step, &standing);
    }
    (baseline, steps * 5)
}

fn sent(step: &mut Step, messages: u64, first: u64) {
    let counts = step.counts_mut();
    for n in first..first + messages {
        counts.messages += 1;
        counts.octets += 20_000;
        counts.phi_labelled += 1;
        counts.recipients.add(token(n));
        counts.domains.add(token(n % 7));
        counts.patients.add(token(n));
    }
}

fn judged(step: &Step, baseline: &Baseline) -> Judgement {
    let standing = Standing::new(minute(0));
    judge(step, baseline, &Caps::of_a_person(), &standing)
}

#[test]
fn a_new_subject_is_judged_by_its_caps_alone() {
    let mut step = Step::at(minute(0));
    sent(&mut step, 100, 0);
    let baseline = Baseline::new(&step);
    assert_eq!(judged(&step, &baseline).risk, Risk::Normal);
    sent(&mut step, 101, 100);
    let judgement = judged(&step, &baseline);
    assert_eq!(judgement.reasons[0].statistic, Statistic::Cap);
    assert!(judgement.risk >= Risk::High);
}

/// A key that is stolen on its first day: the messages may be many, the patients may not.
#[test]
fn new_software_is_limited_by_patients_and_not_by_messages() {
    let standing = Standing::new(minute(0));
    let mut step = Step::at(minute(0));
    step.counts_mut().messages = 50_000;
    let baseline = Baseline::new(&step);
    let new = Caps::of_new_software();
    assert_eq!(judge(&step, &baseline, &new, &standing).risk, Risk::Normal);
    sent(&mut step, 2_200, 0);
    let judgement = judge(&step, &baseline, &new, &standing);
    assert_eq!(judgement.reasons[0].signal, Signal::Patients);
    assert!(judgement.risk >= Risk::High);
    let known = judge(&step, &baseline, &Caps::of_software(), &standing);
    assert_eq!(
        known.risk,
        Risk::Normal,
        "what is usual for it says what is too much"
    );
}

/// Whoever knows an address can try passwords at it: that slows its owner at most, however often.
#[test]
fn wrong_passwords_alone_hold_nobodys_mail() {
    let (baseline, now) = practised();
    for times in [3, 30, 300, 30_000] {
        let mut step = Step::at(minute(now + 15 * 60));
        sent(&mut step, 2, 0);
        step.counts_mut().failed_sign_ins = times;
        let judgement = judged(&step, &baseline);
        assert!(judgement.risk <= Risk::Raised, "{times}: {judgement:?}");
        let fresh = judged(&step, &Baseline::new(&step));
        assert!(fresh.risk <= Risk::Raised, "{times}: {fresh:?}");
    }
    let mut step = Step::at(minute(now + 3 * 60));
    sent(&mut step, 60, 1_000);
    let without = judged(&step, &baseline).score;
    step.counts_mut().failed_sign_ins = 30;
    assert!(
        judged(&step, &baseline).score > without,
        "with unusual mail they weigh"
    );
}

/// A person released it: what was counted until then is no reason any more.
#[test]
fn after_a_release_counting_begins_anew() {
    let standing = Standing::new(minute(0));
    let mut flood = Step::at(minute(9 * 60));
    sent(&mut flood, 190, 0);
    let mut baseline = Baseline::new(&flood);
    baseline.take(&flood, &standing);
    let mut next = Step::at(minute(9 * 60 + 5));
    sent(&mut next, 20, 300);
    assert!(judged(&next, &baseline).risk >= Risk::High);
    baseline.forgive();
    assert_eq!(judged(&next, &baseline).risk, Risk::Normal);
}

/// Two hours of work with a night between them are not one hour of twice as much.
#[test]
fn silence_between_two_steps_counts_as_silence() {
    let standing = Standing::new(minute(0));
    let mut morning = Step::at(minute(9 * 60));
    sent(&mut morning, 100, 0);
    let mut baseline = Baseline::new(&morning);
    baseline.take(&morning, &standing);
    let mut evening = Step::at(minute(17 * 60));
    sent(&mut evening, 100, 200);
    baseline.catch_up(&evening, &standing);
    assert_eq!(
        judged(&evening, &baseline).risk,
        Risk::Normal,
        "an hour of each"
    );
    let mut soon = Step::at(minute(17 * 60 + 30));
    sent(&mut soon, 60, 400);
    baseline.take(&evening, &standing);
    baseline.catch_up(&soon, &standing);
    assert!(
        judged(&soon, &baseline).risk >= Risk::High,
        "160 patients within the hour"
    );
}

#[test]
fn usual_work_is_normal_and_a_flood_names_what_was_expected() {
    let (baseline, now) = practised();
    let mut step = Step::at(minute(now + 15 * 60));
    sent(&mut step, 2, 0);
    assert_eq!(judged(&step, &baseline).risk, Risk::Normal);
    let mut night = Step::at(minute(now + 3 * 60));
    sent(&mut night, 60, 1_000);
    let judgement = judged(&night, &baseline);
    assert!(judgement.risk >= Risk::High, "{judgement:?}");
    let messages = judgement
        .reasons
        .iter()
        .find(|r| r.signal == Signal::Messages);
    let messages = messages.expect("the messages are a reason");
    assert_eq!(messages.observed, 60.0);
    assert!(messages.expected < 2.0);
}

#[test]
fn a_new_network_alone_slows_and_with_unusual_volume_holds() {
    let (baseline, now) = practised();
    let mut abroad = Step::at(minute(now + 15 * 60));
    sent(&mut abroad, 3, 0);
    abroad.counts_mut().new_network = 3;
    assert_eq!(judged(&abroad, &baseline).risk, Risk::Raised);
    let mut night = Step::at(minute(now + 3 * 60));
    sent(&mut night, 20, 0);
    night.counts_mut().new_network = 20;
    assert!(judged(&night, &baseline).risk >= Risk::High);
}

#[test]
fn a_baseline_is_small_and_the_same_after_storage() {
    let (mut baseline, now) = practised();
    let mut step = Step::at(minute(now));
    let counts = step.counts_mut();
    counts.messages = u32::MAX;
    counts.octets = u64::MAX;
    counts.failed_sign_ins = u32::MAX;
    let standing = Standing::new(minute(now));
    for n in 0..15 {
        let mut more = step.clone();
        more.merge(&step);
        let at = Step::at(minute(now + n * 5));
        let mut full = serde_json::to_value(&more).expect("JSON");
        full["number"] = serde_json::to_value(&at).expect("JSON")["number"].clone();
        let full: Step = serde_json::from_value(full).expect("a step");
        baseline.take(&full, &standing);
    }
    let stored = serde_json::to_string(&baseline).expect("JSON");
    assert!(stored.len() <= BASELINE_OCTETS_MAX, "{}", stored.len());
    let back: Baseline = serde_json::from_str(&stored).expect("a baseline");
    assert_eq!(serde_json::to_string(&back).expect("JSON"), stored);
}

#[test]
fn nothing_is_learnt_while_an_alert_is_open() {
    let (baseline, now) = practised();
    let open = Standing::new(minute(now)).confirmed(Rung::Hold, minute(now));
    let learnt =
        |baseline: &Baseline| serde_json::to_value(baseline).expect("JSON")["learnt"].clone();
    let (mut frozen, mut learning) = (baseline.clone(), baseline.clone());
    for n in 0..576 {
        let mut step = Step::at(minute(now + n * 5));
        sent(&mut step, 30, 0);
        frozen.take(&step, &open);
        learning.take(&step, &Standing::new(minute(now)));
    }
    assert_eq!(learnt(&frozen), learnt(&baseline));
    assert_ne!(learnt(&learning), learnt(&baseline));
}

fn of(risk: Risk) -> Judgement {
    Judgement {
        risk,
        score: 0.0,
        reasons: Vec::new(),
    }
}

/// Minutes, what was judged, and the rung that follows.
#[test]
fn the_ladder_climbs_by_risk_and_comes_down_by_itself() {
    let script = [
        (0, Risk::Normal, Rung::Observe),
        (5, Risk::Raised, Rung::Slow),
        (60, Risk::Normal, Rung::Slow),
        (66, Risk::Normal, Rung::Observe),
        (70, Risk::High, Rung::Hold),
        (75, Risk::Raised, Rung::Hold),
        (80, Risk::Critical, Rung::KnownOnly),
        (85, Risk::Critical, Rung::KnownOnly),
        (95, Risk::Critical, Rung::NoPhi),
        (110, Risk::Critical, Rung::Suspend),
        // four hours later it is on hold again, and only a person could restrict it further
        (350, Risk::Critical, Rung::Hold),
        (360, Risk::Critical, Rung::Hold),
        (360 + 24 * 60 + 1, Risk::Normal, Rung::Observe),
        (360 + 24 * 60 + 5, Risk::Critical, Rung::KnownOnly),
    ];
    let mut standing = Standing::new(minute(0));
    for (at, risk, expected) in script {
        standing = ladder(&standing, &of(risk), minute(at));
        assert_eq!(standing.rung(), expected, "minute {at}");
    }
}

#[test]
fn what_a_person_confirmed_stays_until_a_person_releases_it() {
    let held = ladder(&Standing::new(minute(0)), &of(Risk::Critical), minute(0));
    let confirmed = held.confirmed(Rung::NoPhi, minute(1));
    let later = ladder(&confirmed, &of(Risk::Normal), minute(100_000));
    assert_eq!(later.rung(), Rung::NoPhi);
    assert_eq!(later.until(), None);
    let released = later.released(minute(100_001), &[], minute(100_001));
    assert_eq!(released.rung(), Rung::Observe);
    let told = change(&later, &released, None).expect("a change");
    assert_eq!((told.from, told.to), (Rung::NoPhi, Rung::Observe));
    assert!(change(&released, &released, None).is_none());
}

#[test]
fn an_announced_campaign_is_passed_over_but_not_by_its_caps() {
    let (baseline, now) = practised();
    let volume = [Signal::Messages];
    let standing = Standing::new(minute(now)).released(minute(now), &volume, minute(now + 1_440));
    let mut step = Step::at(minute(now + 900));
    sent(&mut step, 110, 0);
    let judge_it = |step: &Step| judge(step, &baseline, &Caps::of_a_person(), &standing);
    assert_eq!(judge_it(&step).risk, Risk::Normal);
    sent(&mut step, 200, 200);
    assert!(judge_it(&step).risk >= Risk::High);
}

/// Adds `n` messages that bear every mark, each to a recipient and a patient of its own.
fn every_mark(step: &mut Step, n: u32, first: u64) {
    sent(step, u64::from(n), first);
    let counts = step.counts_mut();
    for count in [
        &mut counts.first_ever,
        &mut counts.free_mail,
        &mut counts.dlp_blocks,
        &mut counts.unscannable,
        &mut counts.phi_in_subject,
        &mut counts.bounces,
        &mut counts.complaints,
        &mut counts.failed_sign_ins,
        &mut counts.new_network,
        &mut counts.new_agent,
    ] {
        *count += n;
    }
}

/// Adds to one count that is a part or rare, and to no whole.
fn one_mark(step: &mut Step, which: usize, n: u32) {
    let counts = step.counts_mut();
    let marks = [
        &mut counts.first_ever,
        &mut counts.free_mail,
        &mut counts.phi_labelled,
        &mut counts.dlp_blocks,
        &mut counts.unscannable,
        &mut counts.phi_in_subject,
        &mut counts.bounces,
        &mut counts.complaints,
        &mut counts.failed_sign_ins,
        &mut counts.new_network,
        &mut counts.new_agent,
    ];
    let which = which % marks.len();
    for (i, mark) in marks.into_iter().enumerate() {
        if i == which {
            *mark += n;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn more_of_a_signal_never_lowers_the_risk(
        hour in 0_i64..168, usual in 0_u64..80, marked in 0_u32..40, more in 1_u32..60, which in 0_usize..11,
    ) {
        thread_local! {
            static PRACTISED: (Baseline, i64) = practised();
        }
        PRACTISED.with(|(baseline, now)| {
            let mut step = Step::at(minute(now + hour * 60));
            sent(&mut step, usual, 0);
            every_mark(&mut step, marked, 500);
            let before = judged(&step, baseline);
            let mut all = step.clone();
            every_mark(&mut all, more, 1_000);
            prop_assert!(judged(&all, baseline).risk >= before.risk);
            let mut one = step.clone();
            one_mark(&mut one, which, more);
            let after = judged(&one, baseline);
            prop_assert!(after.score >= before.score - 1e-9);
            Ok(())
        })?;
    }

    #[test]
    fn a_release_always_leads_to_observe(risks in proptest::collection::vec(0_u8..4, 0..30)) {
        let mut standing = Standing::new(minute(0));
        for (n, risk) in (0_i64..).zip(risks) {
            let risk = [Risk::Normal, Risk::Raised, Risk::High, Risk::Critical][usize::from(risk)];
            let after = ladder(&standing, &of(risk), minute(n * 7));
            let timed = after.until().is_some();
            prop_assert_eq!(after.rung() != Rung::Observe, timed);
            standing = after;
        }
        let now = minute(1_000);
        let released = standing.released(now, &[], now);
        prop_assert_eq!(released.rung(), Rung::Observe);
        prop_assert_eq!(ladder(&released, &of(Risk::Normal), now).rung(), Rung::Observe);
    }
}
