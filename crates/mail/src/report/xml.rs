//! Just enough XML for DMARC reports: elements and their text.
//!
//! A document type, and with it every entity but the five of XML itself, makes the whole unreadable:
//! nothing is ever expanded or fetched. Depth is bounded.

/// Elements that enclose others; a report needs six.
const DEPTH_MAX: usize = 16;

pub(super) enum Node<'a> {
    Open,
    /// The element ends; this is the text it held.
    Close(&'a str),
}

/// Calls `see` with the path of every element when it opens and when it closes. `None` when it is
/// not well formed, or `see` wants no more.
pub(super) fn walk(text: &str, see: &mut dyn FnMut(&[&str], Node<'_>) -> Option<()>) -> Option<()> {
    let mut path: Vec<&str> = Vec::new();
    let mut content = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        unescape(&rest[..at], &mut content)?;
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = after.split_once("-->")?.1;
        } else if let Some(after) = rest.strip_prefix("<![CDATA[") {
            let (raw, after) = after.split_once("]]>")?;
            content.push_str(raw);
            rest = after;
        } else if let Some(after) = rest.strip_prefix("<?") {
            rest = after.split_once("?>")?.1;
        } else if rest.starts_with("<!") {
            return None;
        } else {
            let (tag, after) = rest[1..].split_once('>')?;
            rest = after;
            match tag.strip_prefix('/') {
                Some(name) => {
                    (path.last()? == &local(name)).then_some(())?;
                    see(&path, Node::Close(content.trim()))?;
                    path.pop();
                }
                None => {
                    path.push(local(tag.trim_end_matches('/')));
                    (path.len() <= DEPTH_MAX).then_some(())?;
                    see(&path, Node::Open)?;
                    if tag.ends_with('/') {
                        see(&path, Node::Close(""))?;
                        path.pop();
                    }
                }
            }
            content.clear();
        }
    }
    path.is_empty().then_some(())
}

/// The name without attributes and prefix.
fn local(tag: &str) -> &str {
    let name = tag.split_ascii_whitespace().next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or(name)
}

fn unescape(text: &str, out: &mut String) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (entity, after) = rest[at + 1..].split_once(';')?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            number => {
                let number = number.strip_prefix('#')?;
                let code = match number.strip_prefix('x') {
                    Some(hex) => u32::from_str_radix(hex, 16),
                    None => number.parse(),
                };
                char::from_u32(code.ok()?)?
            }
        });
        rest = after;
    }
    out.push_str(rest);
    Some(())
}
