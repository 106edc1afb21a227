//! What is taken is limited, shared and given back.

use super::*;

#[test]
fn shares_never_sum_to_more_than_there_is() {
    let budget = Budget::new(100);
    let (mut one, mut two) = (budget.share(), budget.share());
    assert!(one.resize(60));
    assert!(!two.resize(41), "only 40 are left");
    assert!(two.resize(40));
    assert!(!one.resize(61));
    assert!(one.resize(10), "giving back is always possible");
    assert!(two.resize(90));
    drop(two);
    assert!(one.resize(100), "a session that ended gave all back");
    assert!(!one.resize(usize::MAX));
}
