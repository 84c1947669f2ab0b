//! The key of one load's masks, and the password that reviewers sign in with.

use crate::config::{Config, MASK_KEY_VARIABLE, Secret};
use crate::failure::Failure;
use crate::mask::values::MaskKey;
use crate::report::KeyKind;

/// The same in all attempts of a load.
pub(crate) struct Secrets {
    pub(super) key: MaskKey,
    pub(super) kind: KeyKind,
    pub(super) password: Secret,
    /// Nobody chose the password, so that it has to be printed.
    pub(super) derived: bool,
}

/// Refuses a key that is too short. It connects to no server.
///
/// # Errors
/// Where masks need the key of the environment and it cannot be used.
pub fn check_key(config: &Config) -> Result<(), Failure> {
    if config.masking.mode.masks() { Secrets::of(config).map(drop) } else { Ok(()) }
}

impl Secrets {
    /// # Errors
    /// Where the key is too short, or the system gives no random numbers.
    pub(crate) fn of(config: &Config) -> Result<Self, Failure> {
        let masking = &config.masking;
        let (key, kind) = match &masking.key {
            Some(text) => (MaskKey::of(text), KeyKind::Configured),
            None => (MaskKey::random(), KeyKind::Random),
        };
        let key = key.map_err(|error| {
            Failure::wrong_use(format!("the config var {MASK_KEY_VARIABLE} cannot be used"))
                .because(error.to_string())
                .remedy(
                    "set it to a long random text, such as the output of\n openssl rand -hex 32",
                )
        })?;
        let derived = masking.password.is_none();
        let password = masking.password.clone().unwrap_or_else(|| key.password());
        Ok(Secrets { key, kind, password, derived })
    }
}
