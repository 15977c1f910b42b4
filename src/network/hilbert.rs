//! The order of points along a Hilbert curve: neighbours in the order are neighbours on the ground. Differences between
//! neighbours are small, so files are short, and a search reads nearby memory.

use super::core::Point;

/// Returns the position of a point on the curve.
pub fn hilbert(point: Point) -> u64 {
    // The distance from the corner of the map, in 1e-7 of a degree.
    let mut x = u64::from(point.lon.abs_diff(i32::MIN));
    let mut y = u64::from(point.lat.abs_diff(i32::MIN));
    let mut place = 0;
    let mut side = 1_u64 << 31;
    while side > 0 {
        let (right, top) = (u64::from(x & side != 0), u64::from(y & side != 0));
        place += side * side * ((3 * right) ^ top);
        if top == 0 {
            if right == 1 {
                let last = (1_u64 << 32) - 1;
                (x, y) = (last - x, last - y);
            }
            (x, y) = (y, x);
        }
        side >>= 1;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_the_curve_are_neighbours_on_the_ground() {
        let corner = i32::MIN;
        let grid = (0..8).flat_map(|x| (0..8).map(move |y| (x, y)));
        let mut points: Vec<(u64, (i32, i32))> = grid
            .map(|(x, y)| {
                let point = Point {
                    lon: corner + x,
                    lat: corner + y,
                };
                (hilbert(point), (x, y))
            })
            .collect();
        points.sort_unstable();
        for pair in points.windows(2) {
            let ((before, (a, b)), (after, (c, d))) = (pair[0], pair[1]);
            assert_eq!(after, before + 1);
            assert_eq!((a - c).abs() + (b - d).abs(), 1, "{pair:?}");
        }
    }
}
