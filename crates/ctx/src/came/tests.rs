use super::Came;

fn network(ip: &str) -> Option<String> {
    let came = Came::new(ip.parse().ok(), None);
    came.network().map(str::to_owned)
}

#[test]
fn a_network_is_what_a_customer_moves_within() {
    let rows = [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.200", "192.0.2.0/24"),
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::9", "2001:db8:1::/48"),
    ];
    for (ip, expected) in rows {
        assert_eq!(network(ip).as_deref(), Some(expected), "{ip}");
    }
}

#[test]
fn a_program_is_its_name_whatever_its_version() {
    let rows = [
        ("python-requests/2.32.3", Some("python-requests")),
        ("python-requests/2.31", Some("python-requests")),
        ("Mozilla/5.0 (X11; Linux x86_64)", Some("mozilla")),
        ("", None),
        ("/5", None),
    ];
    for (agent, expected) in rows {
        assert_eq!(Came::new(None, Some(agent)).agent(), expected, "{agent}");
    }
    let long = "a".repeat(5_000);
    assert_eq!(Came::new(None, Some(&long)).agent().map(str::len), Some(64));
}

#[test]
fn no_address_and_no_program_is_printed() {
    let came = Came::new("192.0.2.7".parse().ok(), Some("secret-tool/1"));
    assert_eq!(format!("{came:?}"), "Came(..)");
}
