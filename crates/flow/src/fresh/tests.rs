//! What comes is found once; what is too much leaves, oldest first.

use super::Fresh;

#[test]
fn what_is_taken_is_gone() {
    let fresh = Fresh::new(100);
    fresh.put(1, "a", 10);
    assert_eq!(fresh.take(&1), Some("a"));
    assert_eq!(fresh.take(&1), None);
}

#[test]
fn the_oldest_leaves_first() {
    let fresh = Fresh::new(100);
    for key in 0..5 {
        fresh.put(key, key, 40);
    }
    let kept: Vec<i32> = (0..5).filter_map(|key| fresh.take(&key)).collect();
    assert_eq!(kept, [3, 4]);
}

#[test]
fn what_is_too_large_displaces_nothing() {
    let fresh = Fresh::new(100);
    fresh.put(1, "small", 60);
    fresh.put(2, "large", 101);
    assert_eq!((fresh.take(&1), fresh.take(&2)), (Some("small"), None));
}

#[test]
fn the_same_key_counts_once() {
    let fresh = Fresh::new(100);
    for _ in 0..10 {
        fresh.put(1, "again", 60);
    }
    fresh.put(2, "beside", 40);
    assert!(fresh.take(&1).is_some() && fresh.take(&2).is_some());
}
