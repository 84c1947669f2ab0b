//! The digits of a number, permuted: another number of the same size, with as many digits after the
//! point.

use super::key::Keyed;
use super::permute::Permutation;

/// More are kept as they are.
const MOST: usize = 36;

/// The digits of a number that change, each with the first of the digits that it may be.
struct Place {
    at: usize,
    least: u8,
}

/// Appends `number`, an unsigned decimal one, with other digits from the byte `from` on. The result is
/// of the class that the number is of, and distinct numbers stay distinct.
///
/// The first digit of a number is not 0, and neither is the last one behind the point: 1.50 and 1.5
/// are equal to the server, and their results have to be.
pub(super) fn rewrite<T: PartialEq>(
    keyed: &Keyed,
    number: &str,
    from: usize,
    out: &mut String,
    class: impl Fn(&str) -> T,
) {
    let bytes = number.as_bytes();
    let point = number.find('.').unwrap_or(number.len());
    let whole = number.len().min(point);
    let end = if point < number.len() { number.trim_end_matches('0').len() } else { number.len() };
    let leading = bytes.iter().position(|byte| matches!(byte, b'1'..=b'9'));
    let mut places: Vec<Place> = Vec::with_capacity(number.len());
    for (at, byte) in bytes.iter().enumerate().take(end).skip(from) {
        if !byte.is_ascii_digit() || places.len() == MOST {
            continue;
        }
        let first = leading == Some(at) && at < whole;
        let last = at + 1 == end && at > whole;
        // zeros in front of the first digit say how small the number is
        if leading.is_none_or(|leading| at < leading) {
            continue;
        }
        places.push(Place { at, least: u8::from(first || last) });
    }
    let start = out.len();
    out.push_str(number);
    let limit = places.iter().map(|place| u128::from(10 - place.least)).product::<u128>();
    if places.is_empty() || limit < 2 {
        return;
    }
    let index = places.iter().fold(0u128, |index, place| {
        let digit = (bytes[place.at] - b'0').saturating_sub(place.least);
        index * u128::from(10 - place.least) + u128::from(digit)
    });
    // the digits that stay, and where the others stand
    let mut tweak = 0xcbf2_9ce4_8422_2325_u64;
    let mut next = places.iter().peekable();
    for (at, byte) in bytes.iter().enumerate().take(end) {
        let shown = if next.next_if(|place| place.at == at).is_some() { b'#' } else { *byte };
        tweak = (tweak ^ u64::from(shown)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    let mut made = bytes.to_vec();
    Permutation::new(keyed, limit, tweak).within(index, |permuted| {
        let mut permuted = permuted;
        for place in places.iter().rev() {
            let size = u128::from(10 - place.least);
            made[place.at] = b'0' + place.least + u8::try_from(permuted % size).unwrap_or(0);
            permuted /= size;
        }
        out.truncate(start);
        out.extend(made.iter().map(|byte| char::from(*byte)));
        class(&out[start..])
    });
}
