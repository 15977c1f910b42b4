//! A small pseudo-random generator (splitmix64). It is implemented here because the demo must be
//! byte-for-byte the same with every version of every library.

/// A sequence of pseudo-random numbers that depends only on its seed.
#[derive(Debug, Clone)]
pub struct Prng(u64);

impl Prng {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The sequence of a subject and a number, so that a change to one subject does not affect
    /// others.
    pub fn of(subject: &str, number: u64) -> Self {
        // Hashes the subject and then the number with FNV-1a; the first draw mixes the bits.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in subject.bytes().chain(number.to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self(hash)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from `low` to `high`.
    pub fn range(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low) + 1;
        low.wrapping_add((self.bits() % span.max(1)) as i64)
    }

    /// `true` with the probability `share`.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A random index into `len` elements; 0 if there are none.
    pub fn index(&mut self, len: usize) -> usize {
        if len == 0 {
            0
        } else {
            (self.bits() % len as u64) as usize
        }
    }

    /// A random element of a fixed list.
    pub fn pick<T: Copy, const N: usize>(&mut self, things: [T; N]) -> T {
        things[self.index(N)]
    }

    /// A random index, with probabilities in proportion to the weights.
    pub fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let mut left = self.unit() * weights.clone().sum::<f64>();
        let mut last = 0;
        for (i, weight) in weights.enumerate() {
            last = i;
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_splitmix64() {
        let mut r = Prng::new(1_234_567);
        assert_eq!(r.bits(), 6_457_827_717_110_365_317);
        assert_eq!(r.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn draws_stay_in_range_and_subjects_differ() {
        let mut r = Prng::of("doors", 3);
        for _ in 0..1000 {
            assert!((0.0..1.0).contains(&r.unit()));
            assert!((-2..=5).contains(&r.whole(-2, 5)));
            assert!(r.weighted([0.0, 1.0, 2.0].into_iter()) > 0);
        }
        assert_ne!(Prng::of("doors", 3).bits(), Prng::of("gates", 3).bits());
        assert_ne!(Prng::of("doors", 3).bits(), Prng::of("doors", 4).bits());
    }
}
