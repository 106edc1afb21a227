//! Excerpts: what the hits of one page say around the words that were found.
//!
//! Decrypted for that page alone and never stored; who was shown which messages is in the audit log before they
//! are. Invariant: a word is marked exactly where the index would have found it, since it is by its token.

use std::collections::HashSet;
use std::ops::Range;

use ctx::{Action, Ctx, Event};
use flow::archive::{Filed, FiledPlace};
use model::{MessageId, Result, SearchId};
use store::tables::postings::{Find, Token};

use crate::archive::field;
use crate::search::tokens::Tokens;
use crate::search::words::runs_of;
use crate::{Hit, Records, Sought};

/// Octets before and behind the first word that was found.
const BEFORE: usize = 90;
const BEHIND: usize = 230;
/// Octets of a subject, of a name.
const LINE: usize = 200;
/// Runs of a text that are looked at.
const RUNS_MAX: usize = 20_000;

/// What a page shows of one hit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    pub subject: String,
    pub from: String,
    /// The first recipient, and how many there are beside.
    pub to: String,
    pub more: usize,
    /// Where the words stand: `body`, `file`, or nothing where only the head holds them.
    pub place: &'static str,
    /// The text, part by part; `true` where a part was looked for.
    pub text: Vec<(String, bool)>,
    /// Its key was destroyed: nothing of it is left to show.
    pub gone: bool,
}

impl Records {
    /// Opens the hits of one page, in their order.
    ///
    /// # Errors
    /// `action_forbidden`; the database's.
    pub fn excerpts(&self, ctx: &Ctx, sought: &Sought, hits: &[Hit]) -> Result<Vec<Excerpt>> {
        ctx.allow(Action::ArchiveSearch, &ctx.own("archive"))?;
        let messages: Vec<MessageId> = hits.iter().map(|hit| hit.message).collect();
        self.note_shown(ctx, &messages)?;
        let tokens = Tokens::of(self.flow.world(), ctx.organisation(), ctx.mode())?;
        let mut wanted = HashSet::new();
        collect(&sought.0, &mut wanted);
        let wanted = Wanted { tokens, wanted };
        let opened = messages
            .iter()
            .map(|message| match self.flow.filed(ctx, *message) {
                Ok(filed) => Ok(wanted.excerpt(&filed)),
                Err(error) if crate::archive::is_final(error.code()) => Ok(Excerpt {
                    gone: true,
                    ..Excerpt::default()
                }),
                Err(error) => Err(error),
            });
        opened.collect()
    }

    /// Which messages somebody is about to see words of.
    fn note_shown(&self, ctx: &Ctx, messages: &[MessageId]) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let id = SearchId::mint(ctx.now(), ctx.world().rng.as_ref());
        let key = ctx
            .world()
            .new_item_key(ctx.organisation(), *id.as_bytes())?;
        let list: Vec<String> = messages.iter().map(ToString::to_string).collect();
        let ctx2 = ctx.clone();
        ctx.world().store.write(move |tx| {
            key.insert(tx)?;
            let event = Event::new("archive.shown")
                .about(id)
                .fact("shown", list.len());
            let event = event.payload(list.join("\n").into_bytes(), key.opened());
            ctx2.record(tx, event).map(drop)
        })
    }
}

/// The tokens whose presence makes a hit; what must not be there is in none.
fn collect(find: &Find, into: &mut HashSet<Token>) {
    match find {
        Find::And(all) | Find::Or(all) => all.iter().for_each(|one| collect(one, into)),
        Find::Without(with, _) => collect(with, into),
        Find::Phrase(tokens) => into.extend(tokens),
        Find::Near(one, other, _) => into.extend(one.iter().chain(other)),
        Find::Nothing => {}
    }
}

struct Wanted {
    tokens: Tokens,
    wanted: HashSet<Token>,
}

impl Wanted {
    fn excerpt(&self, filed: &Filed) -> Excerpt {
        let texts = |place: FiledPlace| {
            let all = filed.texts.iter();
            all.filter(move |(own, _)| *own == place)
                .map(|(_, text)| text.as_str())
        };
        let line = |place| texts(place).next().map(cut_line).unwrap_or_default();
        let mut excerpt = Excerpt {
            subject: line(FiledPlace::Subject),
            from: line(FiledPlace::From),
            to: line(FiledPlace::To),
            more: filed.recipients.saturating_sub(1),
            ..Excerpt::default()
        };
        for (place, word) in [(FiledPlace::Body, "body"), (FiledPlace::File, "file")] {
            for text in texts(place) {
                let found = self.found(place, text, 0..text.len(), 1);
                if let Some(first) = found.first() {
                    excerpt.place = word;
                    excerpt.text = self.around(place, text, first);
                    return excerpt;
                }
            }
        }
        if let Some(body) = texts(FiledPlace::Body).next() {
            let end = body.floor_char_boundary(BEHIND.min(body.len()));
            excerpt.text = vec![(spaced(&body[..end]), false)];
        }
        excerpt
    }

    /// Where the wanted words stand in a part of a text, `most` of them.
    fn found(
        &self,
        place: FiledPlace,
        text: &str,
        part: Range<usize>,
        most: usize,
    ) -> Vec<Range<usize>> {
        let field = field(place);
        let (mut found, mut seen) = (Vec::new(), 0);
        runs_of(&text[part.clone()], |at, words| {
            let is = |word: &String| self.wanted.contains(&self.tokens.word(field, word));
            if words.iter().any(is) {
                found.push(part.start + at.start..part.start + at.end);
            }
            seen += 1;
            seen < RUNS_MAX && found.len() < most
        });
        found
    }

    fn around(&self, place: FiledPlace, text: &str, first: &Range<usize>) -> Vec<(String, bool)> {
        let low = first.start.saturating_sub(BEFORE);
        let low = text.ceil_char_boundary(low).min(first.start);
        // Not in the middle of a word.
        let start = match low {
            0 => 0,
            _ => text[low..first.start]
                .find(char::is_whitespace)
                .map_or(first.start, |at| low + at),
        };
        let end = text.floor_char_boundary((first.end + BEHIND).min(text.len()));
        let end = match end == text.len() {
            true => end,
            false => text[first.end..end]
                .rfind(char::is_whitespace)
                .map_or(first.end, |at| first.end + at),
        };
        let mut marks = self.found(place, text, start..end, usize::MAX);
        if marks.is_empty() {
            marks.push(first.clone());
        }
        let (mut parts, mut at) = (Vec::new(), start);
        for mark in marks {
            parts.push((spaced(&text[at..mark.start]), false));
            parts.push((text[mark.clone()].to_owned(), true));
            at = mark.end;
        }
        parts.push((spaced(&text[at..end]), false));
        parts.retain(|(text, _)| !text.is_empty());
        parts
    }
}

/// In one line, whatever it was.
fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let blank = letter.is_whitespace() || model::is_hidden(letter);
        if !blank {
            out.push(letter);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

fn cut_line(text: &str) -> String {
    spaced(&text[..text.floor_char_boundary(LINE.min(text.len()))])
}
