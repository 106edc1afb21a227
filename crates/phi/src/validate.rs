//! Checks that a candidate's digits can be what its shape says. Pure arithmetic, no context.

/// Digits only, as values 0–9.
pub(crate) fn digits(text: &[u8]) -> Vec<u8> {
    text.iter()
        .filter(|b| b.is_ascii_digit())
        .map(|b| b - b'0')
        .collect()
}

/// Whether a number has the shape of a state's driver's licence: runs of letters and digits as the
/// states give them out. Shapes overlap, so this says "a licence", not whose.
pub(crate) fn is_licence(found: &[u8]) -> bool {
    let mut runs: Vec<(bool, usize)> = Vec::new();
    for byte in found.iter().filter(|b| b.is_ascii_alphanumeric()) {
        let letter = byte.is_ascii_alphabetic();
        match runs.last_mut() {
            Some((kind, length)) if *kind == letter => *length += 1,
            _ => runs.push((letter, 1)),
        }
    }
    match runs.as_slice() {
        // Most states: seven to ten digits.
        [(false, 7..=10)] => true,
        // One letter: California, Virginia and others; Florida, Illinois, Michigan, New Jersey with
        // more digits. Ohio has two letters, North Dakota three.
        [(true, 1), (false, 5..=9 | 11..=14 | 18)] | [(true, 2..=3), (false, 6)] => true,
        // Iowa; New Hampshire; Idaho; Missouri and Vermont; Washington.
        [(false, 3), (true, 2), (false, 4)]
        | [(false, 2), (true, 3), (false, 5)]
        | [(true, 2), (false, 6), (true, 1)]
        | [(false, 7..=9), (true, 1)]
        | [(true, 5..=7), (false, 3..=5), ..] => true,
        _ => false,
    }
}

/// Saturates: a number too long for what is asked stays too large for it.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0_u32, |n, digit| {
        n.saturating_mul(10).saturating_add(u32::from(*digit))
    })
}

/// Whether the Social Security Administration could have issued these nine digits: area not 000, 666
/// or 9xx, group not 00, serial not 0000 (SSA, POMS RM 10201.035).
pub(crate) fn is_ssn(digits: &[u8]) -> bool {
    digits.len() == 9 && {
        let (area, group, serial) = (
            number(&digits[..3]),
            number(&digits[3..5]),
            number(&digits[5..]),
        );
        area != 0 && area != 666 && area < 900 && group != 0 && serial != 0
    }
}

/// Luhn's check over all digits (ISO/IEC 7812-1 annex B).
pub(crate) fn luhn(digits: &[u8]) -> bool {
    sum_luhn(digits).is_multiple_of(10)
}

fn sum_luhn(digits: &[u8]) -> u32 {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            u32::from(if place % 2 == 1 {
                doubled(*digit)
            } else {
                *digit
            })
        })
        .sum()
}

/// A national provider identifier: ten digits from 1 or 2, Luhn with 80840 in front, which adds 24
/// (45 CFR 162.406).
pub(crate) fn is_npi(digits: &[u8]) -> bool {
    digits.len() == 10 && matches!(digits[0], 1 | 2) && (sum_luhn(digits) + 24).is_multiple_of(10)
}

/// A payment card: an issuer's range with its length (ISO/IEC 7812-1), and Luhn.
pub(crate) fn is_card(digits: &[u8]) -> bool {
    let issued = digits.len() >= 13 && {
        let (two, three, four) = (
            number(&digits[..2]),
            number(&digits[..3]),
            number(&digits[..4]),
        );
        match digits.len() {
            13 => digits[0] == 4,
            14 => matches!(two, 36 | 38 | 39) || matches!(three, 300..=305),
            15 => matches!(two, 34 | 37),
            16 => {
                digits[0] == 4
                    || matches!(two, 51..=55 | 62 | 65)
                    || matches!(three, 644..=649)
                    || matches!(four, 2221..=2720 | 3528..=3589 | 6011)
            }
            17 | 18 => two == 62,
            19 => digits[0] == 4 || two == 62,
            _ => false,
        }
    };
    issued && luhn(digits)
}

/// A number of the North American plan without country code: area and exchange start with 2–9 and an
/// area's second and third digit are not 11 (ATIS-0300051).
pub(crate) fn is_nanp(digits: &[u8]) -> bool {
    let local = match digits {
        [1, rest @ ..] if rest.len() == 10 => rest,
        _ => digits,
    };
    local.len() == 10 && local[0] >= 2 && local[3] >= 2 && local[1..3] != [1, 1]
}

/// A day written with numbers in either order, or year first.
pub(crate) fn is_date(text: &[u8]) -> bool {
    let parts: Vec<u32> = text
        .split(|b| !b.is_ascii_digit())
        .map(|part| number(&digits(part)))
        .collect();
    let separators: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_digit())
        .collect();
    let [first, second, third] = parts[..] else {
        return false;
    };
    let day_and_month = |a, b| {
        (1..=12).contains(&a) && (1..=31).contains(&b)
            || (1..=31).contains(&a) && (1..=12).contains(&b)
    };
    let same = separators.windows(2).all(|pair| pair[0] == pair[1]);
    if first > 31 {
        let month_and_day = (1..=12).contains(&second) && (1..=31).contains(&third);
        return same && (1900..2100).contains(&first) && month_and_day;
    }
    // Dots with a short year are version numbers and addresses more often than days.
    let year = (1900..2100).contains(&third) || (third < 100 && separators[0] != b'.');
    same && year && day_and_month(first, second)
}

/// A public address of the Internet, version 4: private, loopback and reserved ones name no one.
pub(crate) fn is_public_ip(text: &[u8]) -> bool {
    let parsed = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<std::net::Ipv4Addr>().ok());
    parsed.is_some_and(|ip| {
        !(ip.is_private()
            || ip.is_loopback()
            || ip.is_link_local()
            || ip.is_unspecified()
            || ip.is_broadcast()
            || ip.is_multicast()
            || ip.octets()[0] == 0)
    })
}

/// A taxpayer identification number: 9xx, and a group that the Internal Revenue Service gives out
/// (IRS, Publication 1915).
pub(crate) fn is_itin(digits: &[u8]) -> bool {
    digits.len() == 9
        && digits[0] == 9
        && matches!(number(&digits[3..5]), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// A routing number of the American Bankers Association: weights 3, 7, 1, and a prefix in use.
pub(crate) fn is_routing(digits: &[u8]) -> bool {
    let weighed: u32 = digits
        .iter()
        .zip([3, 7, 1].iter().cycle())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    digits.len() == 9
        && matches!(number(&digits[..2]), 1..=12 | 21..=32 | 61..=72 | 80)
        && weighed.is_multiple_of(10)
}

/// A global trade item number of 14 digits: the last makes the weighed sum a multiple of ten.
pub(crate) fn is_gtin(digits: &[u8]) -> bool {
    let weighed: u32 = digits
        .iter()
        .zip([3, 1].iter().cycle())
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    digits.len() == 14 && weighed.is_multiple_of(10)
}

/// A registration of the Drug Enforcement Administration: two letters, or a letter and a 9, and seven
/// digits of which the last checks the others.
pub(crate) fn is_dea(text: &[u8]) -> bool {
    let Some(digits) = text.get(2..9).map(digits) else {
        return false;
    };
    let sum = |places: [usize; 3]| -> u32 { places.iter().map(|at| u32::from(digits[*at])).sum() };
    digits.len() == 7 && {
        let total = sum([0, 2, 4]) + 2 * sum([1, 3, 5]);
        total % 10 == u32::from(digits[6])
    }
}

/// A vehicle identification number: 17 of the letters but I, O and Q, the ninth checks the others
/// (49 CFR 565.15(c)).
pub(crate) fn is_vin(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let worth = |b: u8| -> Option<u32> {
        Some(match b.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => u32::from(digit - b'0'),
            letter @ b'A'..=b'H' => u32::from(letter - b'A') + 1,
            letter @ b'J'..=b'N' => u32::from(letter - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            letter @ b'S'..=b'Z' => u32::from(letter - b'S') + 2,
            _ => return None,
        })
    };
    let worths: Option<Vec<u32>> = text.iter().map(|b| worth(*b)).collect();
    text.len() == 17
        && worths.is_some_and(|worths| {
            let sum: u32 = worths
                .iter()
                .zip(WEIGHTS)
                .map(|(worth, weight)| worth * weight)
                .sum();
            let check = match text[8].to_ascii_uppercase() {
                b'X' => 10,
                digit => u32::from(digit.wrapping_sub(b'0')),
            };
            sum % 11 == check
        })
}

/// An international bank account number: its first four characters behind the others, letters as
/// 10 to 35, leave 1 when divided by 97 (ISO 13616).
pub(crate) fn is_iban(text: &[u8]) -> bool {
    let kept: Vec<u8> = text
        .iter()
        .copied()
        .filter(u8::is_ascii_alphanumeric)
        .collect();
    (15..=34).contains(&kept.len()) && {
        let turned = kept[4..].iter().chain(&kept[..4]);
        let rest = turned.fold(0_u32, |rest, b| match b {
            b'0'..=b'9' => (rest * 10 + u32::from(b - b'0')) % 97,
            _ => (rest * 100 + u32::from(b.to_ascii_uppercase() - b'A') + 10) % 97,
        });
        rest == 1
    }
}

/// The last digit of a LOINC code, by Luhn over the others.
pub(crate) fn is_loinc(digits: &[u8]) -> bool {
    (3..=7).contains(&digits.len()) && luhn(digits)
}

#[cfg(test)]
mod tests;
