//! Where a reply's own words end and the mail it answers begins.

/// Octet where quoted earlier mail begins and goes on to the end of `text`. `None` when nothing is
/// quoted, or when the writer's own words stand below a quotation.
pub(super) fn quoted_from(text: &str) -> Option<usize> {
    let lines = lines(text);
    let mut from = None;
    let mut below = Below::Nothing;
    for (i, &(at, line)) in lines.iter().enumerate().rev() {
        let begins = is_separator(line) || (below != Below::Mixed && is_attribution(&lines, i));
        let marked_to_the_end =
            line.starts_with('>') && matches!(below, Below::Nothing | Below::Marked);
        if begins || marked_to_the_end {
            from = Some(at);
        }
        below = below.with(line);
    }
    from
}

/// What the lines below one are like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Below {
    Nothing,
    Marked,
    Unmarked,
    Mixed,
}

impl Below {
    fn with(self, line: &str) -> Self {
        let kind = if line.starts_with('>') {
            Self::Marked
        } else {
            Self::Unmarked
        };
        match self {
            _ if line.is_empty() || is_attribution_end(line) => self,
            Self::Nothing => kind,
            same if same == kind => same,
            _ => Self::Mixed,
        }
    }
}

/// Lines with the octet where each begins.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line.trim())
        })
        .collect()
}

/// "-----Original Message-----" and its kin.
fn is_separator(line: &str) -> bool {
    let inner = line.trim_matches('-').trim();
    let marks = [
        "Original Message",
        "Forwarded message",
        "Mensaje original",
        "Mensaje reenviado",
    ];
    line.starts_with("--")
        && line.ends_with("--")
        && marks.iter().any(|mark| inner.eq_ignore_ascii_case(mark))
}

/// "On … wrote:" / "El … escribió:", on one line or folded onto two.
fn is_attribution(lines: &[(usize, &str)], i: usize) -> bool {
    let line = lines[i].1;
    let starts = line.starts_with("On ") || line.starts_with("El ");
    let next = lines.get(i + 1).map_or("", |(_, line)| *line);
    starts
        && line.len() < 300
        && (is_attribution_end(line) || (!next.starts_with('>') && is_attribution_end(next)))
}

fn is_attribution_end(line: &str) -> bool {
    line.ends_with("wrote:") || line.ends_with("escribió:")
}

#[cfg(test)]
mod tests;
