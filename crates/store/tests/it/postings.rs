//! Both engines find in postings what a slow reading of the same tokens finds.

use std::collections::BTreeSet;

use model::seams::Rng;
use sim::kit::SimRng;
use store::tables::postings::{self, COLUMNS, Find, Placed, Posting, Token, Window};

const ALL: Window = Window {
    first: i64::MIN,
    last: i64::MAX,
    rows: 10_000,
};

fn below(chance: &SimRng, n: usize) -> usize {
    let mut octets = [0; 8];
    chance.fill(&mut octets);
    usize::try_from(u64::from_le_bytes(octets) % n as u64).unwrap_or(0)
}

/// Few tokens, so that chance puts them beside each other.
fn token(chance: &SimRng) -> Token {
    let mut token = [7; 10];
    token[0] = u8::try_from(below(chance, 6)).unwrap_or(0);
    token
}

fn posting(chance: &SimRng, most: usize) -> Posting {
    let mut posting = Posting::default();
    for column in &mut posting.columns {
        for _ in 0..below(chance, most) {
            column.push(match below(chance, 12) {
                0 => Placed::Gap,
                _ => Placed::Token(token(chance)),
            });
        }
    }
    posting
}

fn find(chance: &SimRng, depth: usize) -> Find {
    let several = |chance: &SimRng| {
        (0..1 + below(chance, 3))
            .map(|_| find(chance, depth - 1))
            .collect()
    };
    let phrase = |chance: &SimRng| {
        (0..1 + below(chance, 3))
            .map(|_| token(chance))
            .collect::<Vec<_>>()
    };
    match below(chance, if depth == 0 { 3 } else { 6 }) {
        0 | 1 => Find::Phrase(phrase(chance)),
        2 => Find::Near(
            phrase(chance),
            phrase(chance),
            u32::try_from(below(chance, 4)).unwrap_or(0),
        ),
        3 => Find::And(several(chance)),
        4 => Find::Or(several(chance)),
        _ => Find::Without(
            Box::new(find(chance, depth - 1)),
            Box::new(find(chance, depth - 1)),
        ),
    }
}

/// Where a phrase begins in a column.
fn starts(column: &[Placed], phrase: &[Token]) -> Vec<usize> {
    let wanted: Vec<Placed> = phrase.iter().map(|token| Placed::Token(*token)).collect();
    let windows = column.windows(wanted.len()).enumerate();
    windows
        .filter(|(_, window)| *window == wanted)
        .map(|(at, _)| at)
        .collect()
}

fn holds(posting: &Posting, what: &Find) -> bool {
    let any = |test: &dyn Fn(&[Placed]) -> bool| posting.columns.iter().any(|column| test(column));
    match what {
        Find::And(all) => all.iter().all(|one| holds(posting, one)),
        Find::Or(any) => any.iter().any(|one| holds(posting, one)),
        Find::Without(with, without) => holds(posting, with) && !holds(posting, without),
        Find::Phrase(tokens) => any(&|column| !starts(column, tokens).is_empty()),
        Find::Near(a, b, between) => any(&|column| {
            let between = *between as usize;
            let near = |i: &usize, j: &usize| match i <= j {
                true => j - i <= a.len() + between,
                false => i - j <= b.len() + between,
            };
            let (a, b) = (starts(column, a), starts(column, b));
            a.iter().any(|i| b.iter().any(|j| near(i, j)))
        }),
        Find::Nothing => false,
    }
}

sim::both_engines! {
    fn what_is_found_is_what_stands_there(store) {
        let chance = SimRng::new(31);
        let mut held: Vec<Posting> = (0..60).map(|_| posting(&chance, 12)).collect();
        // More places than one unit of PostgreSQL has, and more of one token.
        held.extend((0..2).map(|_| posting(&chance, 9_000)));
        let mut many = Posting::default();
        many.columns[1] = vec![Placed::Token([7; 10]); 700];
        held.push(many);
        let rows = held.clone();
        store.write(move |tx| {
            rows.iter().enumerate().try_for_each(|(at, posting)| postings::insert(tx, at as i64, posting))
        })?;
        for round in 0..400 {
            let what = find(&chance, 3);
            let asked = what.clone();
            let (found, count) = store.read(move |tx| Ok((postings::find(tx, &asked, ALL)?, postings::count(tx, &asked, ALL)?)))?;
            let expected: BTreeSet<i64> =
                held.iter().enumerate().filter(|(_, posting)| holds(posting, &what)).map(|(at, _)| at as i64).collect();
            let newest_first: Vec<i64> = expected.iter().rev().copied().collect();
            assert_eq!(found, newest_first, "round {round}: {what:?}");
            assert_eq!(count, expected.len() as u64, "round {round}");
        }
    }

    fn a_page_is_a_window_of_what_is_found(store) {
        let one = |column: usize| {
            let mut posting = Posting::default();
            posting.columns[column] = vec![Placed::Token([1; 10])];
            posting
        };
        store.write(move |tx| (0..30).try_for_each(|at: i64| postings::insert(tx, at * 3, &one(at as usize % COLUMNS))))?;
        let page = |first, last, rows| {
            store.read(move |tx| postings::find(tx, &Find::Phrase(vec![[1; 10]]), Window { first, last, rows }))
        };
        assert_eq!(page(0, 100, 3)?, [87, 84, 81]);
        assert_eq!(page(10, 80, 2)?, [78, 75]);
        assert_eq!(page(0, 4, 9)?, [3, 0]);
        store.write(|tx| postings::remove(tx, 78))?;
        assert_eq!(page(10, 80, 2)?, [75, 72]);
    }
}
