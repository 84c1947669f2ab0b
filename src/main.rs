//! The buildpack binary: hands detect, build and the classic compile to `buildpack`.

#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

use std::process::ExitCode;

fn main() -> ExitCode {
    review_data::buildpack::main()
}
