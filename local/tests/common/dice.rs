//! Chance that can be repeated: the same seed throws the same dice.

use claims_local::Fault;

/// How many times longer than in an ordinary test run; `cargo xtask nightly` sets it.
pub fn longer() -> u64 {
    number("CLAIMS_TEST_LONGER").unwrap_or(1)
}

/// The seed of a run, to be named when it fails; `CLAIMS_TEST_SEED` sets another one.
pub fn seed() -> u64 {
    number("CLAIMS_TEST_SEED").unwrap_or(20_261_123)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// A small generator: SplitMix64.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.roll(of.len() as u64);
        &of[usize::try_from(at).unwrap()]
    }

    /// A fault of the embedded API.
    pub fn fault(&mut self) -> Fault {
        match self.roll(8) {
            0 => Fault::ResetBefore,
            1 => Fault::ResetAfter,
            2 => Fault::StorageAnswerLost,
            3 => Fault::StorageThrottled,
            4 => Fault::StorageDown,
            5 => Fault::Throttle { retry_after: 1 },
            6 => Fault::Status(502),
            _ => Fault::Status(504),
        }
    }
}
