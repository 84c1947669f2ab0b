//! What comes from outside is changed at random, byte by byte: no reader may panic. Each target
//! runs for a moment, and for a minute with `REVIEW_DATA_LONG=1`, with other changes each time. A
//! failure prints the input.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should end there")]
#![allow(unused_crate_dependencies, reason = "the dependencies are the library's")]

mod change;

use change::{Random, changed};
use review_data::buildpack::{AppJson, Dialect, Procfile};
use review_data::config::{Config, FileOf2019, NamePattern};
use review_data::migrate::frameworks::AppFiles;
use review_data::postgres::{Address, SourceUrl};
use review_data::schema::archive;
use review_data::stream::tuple;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Files of the repository with one of these endings, as bytes.
fn files(folders: &[&str], endings: &[&str]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> =
        folders.iter().map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).collect();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    found.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Gives a reader changed inputs until its time is up.
#[track_caller]
fn fuzz(inputs: &[Vec<u8>], mut read: impl FnMut(&[u8])) {
    assert!(!inputs.is_empty());
    let long = std::env::var_os("REVIEW_DATA_LONG").is_some();
    let limit = if long { Duration::from_secs(60) } else { Duration::from_millis(400) };
    let mut random = if long { Random::new() } else { Random::fixed() };
    let (begun, mut tried) = (Instant::now(), 0);
    // at least some, however slow the machine is
    while begun.elapsed() < limit || tried < 50 {
        let input = changed(inputs, &mut random);
        let ended = panic::catch_unwind(AssertUnwindSafe(|| read(&input)));
        assert!(ended.is_ok(), "a panic on: {:?}", String::from_utf8_lossy(&input));
        tried += 1;
    }
}

fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

#[test]
fn configuration() {
    fuzz(&files(&["examples", "tests/fixtures"], &[".toml"]), |input| {
        if let Err(mistakes) = Config::parse("review-data.toml", &text(input)) {
            assert!(mistakes.to_string().len() < 100_000);
        }
    });
}

#[test]
fn the_file_of_2019() {
    let input = br#"{"fraction": 0.1, "force_rows": {"users": {"tenant": [1, 2]}}, "tables": ["a"],
        "constraints": {"a": [["b"], "c", ["id"]]}, "children": 3}"#;
    fuzz(&[input.to_vec()], |input| {
        let _ = FileOf2019::parse("config.json", &text(input));
    });
}

#[test]
fn names_and_patterns() {
    fuzz(&[b"public.users".to_vec(), b"\"A b\".\"c\"\"d\"_[2-9]*".to_vec()], |input| {
        let _ = text(input).parse::<NamePattern>();
    });
}

#[test]
fn urls() {
    let inputs: [&[u8]; 4] = [
        b"postgres://u:p%40ss@h.example:5432/d?sslmode=require&options=-c%20a%3Db",
        b"host=h port=5432 user='u' password='p\\'w' dbname=d sslmode=verify-full",
        b"jdbc:postgresql://h:5432/d?user=u&password=p",
        b"postgresql://u@[::1]:1,h2:2/d?target_session_attrs=any&hostaddr=127.0.0.1",
    ];
    fuzz(&inputs.map(<[u8]>::to_vec), |input| {
        let text = text(input);
        if let Ok(url) = SourceUrl::parse(&text) {
            let _ = (url.0.display(), url.0.password(), url.0.jdbc());
        }
        let _ = Address::parse_any(&text);
    });
}

#[test]
fn procfiles() {
    let mut inputs = files(&["tests/fixtures"], &["Procfile"]);
    inputs.push(b"web: a\nrelease: review-data release && b\r\n# c\n".to_vec());
    fuzz(&inputs, |input| {
        let mut procfile = Procfile::classic_of_bytes(input);
        procfile.set("release", "review-data release", Dialect::Classic);
        assert!(
            Procfile::classic_of_bytes(&procfile.to_bytes())
                .get("release", Dialect::Classic)
                .is_some()
        );
        for dialect in [Dialect::Classic, Dialect::CloudNative] {
            let _ = Procfile::parse(&text(input), dialect).map(|read| read.to_bytes());
        }
    });
}

#[test]
fn app_json_and_its_command_lines() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("setup.sh"), "set -e\nrake db:migrate || exit 1\n").unwrap();
    fs::write(home.path().join("Makefile"), "review:\n\tsh setup.sh && rake db:seed\n").unwrap();
    let app_files = AppFiles::new(home.path());
    let mut inputs = files(&["tests/fixtures"], &["app.json"]);
    for line in [
        "review-data postdeploy && bundle exec rake db:seed",
        "if [ \"$A\" = b ]; then make review; else sh setup.sh; fi; for i in 1 2; do x && break; done",
        "bash -c 'cd a; (npx prisma migrate deploy)' | tee log <<< \"$(cat b)\"",
    ] {
        let line = serde_json::Value::from(line).to_string();
        inputs.push(format!("{{\"scripts\": {{\"postdeploy\": {line}}}}}").into_bytes());
    }
    fuzz(&inputs, |input| {
        let _ = AppJson::parse(&text(input)).postdeploy_calls_us(&app_files);
    });
}

/// An archive of one entry, as a `pg_dump` of that format's minor version writes it.
fn archive_of(minor: u8) -> Vec<u8> {
    let integer = |value: i32| {
        let mut out = vec![u8::from(value < 0)];
        out.extend_from_slice(&value.unsigned_abs().to_le_bytes());
        out
    };
    let text = |value: &str| [integer(i32::try_from(value.len()).unwrap()), value.into()].concat();
    let mut out = [b"PGDMP".as_slice(), &[1, minor, 0, 4, 8, 1]].concat();
    out.extend(if minor >= 15 { vec![0] } else { integer(0) });
    out.extend((0..7).flat_map(|_| integer(1)));
    out.extend((0..3).flat_map(|_| text("x")));
    out.extend([integer(1), integer(215), integer(1)].concat());
    out.extend(["1259", "16384", "users", "TABLE"].into_iter().flat_map(text));
    out.extend(integer(2));
    out.extend(["create table users ();\n", "drop table users;"].into_iter().flat_map(text));
    out.extend(integer(-1));
    out.extend(["public", "", "heap"].into_iter().flat_map(text));
    if minor >= 16 {
        out.extend(integer(i32::from(b'r')));
    }
    out.extend(["owner", "false", "5", "7"].into_iter().flat_map(text));
    out.extend(integer(-1));
    out.extend([0; 9]);
    out
}

#[test]
fn archives() {
    let inputs: Vec<_> = (14..=16).map(archive_of).collect();
    for input in &inputs {
        assert_eq!(archive::read(input).unwrap().len(), 1);
    }
    fuzz(&inputs, |input| {
        let _ = archive::read(input);
    });
}

#[test]
fn tuples() {
    let mut tuple = Vec::new();
    tuple::put(&mut tuple, &[Some(b"one"), None, Some(b"")]);
    let first = [tuple::SIGNATURE.as_slice(), &[0; 8], &tuple].concat();
    fuzz(&[tuple, first], |input| {
        let start = tuple::Messages::default().header(input).unwrap_or(0);
        let (mut rest, mut fields) = (&input[start..], Vec::new());
        while let Ok(true) = tuple::take(&mut rest, &mut fields) {}
    });
}
