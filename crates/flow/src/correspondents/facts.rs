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

/// What a recorded consent to disclosures covers, for the one who gets them; none without consent, or where
/// nobody said it.
pub(crate) fn consent_scope(ctx: &Ctx, token: &[u8; 32]) -> Result<Option<String>> {
    // Into memory first: a transaction cannot wait for another.
    ctx.world().keys(ctx.organisation())?;
    let (world, organisation, token) = (ctx.world().clone(), ctx.organisation(), *token);
    let found = ctx.world().store.read(move |tx| {
        let row = table::find(tx, organisation, &token)?;
        row.map(|row| super::view(&world, tx, row)).transpose()
    })?;
    let consents = found.filter(|view| view.standing.part2_until.is_some());
    let scope = consents.map(|view| view.part2_scope);
    Ok(scope.filter(|scope| !scope.is_empty()))
}
