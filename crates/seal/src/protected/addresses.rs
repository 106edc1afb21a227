//! A list of addresses without the names beside them (RFC 5322 §3.4): what the way of an encrypted message needs.
//!
//! Invariant: what comes out holds nothing but addresses, whatever came in; what cannot be read is left out.

use crate::entity::value;

/// The field with its addresses alone, one on a line. Where none is left the list is empty and says so.
pub(super) fn alone(name: &[u8], field: &[u8]) -> Vec<u8> {
    let found = addresses(&value(field));
    let list = match found.is_empty() {
        true => "undisclosed-recipients:;".to_owned(),
        false => found.join(",\r\n "),
    };
    [name, b": ", list.as_bytes(), b"\r\n"].concat()
}

fn addresses(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut one = Mailbox::default();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '(' => skip_comment(&mut letters),
            '"' => one.bare.push_str(&quoted(&mut letters)),
            '<' => one.angle = Some(letters.by_ref().take_while(|l| *l != '>').collect()),
            // the name of a group, or a route that nobody uses any more
            ':' => one.bare.clear(),
            ',' | ';' => found.extend(std::mem::take(&mut one).address()),
            _ => one.bare.push(letter),
        }
    }
    found.extend(one.address());
    found
}

#[derive(Default)]
struct Mailbox {
    /// Outside of angle brackets: a name, or the address itself.
    bare: String,
    angle: Option<String>,
}

impl Mailbox {
    fn address(self) -> Option<String> {
        let said = self.angle.unwrap_or(self.bare);
        let said = said.trim();
        let (local, domain) = said.rsplit_once('@')?;
        let is_domain = !domain.is_empty() && domain.chars().all(is_of_domain);
        let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
        let is_atoms = !local.is_empty() && !local.chars().any(|l| l.is_whitespace() || l == '"');
        (is_domain && (is_quoted || is_atoms)).then(|| said.to_owned())
    }
}

fn is_of_domain(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '.' | '-' | '[' | ']' | ':')
}

/// After its `(`, with comments inside of it.
fn skip_comment(letters: &mut std::str::Chars<'_>) {
    let mut depth = 1;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => drop(letters.next()),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

/// After its `"`, with both quotes.
fn quoted(letters: &mut std::str::Chars<'_>) -> String {
    let mut out = String::from('"');
    while let Some(letter) = letters.next() {
        out.push(letter);
        match letter {
            '\\' => out.extend(letters.next()),
            '"' => return out,
            _ => {}
        }
    }
    // it never ends: nothing of it is an address
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_groups_and_comments_are_left_out() {
        let cases = [
            ("a@b.example", "a@b.example"),
            ("Maria Roe <m@b.example>", "m@b.example"),
            (
                "\"Roe, Maria; HIV\" <m@b.example>, c@d.example (her son)",
                "m@b.example,c@d.example",
            ),
            (
                "Family of Roe: a@b.example, \"x\\\" <z@z.example>\" <c@d.example>;",
                "a@b.example,c@d.example",
            ),
            ("=?utf-8?Q?Mar=C3=ADa?= <m@b.example>", "m@b.example"),
            ("\"maria roe\"@b.example", "\"maria roe\"@b.example"),
            ("Maria Roe m@b.example", ""),
            ("\"Maria <m@b.example>", ""),
            ("Maria Roe", ""),
            ("undisclosed-recipients:;", ""),
            ("M <m@[192.0.2.1]>", "m@[192.0.2.1]"),
        ];
        for (said, want) in cases {
            assert_eq!(addresses(said).join(","), want, "{said}");
        }
    }

    #[test]
    fn an_empty_list_is_still_a_field() {
        let field = alone(b"To", b"To: Maria Roe\r\n");
        assert_eq!(field, b"To: undisclosed-recipients:;\r\n");
        let field = alone(b"Cc", b"Cc: M <m@b.example>,\r\n N <n@b.example>\r\n");
        assert_eq!(field, b"Cc: m@b.example,\r\n n@b.example\r\n");
    }
}
