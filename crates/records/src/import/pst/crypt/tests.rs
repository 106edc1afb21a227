use super::*;

#[test]
fn the_cyclic_code_is_its_own_inverse() {
    let plain: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    let mut coded = plain.clone();
    decode(Coding::Cyclic, 0xfedc_ba98, &mut coded);
    assert_ne!(coded, plain);
    decode(Coding::Cyclic, 0xfedc_ba98, &mut coded);
    assert_eq!(coded, plain);
}

#[test]
fn each_octet_is_permuted_to_another() {
    let mut coded: Vec<u8> = (0..=255).collect();
    decode(Coding::Permuted, 7, &mut coded);
    coded.sort_unstable();
    assert!(coded.iter().copied().eq(0..=255));
}
