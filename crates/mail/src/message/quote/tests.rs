use super::quoted_from;

/// `|` marks where quoted mail begins; it is taken out first.
#[test]
fn where_quoted_mail_begins() {
    let cases = [
        "Thanks, see you Monday.",
        "Thanks.\n|> Your appointment\n> is on Monday\n",
        "Thanks.\n|> quoted\n\n> more\n\n",
        "> your question\nMy answer, below it.",
        "Hi.\n|On Mon, 1 May 2023, Dr Who wrote:\n> Take two a day.\n",
        "Hi.\n|On Mon, 1 May 2023, Dr Who\n<who@clinic.example> wrote:\n> Take two a day.\n",
        "Hi.\n|On Mon, 1 May 2023, Dr Who wrote:\nTake two a day.\nEvery day.\n",
        "Hola.\n|El lun, 1 may 2023, Dr. Quién escribió:\n> Tome dos al día.\n",
        "On Monday Dr Who wrote:\n> Take two a day.\nI will.",
        "Hi.\n|-----Original Message-----\nFrom: Dr Who\n\nTake two.\n",
        "",
    ];
    for case in cases {
        let expected = case.find('|');
        assert_eq!(quoted_from(&case.replace('|', "")), expected, "{case:?}");
    }
}
