//! A temporary file without a name, encrypted block by block.

use super::error::SpillError;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, MAX_TAG_LEN, Nonce, UnboundKey};
use std::env;
use std::fs::{File, OpenOptions, remove_file};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The number of the next file: no two blocks are encrypted with the same number.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// A key that this process makes for itself, and that nobody else learns.
fn key() -> Result<&'static LessSafeKey, SpillError> {
    static KEY: OnceLock<Option<LessSafeKey>> = OnceLock::new();
    let make = || {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).ok()?;
        Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?))
    };
    KEY.get_or_init(make).as_ref().ok_or_else(|| SpillError::cipher("make a key for"))
}

/// Where a block is in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    number: u32,
    offset: u64,
    length: usize,
}

/// A file that only this process can reach, and only as long as it runs.
#[derive(Debug)]
pub(super) struct Sealed {
    file: File,
    number: u32,
    blocks: u32,
    end: u64,
}

impl Sealed {
    pub(super) fn make() -> Result<Self, SpillError> {
        let failed = |error| SpillError::new("make", &error);
        let used = |number: u32| number.checked_add(1);
        let number = NEXT
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, used)
            .map_err(|_| failed(io::Error::other("there were too many")))?;
        let mut random = [0u8; 16];
        getrandom::fill(&mut random).map_err(|error| failed(io::Error::other(error)))?;
        let name = format!("review-data-{:032x}", u128::from_ne_bytes(random));
        let path = env::temp_dir().join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed)?;
        remove_file(&path).map_err(failed)?;
        Ok(Sealed { file, number, blocks: 0, end: 0 })
    }

    /// Appends a block. What was given is encrypted in place.
    pub(super) fn append(&mut self, block: &mut Vec<u8>) -> Result<Place, SpillError> {
        let place =
            Place { number: self.blocks, offset: self.end, length: block.len() + MAX_TAG_LEN };
        key()?
            .seal_in_place_append_tag(self.nonce(place), Aad::empty(), block)
            .map_err(|_| SpillError::cipher("encrypt"))?;
        let written = self.file.write_all_at(block, self.end);
        written.map_err(|error| SpillError::new("write", &error))?;
        self.end += block.len() as u64;
        self.blocks = self
            .blocks
            .checked_add(1)
            .ok_or_else(|| SpillError::new("write", &io::Error::other("it is too large")))?;
        Ok(place)
    }

    pub(super) fn read(&self, place: Place, block: &mut Vec<u8>) -> Result<(), SpillError> {
        block.resize(place.length, 0);
        let read = self.file.read_exact_at(block, place.offset);
        read.map_err(|error| SpillError::new("read", &error))?;
        let length = key()?
            .open_in_place(self.nonce(place), Aad::empty(), block)
            .map_err(|_| SpillError::cipher("decrypt"))?
            .len();
        block.truncate(length);
        Ok(())
    }

    /// Never the same for two blocks of this process: the numbers of the file and of the block.
    fn nonce(&self, place: Place) -> Nonce {
        let mut nonce = [0u8; 12];
        nonce[..4].copy_from_slice(&self.number.to_be_bytes());
        nonce[4..8].copy_from_slice(&place.number.to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::fd::AsRawFd as _;

    #[test]
    fn a_file_has_no_name_and_shows_nothing_of_what_is_in_it() {
        let mut file = Sealed::make().unwrap();
        let secret = b"a.customer@shop.test".repeat(100);
        let place = file.append(&mut secret.clone()).unwrap();
        let link = format!("/proc/self/fd/{}", file.file.as_raw_fd());
        let target = fs::read_link(&link).unwrap().display().to_string();
        assert!(target.ends_with(" (deleted)"), "{target}");
        let stored = fs::read(&link).unwrap();
        assert!(stored.len() > secret.len());
        assert!(!stored.windows(8).any(|part| secret.starts_with(part)));
        let again = file.append(&mut secret.clone()).unwrap();
        let all = fs::read(&link).unwrap();
        assert_ne!(all[..stored.len()], all[stored.len()..], "each block has its own nonce");
        for place in [again, place] {
            let mut block = Vec::new();
            file.read(place, &mut block).unwrap();
            assert_eq!(block, secret);
        }
    }

    #[test]
    fn what_was_changed_on_the_disk_is_noticed() {
        let mut file = Sealed::make().unwrap();
        let place = file.append(&mut b"ten and two".to_vec()).unwrap();
        file.file.write_all_at(b"x", 3).unwrap();
        let error = file.read(place, &mut Vec::new()).unwrap_err();
        assert!(error.to_string().starts_with("cannot decrypt a temporary file in "), "{error}");
    }
}
