//! What is on record about a message's recipients, as the decision asks for it.

use ctx::Ctx;
use model::{Address, Result};
use store::tables::correspondents::{self as table, Standing};

/// One for each address, in their order.
pub(crate) fn standings(ctx: &Ctx, addresses: &[&Address]) -> Result<Vec<Option<Standing>>> {
    let keys = ctx.world().keys(ctx.organisation())?;
    let blinder = keys.blinder("address");
    let tokens: Vec<[u8; 32]> = addresses.iter().map(|a| blinder.token(&a.fold())).collect();
    let organisation = ctx.organisation();
    ctx.world().store.read(move |tx| {
        let found = tokens.iter().map(|token| {
            let row = table::find(tx, organisation, token)?;
            Ok(row.map(|row| row.standing))
        });
        found.collect()
    })
}
