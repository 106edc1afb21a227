use super::*;
use std::str::FromStr;

struct Fixed;
impl Rng for Fixed {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(0xA5);
    }
}

#[test]
fn an_id_survives_the_wire_and_knows_its_birthday() {
    let now = Timestamp::from_millis(1_772_000_000_123);
    let id = MessageId::mint(now, &Fixed);
    let wire = id.to_string();
    assert!(wire.starts_with("msg_01"), "{wire}");
    assert_eq!(wire.len(), 4 + 26);
    assert_eq!(MessageId::from_str(&wire).ok(), Some(id));
    assert_eq!(id.minted_at(), now);
}

#[test]
fn ids_of_another_kind_or_shape_are_refused() {
    let id = MessageId::from_bytes([7; 16]).to_string();
    assert!(UserId::from_str(&id).is_err());
    for wrong in [
        "",
        "msg",
        "msg_",
        "msg_01J",
        "msg_ZZZZZZZZZZZZZZZZZZZZZZZZZZ",
        "msg_U0000000000000000000000000",
    ] {
        assert_eq!(
            MessageId::from_str(wrong).map_err(|e| e.code()).err(),
            Some(Code::IdInvalid),
            "{wrong}"
        );
    }
}

#[test]
fn ids_sort_by_creation_and_prefixes_are_unique() {
    let early = MessageId::mint(Timestamp::from_millis(1_000), &Fixed);
    let late = MessageId::mint(Timestamp::from_millis(2_000), &Fixed);
    assert!(early < late && early.to_string() < late.to_string());
    let mut seen = PREFIXES.to_vec();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), PREFIXES.len());
}
