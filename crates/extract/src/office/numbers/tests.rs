use super::{Styles, date};

#[test]
fn a_count_of_days_is_a_date() {
    let cases = [
        (1.0, false, "1900-01-01"),
        (59.0, false, "1900-02-28"),
        (61.0, false, "1900-03-01"),
        (22_497.0, false, "1961-08-04"),
        (45_292.5, false, "2024-01-01"),
        (43_830.0, true, "2024-01-01"),
    ];
    for (days, from_1904, expected) in cases {
        assert_eq!(date(days, from_1904).as_deref(), Some(expected));
    }
}

#[test]
fn only_a_style_makes_a_number_a_date() {
    let styles = Styles::of(
        "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='mm/dd/yyyy'/>\
         <numFmt numFmtId='165' formatCode='[Red]0.00&quot;days&quot;'/></numFmts>\
         <cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/><xf numFmtId='165'/></cellXfs></styleSheet>",
    );
    let shown: Vec<String> = (0..5).map(|style| styles.show(style, "22497")).collect();
    assert_eq!(
        shown,
        ["22497", "1961-08-04", "1961-08-04", "22497", "22497"]
    );
}
