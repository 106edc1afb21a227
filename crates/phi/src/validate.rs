//! Checks that a candidate's digits can be what its shape says. Pure arithmetic, no context.

/// Digits only, as values 0–9.
pub(crate) fn digits(text: &[u8]) -> Vec<u8> {
    text.iter()
        .filter(|b| b.is_ascii_digit())
        .map(|b| b - b'0')
        .collect()
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

#[cfg(test)]
mod tests;
