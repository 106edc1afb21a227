//! How long an attempt waits.

use sim::kit::SimClock;

use super::*;

/// RFC 5321 §4.5.3.2.6: a peer that took its time before the final dot is given ten minutes after it.
#[test]
fn ten_minutes_after_the_final_dot_are_kept_free() {
    let clock = SimClock::default();
    let bounds = Bounds {
        clock: &clock,
        until: clock.now().plus(Duration::from_secs(1_740)),
        reply_wait_max: limits::SMTP_FINAL_REPLY_WAIT,
        kept_for_last: limits::SMTP_FINAL_REPLY_WAIT,
    };
    let command = limits::SMTP_COMMAND_WAIT;
    assert_eq!(bounds.wait(command), command);
    clock.advance(Duration::from_secs(1_100));
    assert_eq!(bounds.wait(command), Duration::from_secs(40));
    clock.advance(Duration::from_secs(40));
    assert_eq!(bounds.wait(command), Duration::ZERO);
    let last = limits::SMTP_FINAL_REPLY_WAIT;
    assert_eq!(bounds.wait(last), last);
}
