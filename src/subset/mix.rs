//! A mixer of 64 bits.

/// What the state of `SplitMix64` grows by.
pub(crate) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A step of `SplitMix64` (Sebastiano Vigna, public domain).
pub(crate) fn mix(state: u64) -> u64 {
    let x = state.wrapping_add(GOLDEN);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
