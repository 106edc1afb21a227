use super::Spot;

#[test]
fn a_place_inside_a_file_is_kept_only_where_it_can_name_nobody() {
    for kept in ["page 3", "sheet 12", "slide 7"] {
        assert_eq!(Spot::of(kept), Some(Spot(kept.to_owned())));
    }
    let named = [
        "inner.zip/Pat Miller.txt",
        "page Miller",
        "Miller 3",
        "page 3 Miller",
        "word/footnotes.xml",
        "",
    ];
    for place in named {
        assert_eq!(Spot::of(place), None, "{place}");
    }
}
