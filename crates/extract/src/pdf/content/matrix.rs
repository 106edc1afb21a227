//! Places on a page: `[a b c d e f]` as in ISO 32000-2 §8.3.4.

use super::super::object::Object;

#[derive(Clone, Copy)]
pub(super) struct Matrix([f64; 6]);

impl Matrix {
    pub(super) const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Out of operands; one that is missing or beyond all pages is as in [`Self::ONE`].
    pub(super) fn of(operands: &[Object]) -> Self {
        let mut numbers = Self::ONE.0;
        for (number, operand) in numbers.iter_mut().zip(operands) {
            *number = operand.number().unwrap_or(*number);
        }
        Self(numbers)
    }

    pub(super) fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this one, then the other.
    pub(super) fn then(self, other: Self) -> Self {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.0, other.0);
        Self([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    pub(super) fn point(self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// The direction of a line of text, and how high its letters are in units of their size.
    pub(super) fn direction(self) -> ((f64, f64), f64) {
        let [a, b, c, d, ..] = self.0;
        let length = a.hypot(b).max(1e-9);
        ((a / length, b / length), c.hypot(d).max(1e-9))
    }
}
