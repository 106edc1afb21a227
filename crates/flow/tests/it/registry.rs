//! The registry: a patient's name is PHI by itself once the practice's own list knows it; no value of the list
//! stays.

use ctx::Role;
use model::{Code, PhiLevel};

use crate::clinic::Clinic;
use crate::letters::letter;
use crate::{on_disk, refusal};

const LIST: &str = "id,given,family,birth,phone\n1001,Kanarimaria,Zanarilopez,1984-03-09,(603) 555-0142\n,Nobody,Nowhere,,\n";
const SAID: &str = "Kanarimaria Zanarilopez, reach her at 603-555-0142, is coming on Tuesday.";

on_disk! {
    fn a_patient_is_known_by_the_practices_own_list(store) {
        let clinic = Clinic::open(store);
        let level = || -> model::Result<PhiLevel> {
            let mut said = letter(&["lee@peer.example"]);
            said.subject = "Tuesday".to_owned();
            said.text = Some(SAID.to_owned());
            let draft = clinic.flow.draft_from_letter(&clinic.staff, said)?;
            Ok(clinic.flow.dry_run(&clinic.staff, draft)?.level)
        };
        assert!(level()? < PhiLevel::Likely, "two weak identifiers without a word of health");
        let officer = clinic.user(&[Role::Compliance]);
        let taken = clinic.flow.register_patients(&officer, LIST, &mut |_, _| {})?;
        assert_eq!((taken.added, taken.changed, taken.refused), (1, 0, vec![3]));
        assert_eq!(level()?, PhiLevel::Certain);

        let again = clinic.flow.register_patients(&officer, LIST, &mut |_, _| {})?;
        assert_eq!((again.added, again.changed), (0, 1));
        assert_eq!(clinic.flow.registry(&officer)?.map(|state| state.patients), Some(1));
        for cell in store.beside().cells() {
            let held = String::from_utf8_lossy(&cell.bytes).to_lowercase();
            assert!(!held.contains("kanarimaria") && !held.contains("zanarilopez"), "{}", cell.table);
        }
        clinic.flow.clear_registry(&officer)?;
        assert!(level()? < PhiLevel::Likely);
    }

    fn a_list_without_its_column_or_by_the_wrong_person_is_refused(store) {
        let clinic = Clinic::open(store);
        let officer = clinic.user(&[Role::Compliance]);
        let bare = clinic.flow.register_patients(&officer, "name\nLee", &mut |_, _| {});
        assert_eq!(refusal(bare), Some((Code::FieldInvalid, Some("/csv".to_owned()))));
        let nurse = clinic.user(&[Role::Staff]);
        let denied = clinic.flow.register_patients(&nurse, LIST, &mut |_, _| {});
        assert_eq!(refusal(denied).map(|(code, _)| code), Some(Code::ActionForbidden));
        assert_eq!(refusal(clinic.flow.clear_registry(&officer)).map(|(code, _)| code), Some(Code::NotFound));
    }
}
