//! The version of the settings: it moves when they do, and not with the mail.

use store::Engine;
use store::tables::{meta, organisations};

use crate::organisation;

sim::both_engines! {
    fn a_commit_that_touches_settings_moves_the_version(store) {
        let Some(before) = store.settings_version() else {
            assert_eq!(store.engine(), Engine::Postgres, "others write there too");
            return Ok(());
        };
        store.write(|tx| meta::set(tx, "mail", "came"))?;
        assert_eq!(store.settings_version(), Some(before));

        let row = organisation(7, "Clinic by the Sea");
        store.write(move |tx| organisations::insert(tx, &row))?;
        let after = store.settings_version().expect("known as before");
        assert!(after > before);

        store.read(organisations::list)?;
        assert_eq!(store.settings_version(), Some(after));
    }
}
