//! What the binary forms have in common.

/// A value that is not of its type. It holds no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    #[error("a value is not in the binary form of its type")]
    Binary,
    #[error("the masked value is not one of the type of the column")]
    Text,
}

pub(super) fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], WireError> {
    value.try_into().map_err(|_| WireError::Binary)
}
