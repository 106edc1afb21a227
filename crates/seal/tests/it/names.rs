//! Questions and answers meet, however a stranger writes a name.

use seal::dns::{Ask, Found, Known};

#[test]
fn an_answer_meets_its_question_however_many_dots_end_the_name() {
    for name in ["x.example", "X.Example.", "x..", "...", "."] {
        let mut known = Known::default();
        let Err(Ask::Txt(asked)) = known.txt(name) else {
            panic!("nothing is known of {name}");
        };
        known.learn_txt(&asked, Found::Nothing);
        assert!(known.txt(name).is_ok(), "{name} is asked for again");
    }
}
