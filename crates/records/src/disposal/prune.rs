//! Words that no message says any more, out of the lexicon.
//!
//! Words are looked up outside of any lock, and those that seem gone once more in the transaction that stores the
//! lexicon without them. Invariant: no commit of the archive passes that one, so that no word goes that a message says.

use std::collections::{BTreeMap, BTreeSet};

use ctx::Ctx;
use model::{LexiconPieceId, Mode, Result};
use store::Tx;
use store::tables::{archive_heads, lexicon_pieces, postings};

use crate::Records;
use crate::archive::Held;
use crate::search::lexicon::Places;
use crate::search::tokens::{Field, Tokens};

/// Words of one read.
const BATCH: usize = 500;
/// How often the last step is tried while others add words.
const TRIES: usize = 8;

impl Records {
    /// False when others changed the lexicon meanwhile: to be tried again.
    pub(super) fn prune(&self, ctx: &Ctx) -> Result<bool> {
        let (world, of) = (ctx.world(), ctx.organisation());
        let tokens = [
            Tokens::of(world, of, Mode::Live)?,
            Tokens::of(world, of, Mode::Test)?,
        ];
        let shared = self.lexicon(of);
        let words = {
            let mut held = Held::take(&shared);
            held.learn(world, of)?;
            held.all()
        };
        let mut fewer = BTreeMap::new();
        for some in words.chunks(BATCH) {
            let (some, tokens) = (some.to_vec(), tokens.clone());
            let found = world.store.read(move |tx| changed(tx, &tokens, &some))?;
            fewer.extend(found);
        }
        if fewer.is_empty() {
            return Ok(true);
        }
        for _ in 0..TRIES {
            let mut held = Held::take(&shared);
            held.learn(world, of)?;
            let (known, pieces, all) = (held.prunings(), held.pieces(), held.all());
            let (ctx2, tokens, fewer) = (ctx.clone(), tokens.clone(), fewer.clone());
            let write =
                move |tx: &mut Tx<'_>| stored(&ctx2, tx, &tokens, (known, &pieces), &all, &fewer);
            let done = world.store.write(write)?;
            held.forget();
            if done {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The lexicon without them, unless somebody changed it meanwhile.
fn stored(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    tokens: &[Tokens; 2],
    (known, pieces): (u64, &BTreeSet<LexiconPieceId>),
    all: &[(String, Places)],
    fewer: &BTreeMap<String, Places>,
) -> Result<bool> {
    let (world, of) = (ctx.world(), ctx.organisation());
    world.keys_in(tx, of)?;
    let now: BTreeSet<_> = lexicon_pieces::ids(tx, of)?.into_iter().collect();
    if now != *pieces || !archive_heads::prune(tx, of, known)? {
        return Ok(false);
    }
    let again = all.iter().filter(|(word, _)| fewer.contains_key(word));
    let again: Vec<_> = again.cloned().collect();
    let fewer = changed(tx, tokens, &again)?;
    let left: Vec<_> = all
        .iter()
        .map(|(word, places)| (word.clone(), fewer.get(word).copied().unwrap_or(*places)))
        .filter(|(_, places)| *places != 0)
        .collect();
    lexicon_pieces::insert(tx, &Held::whole(world, of, &left)?)?;
    for piece in pieces {
        lexicon_pieces::remove(tx, of, *piece)?;
    }
    Ok(true)
}

/// Words that stand in fewer places than is known, with those that are left.
fn changed(
    tx: &mut Tx<'_>,
    tokens: &[Tokens; 2],
    words: &[(String, Places)],
) -> Result<BTreeMap<String, Places>> {
    postings::by_index(tx)?;
    let mut fewer = BTreeMap::new();
    for (word, known) in words {
        let mut left = 0;
        for field in Field::ALL
            .into_iter()
            .filter(|field| known & field.bit() != 0)
        {
            let [live, test] = tokens;
            if postings::has(tx, &live.word(field, word))?
                || postings::has(tx, &test.word(field, word))?
            {
                left |= field.bit();
            }
        }
        if left != *known {
            fewer.insert(word.clone(), left);
        }
    }
    Ok(fewer)
}
