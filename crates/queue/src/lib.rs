//! The delivery scheduler: step(state, now, input) -> effects
