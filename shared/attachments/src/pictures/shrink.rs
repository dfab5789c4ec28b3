//! A picture made smaller while its rows come in, so that the large one is never held whole.

use super::Points;

/// Averages areas. Takes rows of three bytes a point, from the top.
pub struct Shrink {
    from: (usize, usize),
    to: (usize, usize),
    /// One row, as narrow as the result, in 256ths.
    narrow: Vec<u32>,
    /// The result's next row: rows added up by how much of each belongs to it.
    sum: Vec<u32>,
    /// How much of the next row has come, of `from.1`.
    filled: usize,
    drawn: Vec<u8>,
}

impl Shrink {
    /// From the first size, width before height, to the second, which is nowhere larger; neither has more than 20,000 points a side.
    pub fn new(from: (usize, usize), to: (usize, usize)) -> Self {
        debug_assert!(to.0 <= from.0 && to.1 <= from.1);
        Self {
            from,
            to,
            narrow: vec![0; to.0 * 3],
            sum: vec![0; to.0 * 3],
            filled: 0,
            drawn: Vec::with_capacity(to.0 * to.1 * 3),
        }
    }

    /// The next row.
    pub fn row(&mut self, row: &[u8]) {
        if self.from == self.to {
            self.drawn.extend_from_slice(row);
            return;
        }
        self.narrowed(row);
        let whole = self.from.1;
        let mut left = self.to.1;
        while left > 0 {
            let taken = left.min(whole - self.filled);
            for (sum, point) in self.sum.iter_mut().zip(&self.narrow) {
                *sum += point * taken as u32;
            }
            left -= taken;
            self.filled += taken;
            if self.filled == whole {
                let whole = (whole as u32) << 8;
                let rounded = |sum: &u32| ((sum + whole / 2) / whole) as u8;
                self.drawn.extend(self.sum.iter().map(rounded));
                self.sum.fill(0);
                self.filled = 0;
            }
        }
    }

    /// The row across: as above, with points for rows.
    fn narrowed(&mut self, row: &[u8]) {
        let whole = self.from.0;
        let mut narrow = self.narrow.chunks_exact_mut(3);
        let (mut sum, mut filled) = ([0_u32; 3], 0);
        for point in row.chunks_exact(3) {
            let mut left = self.to.0;
            while left > 0 {
                let taken = left.min(whole - filled);
                for (sum, colour) in sum.iter_mut().zip(point) {
                    *sum += u32::from(*colour) * taken as u32;
                }
                left -= taken;
                filled += taken;
                if filled == whole {
                    for (narrow, sum) in narrow.next().into_iter().flatten().zip(sum) {
                        *narrow = (sum << 8) / whole as u32;
                    }
                    (sum, filled) = ([0; 3], 0);
                }
            }
        }
    }

    /// The small picture; none where rows are missing.
    pub fn done(self) -> Option<Points> {
        let (width, height) = self.to;
        let points = Points {
            width,
            height,
            bytes: self.drawn,
        };
        Some(points).filter(|points| points.bytes.len() == width * height * 3)
    }
}

/// The picture, its longer side at most `longest`.
pub fn thumbnail(picture: &Points, longest: usize) -> Option<Points> {
    let from = (picture.width, picture.height);
    let side = from.0.max(from.1);
    let to = match side <= longest {
        true => from,
        false => (
            (from.0 * longest / side).max(1),
            (from.1 * longest / side).max(1),
        ),
    };
    let mut shrink = Shrink::new(from, to);
    for row in picture.bytes.chunks_exact(from.0 * 3) {
        shrink.row(row);
    }
    shrink.done()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

    use super::*;

    fn shrunk(
        from: (usize, usize),
        to: (usize, usize),
        colour: impl Fn(usize, usize) -> u8,
    ) -> Points {
        let mut shrink = Shrink::new(from, to);
        for y in 0..from.1 {
            let row: Vec<u8> = (0..from.0).flat_map(|x| [colour(x, y); 3]).collect();
            shrink.row(&row);
        }
        shrink.done().unwrap()
    }

    #[test]
    fn one_colour_stays_that_colour_at_any_size() {
        for to in [(7, 5), (6, 5), (3, 2), (1, 1), (7, 1)] {
            let small = shrunk((7, 5), to, |_, _| 255);
            assert_eq!((small.width, small.height), to);
            assert!(small.bytes.iter().all(|byte| *byte == 255), "{to:?}");
        }
        assert!(
            shrunk((20_000, 3), (3, 1), |_, _| 255)
                .bytes
                .iter()
                .all(|byte| *byte == 255)
        );
        assert!(
            shrunk((3, 20_000), (1, 3), |_, _| 255)
                .bytes
                .iter()
                .all(|byte| *byte == 255)
        );
    }

    #[test]
    fn points_are_averaged_by_how_much_of_each_belongs_to_the_new_one() {
        let halves = shrunk((4, 2), (2, 1), |x, _| if x % 2 == 0 { 100 } else { 200 });
        assert!(halves.bytes.iter().all(|byte| *byte == 150));
        // Three points become two: the middle one is shared.
        let shared = shrunk((3, 1), (2, 1), |x, _| [0, 90, 180][x]);
        assert_eq!((shared.bytes[0], shared.bytes[3]), (30, 150));
    }

    #[test]
    fn missing_rows_make_no_picture() {
        let mut shrink = Shrink::new((2, 2), (2, 2));
        shrink.row(&[0; 6]);
        assert!(shrink.done().is_none());
    }
}
