//! Names of glyphs as characters: those of the standard Latin sets, and the `uniXXXX` forms.
//!
//! The names are those of the Adobe Glyph List (BSD licence), of which only the order matters here.

/// From U+0020 to U+007E.
const ASCII: &str = "space exclam quotedbl numbersign dollar percent ampersand quotesingle parenleft \
    parenright asterisk plus comma hyphen period slash zero one two three four five six seven eight \
    nine colon semicolon less equal greater question at A B C D E F G H I J K L M N O P Q R S T U V \
    W X Y Z bracketleft backslash bracketright asciicircum underscore grave a b c d e f g h i j k l \
    m n o p q r s t u v w x y z braceleft bar braceright asciitilde";

/// From U+00A1 to U+00FF.
const LATIN: &str = "exclamdown cent sterling currency yen brokenbar section dieresis copyright \
    ordfeminine guillemotleft logicalnot softhyphen registered macron degree plusminus twosuperior \
    threesuperior acute mu paragraph periodcentered cedilla onesuperior ordmasculine guillemotright \
    onequarter onehalf threequarters questiondown Agrave Aacute Acircumflex Atilde Adieresis Aring AE \
    Ccedilla Egrave Eacute Ecircumflex Edieresis Igrave Iacute Icircumflex Idieresis Eth Ntilde \
    Ograve Oacute Ocircumflex Otilde Odieresis multiply Oslash Ugrave Uacute Ucircumflex Udieresis \
    Yacute Thorn germandbls agrave aacute acircumflex atilde adieresis aring ae ccedilla egrave \
    eacute ecircumflex edieresis igrave iacute icircumflex idieresis eth ntilde ograve oacute \
    ocircumflex otilde odieresis divide oslash ugrave uacute ucircumflex udieresis yacute thorn \
    ydieresis";

const OTHERS: &[(&str, &str)] = &[
    ("quoteright", "\u{2019}"),
    ("quoteleft", "\u{2018}"),
    ("quotedblleft", "\u{201c}"),
    ("quotedblright", "\u{201d}"),
    ("endash", "\u{2013}"),
    ("emdash", "\u{2014}"),
    ("minus", "-"),
    ("bullet", "\u{2022}"),
    ("ellipsis", "..."),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ff", "ff"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("Euro", "\u{20ac}"),
    ("trademark", "\u{2122}"),
    ("nbspace", " "),
    ("sfthyphen", "-"),
    ("fraction", "/"),
    ("dotlessi", "i"),
    ("middot", "\u{b7}"),
    ("tab", "\t"),
    (".notdef", ""),
];

pub(super) fn text(name: &str) -> Option<String> {
    // `a.alt` and `f_i` are forms of what stands before.
    let base = name
        .split_once('.')
        .map_or(name, |(base, _)| if base.is_empty() { name } else { base });
    let listed = |list: &str, first: u32| {
        let at = list
            .split_ascii_whitespace()
            .position(|known| known == base)?;
        char::from_u32(first + u32::try_from(at).ok()?).map(String::from)
    };
    let named = OTHERS.iter().find(|(known, _)| *known == base);
    listed(ASCII, 0x20)
        .or_else(|| named.map(|(_, text)| (*text).to_owned()))
        .or_else(|| listed(LATIN, 0xa1))
        .or_else(|| coded(base))
}

fn coded(name: &str) -> Option<String> {
    let hex = match name.strip_prefix("uni") {
        Some(hex) => hex.get(..4)?,
        None => name
            .strip_prefix('u')
            .filter(|hex| (4..=6).contains(&hex.len()))?,
    };
    let code = u32::from_str_radix(hex, 16).ok()?;
    char::from_u32(code).map(String::from)
}
