use super::Share;

#[test]
fn shares_of_all_nodes_add_up_to_the_limit_and_no_node_gets_nothing() {
    for nodes in 1..=9 {
        for limit in 1..=100 {
            let shares = (0..nodes).map(|place| Share::new(place, nodes).of(limit));
            let shares: Vec<u32> = shares.collect();
            assert!(shares.iter().all(|share| *share >= 1), "{limit} {nodes}");
            let sum: u32 = shares.iter().sum();
            assert_eq!(sum, limit.max(nodes), "{limit} over {nodes}");
        }
    }
}

#[test]
fn one_node_has_everything() {
    assert_eq!(Share::WHOLE.of(20), 20);
    assert_eq!(
        Share::new(7, 0),
        Share::WHOLE,
        "a node that counts none lives itself"
    );
}
