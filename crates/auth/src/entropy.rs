//! How random something is, for the tests of what is made of random bits.

/// Enough for a bit that is not random to be told from one that is.
const SAMPLES: usize = 2000;

/// That what `make` makes has at least `bits` random bits, and is never made twice. A random bit is set in half of
/// the samples: chance takes it past 40 or 60 % once in 10¹⁸ times (nine standard deviations). This tells constants,
/// counters and clocks from random bits; that the generator is a good one, no test of its output can tell.
pub(crate) fn assert_random(bits: usize, make: impl Fn() -> Vec<u8>) {
    let mut samples: Vec<Vec<u8>> = (0..SAMPLES).map(|_| make()).collect();
    let is_random = |at: &usize| {
        let set = |sample: &&Vec<u8>| sample[at / 8] & (1 << (at % 8)) != 0;
        let count = samples.iter().filter(set).count();
        (SAMPLES * 4 / 10..SAMPLES * 6 / 10).contains(&count)
    };
    let random = (0..samples[0].len() * 8).filter(is_random).count();
    assert!(random >= bits, "{random} random bits");
    samples.sort_unstable();
    samples.dedup();
    assert_eq!(samples.len(), SAMPLES, "one was made twice");
}
