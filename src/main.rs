//! The buildpack binary: hands detect and build to `buildpack`.

#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

fn main() {}
