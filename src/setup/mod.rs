//! Setting up a review app's database, and what every run on it must hold.

pub mod lock;
