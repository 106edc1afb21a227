//! One part of a message while it is read: who proposes, what is taken out, what is listed.
//!
//! Readers propose candidates from the same text; here they are put apart, those that are the
//! organisation's own or a mail program's are dropped, and the rest is counted. Invariant: class B and
//! above is never dropped for where it stands.

use std::ops::Range;

use crate::bearing::{self, Given};
use crate::block::Blocks;
use crate::candidate::{Candidate, apart};
use crate::judge;
use crate::kind::Class;
use crate::label::Hints;
use crate::lexicon::{Lexicon, Tag, Term, Words};
use crate::link::{self, Links};
use crate::matching;
use crate::normal::Normal;
use crate::part::{Form, Part, PartKind};
use crate::scanner::{Scanner, Sum, names_a_patient};
use crate::sense;
use crate::verdict::Tally;
use crate::{Finding, FindingKind, codes, forms, keyed, names, places, value};
use model::PhiLevel;

/// Confidence in a name that only what is said of its bearer tells: the verdict has weighed it already.
const TOLD: u8 = 60;

pub(crate) struct Page<'a> {
    part: usize,
    form: Form,
    /// How it reads was weighed.
    judged: bool,
    normal: &'a Normal<'a>,
    blocks: &'a Blocks,
    tally: Tally,
    found: Vec<Finding>,
}

impl Page<'_> {
    /// Reads one part into the sum; answers the part's own tally.
    pub(crate) fn read(
        scanner: &Scanner,
        index: usize,
        part: &Part<'_>,
        sum: &mut Sum<'_>,
    ) -> Tally {
        let normal = Normal::of(part.text);
        if normal.is_garbled() {
            sum.unscannable.push((index, "garbled".to_owned()));
        }
        let text = normal.bytes();
        let words = scanner.lexicon.read(text);
        let blocks = Blocks::of(text, &words);
        let links = Links::of(text);
        let emails = link::emails(text);
        // The name of a clinic's site and mailboxes is on all its mail.
        let named = |term: &Term| links.cover(&term.range) || link::holds(&emails, &term.range);
        let silent =
            |term: &Term| term.setting && (blocks.is_quiet(term.range.start) || named(term));
        let terms: Vec<&Term> = words.terms.iter().filter(|term| !silent(term)).collect();

        let subject = Subject {
            text,
            words: &words,
            links: &links,
            form: part.form,
        };
        let candidates = subject.candidates(scanner, emails, !terms.is_empty(), sum);
        let (foreign, kept): (Vec<_>, Vec<_>) = apart(candidates)
            .into_iter()
            .partition(|c| is_foreign(text, c, &blocks, sum));
        let matches = matching::read(text, &kept, sum);
        let given = Given {
            text,
            words: &words,
            terms: &terms,
            kept: &kept,
            signed: foreign.iter().any(|c| c.kind.is_name())
                || blocks.is_signed_by(text, &scanner.people),
            is_subject: part.kind == PartKind::Subject,
            blocks: &blocks,
            form: part.form,
            cues: &scanner.cues,
            people: &scanner.people,
        };
        let (bearing, told) = bearing::read(&given);

        let mut page = Page {
            part: index,
            form: part.form,
            judged: part.kind != PartKind::Header && is_read(part.form),
            normal: &normal,
            blocks: &blocks,
            tally: Tally::default(),
            found: Vec::new(),
        };
        page.tally.bearing(&bearing);
        sum.tally.bearing(&bearing);
        page.sense(scanner, &given, sum);
        for candidate in kept.iter().chain(&matches) {
            page.identifier(candidate, !terms.is_empty(), sum);
        }
        page.told(told, !terms.is_empty(), sum);
        for term in terms {
            page.term(term, &scanner.lexicon, sum);
        }
        label(text, &words, &blocks, &kept, sum);
        page.end(sum)
    }

    /// What was found, by place, into the sum.
    fn end(mut self, sum: &mut Sum<'_>) -> Tally {
        if !self.judged && self.tally.level() > PhiLevel::None {
            sum.sensed.pass_over();
        }
        self.found
            .sort_by_key(|finding| (finding.start, finding.len));
        sum.listed.append(&mut self.found);
        self.tally
    }

    fn identifier(&mut self, candidate: &Candidate, health: bool, sum: &mut Sum<'_>) {
        let kind = candidate.kind;
        // What stands under a mail is its sender's, unless it is strong.
        let sender = kind.class() <= Class::C && self.blocks.is_signature(candidate.range.start);
        if !sender {
            for tally in [&mut self.tally, &mut sum.tally] {
                if candidate.loose {
                    tally.loose_kind(kind);
                } else {
                    tally.kind(kind);
                }
            }
        }
        self.list(candidate, health, sum);
    }

    /// Weighs how a text reads, piece by piece.
    fn sense(&self, scanner: &Scanner, given: &Given<'_>, sum: &mut Sum<'_>) {
        if !self.judged {
            return;
        }
        let text = sense::Text {
            octets: given.text,
            piece: 0..0,
            words: given.words,
            terms: given.terms,
            found: given.kept,
            cues: given.cues,
            is_subject: given.is_subject,
        };
        for piece in sense::pieces(text.octets) {
            let (start, len) = self.normal.place(&piece);
            let mut weighed = sense::Weighed::default();
            let mut learnt = sum.learnt.take();
            let text = sense::Text {
                piece,
                ..text.clone()
            };
            if let Some(learnt) = learnt.as_mut().filter(|_| !text.is_subject) {
                learnt.pieces.push(Vec::new());
            }
            sense::read(&text, &mut sum.seen, &mut |sign| {
                weighed.add(scanner.weights.of(sign));
                if let Some(learnt) = &mut learnt {
                    learnt.push(sign);
                }
            });
            sum.learnt = learnt;
            let piece = sense::Piece {
                part: self.part,
                start,
                len,
                weighed,
            };
            if text.is_subject {
                sum.sensed.subject(piece);
            } else {
                sum.sensed.piece(piece);
            }
        }
    }

    /// Names that only what is said of their bearers tells.
    fn told(&mut self, names: Vec<Range<usize>>, health: bool, sum: &mut Sum<'_>) {
        for range in names {
            let name = Candidate {
                confidence: Some(TOLD),
                ..Candidate::new(FindingKind::Name, range)
            };
            if !is_foreign(self.normal.bytes(), &name, self.blocks, sum) {
                self.list(&name, health, sum);
            }
        }
    }

    /// Into the inventory, without a word in the verdict.
    fn list(&mut self, candidate: &Candidate, health: bool, sum: &mut Sum<'_>) {
        let kind = candidate.kind;
        let listed = sum.count(kind);
        if !listed && !names_a_patient(kind) {
            return;
        }
        let found = &self.normal.bytes()[candidate.range.clone()];
        let value = value::normalised(kind, found);
        if names_a_patient(kind) {
            sum.value(kind, &value);
        }
        if listed {
            // Purview's ladder (phi.md §3): pattern, check, context, keyword.
            let confidence = match (candidate.confidence, candidate.keyed, health) {
                (Some(own), _, _) => own,
                (None, true, _) => 85,
                (None, false, true) => 75,
                (None, false, false) if candidate.checked => 65,
                (None, false, false) => 55,
            };
            let token = (sum.reading.token)(&value);
            let finding = self.finding(kind, &candidate.range, confidence, token);
            self.found.push(Finding {
                detector: candidate.detector.clone(),
                ..finding
            });
        }
    }

    /// A health word is listed where it first stands in its part.
    fn term(&mut self, term: &Term, lexicon: &Lexicon, sum: &mut Sum<'_>) {
        let own = self.normal.bytes()[term.range.clone()].to_ascii_lowercase();
        let name = if term.by_suffix {
            own.as_slice()
        } else {
            lexicon.text(term.entry).as_bytes()
        };
        let known = self.tally.terms();
        self.tally.term(name, term.setting);
        sum.tally.term(name, term.setting);
        let first = self.tally.terms() > known;
        if sum.count(FindingKind::HealthTerm) && first {
            let confidence = if term.setting { 55 } else { 65 };
            let value = value::normalised(FindingKind::HealthTerm, name);
            let token = (sum.reading.token)(&value);
            let finding = self.finding(FindingKind::HealthTerm, &term.range, confidence, token);
            self.found.push(finding);
        }
    }

    fn finding(
        &self,
        kind: FindingKind,
        range: &Range<usize>,
        confidence: u8,
        token: [u8; 32],
    ) -> Finding {
        let (start, len) = self.normal.place(range);
        Finding {
            kind,
            part: self.part,
            start,
            len,
            confidence,
            token,
            quoted: self.blocks.is_quoted(self.normal.bytes(), range.start),
            hidden: self.form == Form::Hidden,
            detector: None,
        }
    }
}

/// Texts that people wrote to be read; what is hidden and what programs wrote the rules judge alone.
const fn is_read(form: Form) -> bool {
    matches!(form, Form::Prose | Form::Table)
}

/// What words, births and diagnoses say about rules besides HIPAA's.
fn label(text: &[u8], words: &Words, blocks: &Blocks, kept: &[Candidate], sum: &mut Sum<'_>) {
    hint(text, words, blocks, &mut sum.hints);
    let mut births = kept.iter().filter(|c| c.kind == FindingKind::DateOfBirth);
    if births.any(|birth| value::is_birth_of_minor(&text[birth.range.clone()])) {
        sum.hints.strong(crate::Label::Minor, u32::MAX);
    }
    let diagnoses = kept.iter().filter(|c| c.kind == FindingKind::DiagnosisCode);
    sum.labels
        .extend(diagnoses.filter_map(|code| codes::label(&text[code.range.clone()])));
}

/// What the words say about rules besides HIPAA's.
fn hint(text: &[u8], words: &Words, blocks: &Blocks, hints: &mut Hints) {
    let spoken = words
        .keys
        .iter()
        .filter(|key| !blocks.is_quiet(key.range.start));
    let mut covered = 0;
    for key in spoken {
        match key.tag {
            Tag::Label(label) => {
                covered = key.range.end;
                hints.strong(label, key.entry);
            }
            // A word inside a term is no second one.
            Tag::Hint(label) if key.range.end > covered => hints.slight(label, key.entry),
            Tag::Age if codes::is_minor(text, &key.range) => {
                hints.strong(crate::Label::Minor, key.entry)
            }
            Tag::Aged if codes::is_minor_age(&text[key.range.end..]) => {
                hints.strong(crate::Label::Minor, key.entry);
            }
            _ => {}
        }
    }
}

/// What the readers are given.
struct Subject<'a> {
    text: &'a [u8],
    words: &'a Words,
    links: &'a Links,
    form: Form,
}

impl Subject<'_> {
    fn candidates(
        &self,
        scanner: &Scanner,
        emails: Vec<Candidate>,
        health: bool,
        sum: &Sum<'_>,
    ) -> Vec<Candidate> {
        let text = self.text;
        let mut candidates = emails;
        candidates.extend(self.links.candidates(text));
        let keyed = keyed::read(text, self.words)
            .into_iter()
            .filter(|keyed| !keyed.needs_health || health);
        candidates.extend(keyed.map(|keyed| keyed.candidate));
        scanner.shapes.visit(text, |shape, range| {
            let candidate = judge::judge(shape, range, text, self.words);
            let held =
                candidate.filter(|c| c.kind.class() >= Class::B || !self.links.cover(&c.range));
            held.map(|held| candidates.push(held)).is_some()
        });
        candidates.extend(codes::read(text, self.words));
        let relative = self
            .words
            .keys
            .iter()
            .filter(|key| key.tag == Tag::RelativeDate);
        candidates.extend(relative.map(|key| Candidate {
            confidence: Some(55),
            ..Candidate::new(FindingKind::RelativeDate, key.range.clone())
        }));
        if matches!(self.form, Form::Prose | Form::Hidden | Form::Table) {
            let capitals = names::Capitals::of(text);
            let places = places::read(text, &capitals, self.words, &scanner.gazetteer);
            let people = names::read(text, &capitals, self.words, &scanner.people, &places);
            let mailboxes: Vec<Range<usize>> = candidates
                .iter()
                .filter(|c| c.kind == FindingKind::Email)
                .map(|c| c.range.clone())
                .collect();
            let outside = |c: &Candidate| {
                let next = mailboxes.partition_point(|mail| mail.end <= c.range.start);
                let mail = mailboxes
                    .get(next)
                    .is_some_and(|mail| mail.start < c.range.end);
                !mail && !self.links.cover(&c.range) && !holds_at(text, &c.range)
            };
            candidates.extend(places.into_iter().chain(people).filter(outside));
        }
        candidates.extend(forms::read(text, self.form));
        if let Some(patterns) = sum.reading.patterns {
            candidates.extend(patterns.read(text).into_iter().map(|hit| Candidate {
                confidence: Some(hit.confidence),
                checked: hit.checked,
                keyed: hit.keyed,
                detector: Some(hit.name.to_owned()),
                ..Candidate::new(hit.kind, hit.range)
            }));
        }
        candidates
    }
}

/// Whether a place runs into an address of mail.
fn holds_at(text: &[u8], range: &Range<usize>) -> bool {
    text.get(range.end) == Some(&b'@') || (range.start > 0 && text[range.start - 1] == b'@')
}

/// What no patient wrote or is: a mail program's lines, the organisation's own people and addresses.
fn is_foreign(text: &[u8], candidate: &Candidate, blocks: &Blocks, sum: &Sum<'_>) -> bool {
    use FindingKind as K;
    let kind = candidate.kind;
    let (start, found) = (candidate.range.start, &text[candidate.range.clone()]);
    let own = sum.reading.own;
    let written = matches!(
        kind,
        K::Date | K::Email | K::Name | K::PatientName | K::ProviderName
    );
    let spoken =
        kind.is_name() || matches!(kind, K::Place | K::RestrictedZip | K::Facility | K::Street);
    (written && blocks.is_envelope(text, start))
        || (spoken && blocks.is_signature(start))
        || (kind == K::Email && own.has_address(found))
        || (kind.is_name() && own.has_name(found))
        || (kind.class() <= Class::C && own.has_line(crate::block::line(text, start)))
}
