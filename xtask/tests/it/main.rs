//! The house in order, and proof that each check can fail.

mod bench;
mod ci;
mod habits;
mod imports;
mod licences;
mod metrics;
mod pages;
mod sizes;
mod traps;

/// The repository itself breaks no rule; the list names what does.
#[test]
fn the_house_is_in_order() -> anyhow::Result<()> {
    let found = xtask::house::findings(&xtask::root())?;
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(
        found.is_empty(),
        "{} findings:\n{}",
        found.len(),
        lines.join("\n")
    );
    Ok(())
}
