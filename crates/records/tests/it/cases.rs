//! Each file of `tests/cases`, against what people read out of it: `NAME.found` beside it.

use crate::kit::{case, cases, list, read};

#[test]
fn every_case_reads_as_written_beside_it() {
    let mut count = 0;
    for entry in std::fs::read_dir(cases()).expect("the cases") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        if name.ends_with(".found") {
            continue;
        }
        let found = list(&read(case(&name)));
        let beside = cases().join(format!("{name}.found"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&beside, &found).expect("written");
        }
        let wanted = std::fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, wanted, "{name}");
        count += 1;
    }
    assert!(count >= 18, "{count} cases");
}
