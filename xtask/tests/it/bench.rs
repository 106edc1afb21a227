//! Figures are read strictly, so that a benchmark cannot print something else unnoticed.

use xtask::bench::{benchmarks, figure};

#[test]
fn figures() -> anyhow::Result<()> {
    let line = r#"{"name":"relay","value":700.5,"unit":"msg/s","cpu_ms_per_item":1.4,"peer":"postfix","peer_value":600,"ratio":1.17}"#;
    assert_eq!(figure(line)?.map(|figure| figure.value), Some(700.5));
    assert_eq!(figure("run 1 of 3")?, None);
    assert!(figure(r#"{"name":"relay"}"#).is_err());
    Ok(())
}

#[test]
fn the_relay_is_measured() -> anyhow::Result<()> {
    let names: Vec<_> = benchmarks(&xtask::root())?
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert!(names.contains(&"relay".to_owned()), "{names:?}");
    Ok(())
}
