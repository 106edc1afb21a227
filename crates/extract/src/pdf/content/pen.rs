//! The pen that writes a page's text down, and decides what stands between two letters.

use super::matrix::Matrix;

#[derive(Default)]
pub(super) struct Pen {
    pub(super) text: String,
    /// Letters nobody could tell.
    pub(super) unread: usize,
    /// Where the last letter ended.
    end: Option<(f64, f64)>,
}

impl Pen {
    pub(super) fn put(&mut self, letter: Option<&str>, at: Matrix, size: f64, rise: f64) {
        let Some(letter) = letter else {
            self.unread += 1;
            return;
        };
        let (x, y) = at.point(0.0, rise);
        let ((along_x, along_y), height) = at.direction();
        let height = (height * size.abs()).max(1e-6);
        if let Some((end_x, end_y)) = self.end {
            let (dx, dy) = (x - end_x, y - end_y);
            let along = dx * along_x + dy * along_y;
            let across = (dy * along_x - dx * along_y).abs();
            let between = match () {
                () if across > 0.5 * height || along < -2.0 * height => "\n",
                () if along > 2.0 * height => "\t",
                () if along > 0.15 * height => " ",
                () => "",
            };
            self.between(between);
        }
        self.text.push_str(letter);
    }

    pub(super) fn lift(&mut self, at: Matrix, rise: f64) {
        self.end = Some(at.point(0.0, rise));
    }

    fn between(&mut self, between: &str) {
        if between == "\n" {
            while self.text.ends_with([' ', '\t']) {
                self.text.pop();
            }
        }
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n', '\t']) {
            self.text.push_str(between);
        }
    }
}
