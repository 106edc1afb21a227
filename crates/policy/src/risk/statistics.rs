//! The few statistics that an administrator can have explained.
//!
//! Invariant: total: no input makes one of them panic or return NaN.

/// Weighted median of values with their weights; 0 of nothing.
pub(super) fn median(samples: &mut [(f64, f64)]) -> f64 {
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = samples.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    for (value, weight) in samples.iter() {
        below += weight;
        if below >= half {
            return *value;
        }
    }
    0.0
}

/// `-log10 P(X ≥ observed)` of a count whose mean is `mean`. With a `shape` the count comes in bursts
/// (negative binomial, variance `mean + mean² / shape`); without, one by one (Poisson).
pub(super) fn tail(observed: f64, mean: f64, shape: Option<f64>) -> f64 {
    const STEPS_MAX: u32 = 2_000;
    const FAR: f64 = 300.0;
    let mean = mean.max(1e-6);
    if observed <= mean {
        return 0.0;
    }
    let first = observed.ceil();
    // The logarithm of P(X = first), then the few terms above it.
    let at_first = match shape {
        Some(k) => {
            ln_gamma(first + k) - ln_gamma(k) - ln_gamma(first + 1.0)
                + k * (k / (k + mean)).ln()
                + first * (mean / (k + mean)).ln()
        }
        None => first * mean.ln() - mean - ln_gamma(first + 1.0),
    };
    let (mut term, mut sum, mut n) = (1.0, 1.0, first);
    for _ in 0..STEPS_MAX {
        term *= match shape {
            Some(k) => (n + k) / (n + 1.0) * mean / (k + mean),
            None => mean / (n + 1.0),
        };
        n += 1.0;
        sum += term;
        if term < sum * 1e-12 {
            break;
        }
    }
    let log10 = (at_first + sum.ln()) / std::f64::consts::LN_10;
    (-log10).clamp(0.0, FAR)
}

/// Wilson's bounds of a share: `z` deviations below and above.
pub(super) fn wilson(part: f64, whole: f64, z: f64) -> (f64, f64) {
    if whole <= 0.0 {
        return (0.0, 1.0);
    }
    let share = (part / whole).clamp(0.0, 1.0);
    let z2 = z * z;
    let scale = 1.0 + z2 / whole;
    let centre = (share + z2 / (2.0 * whole)) / scale;
    let spread = z * (share * (1.0 - share) / whole + z2 / (4.0 * whole * whole)).sqrt() / scale;
    ((centre - spread).max(0.0), (centre + spread).min(1.0))
}

/// Stirling's series, shifted to where it is exact enough for any alert.
fn ln_gamma(x: f64) -> f64 {
    let mut x = x;
    let mut shift = 0.0;
    while x < 8.0 {
        shift -= x.ln();
        x += 1.0;
    }
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1_260.0));
    shift + (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series
}
