//! Imports run one way: kernel ← access ← org ← student, tally ← slices ← healthfile, stats,
//! exchange ← app, cli. Never upward, never sideways.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms and what each may import. `schema` is open to all: it names tables, and holds nothing.
const ROOMS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("access", &["kernel"]),
    ("org", &["kernel", "access"]),
    ("tally", &["kernel", "access", "org"]),
    ("student", &["kernel", "access", "org", "tally"]),
    ("vision", &["kernel", "access", "org", "tally", "student"]),
    ("psych", &["kernel", "access", "org", "tally", "student"]),
    ("healthfile", &["kernel", "access", "org", "tally", "student", "vision"]),
    ("stats", &["kernel", "access", "org", "tally", "student", "vision"]),
    ("exchange", &["kernel", "access", "org", "tally", "student", "vision"]),
    ("home", &["kernel", "access", "org", "tally", "student", "vision", "healthfile", "stats", "exchange"]),
    ("fitness", &["kernel", "access", "org", "tally", "student"]),
    ("healthfile", &["kernel", "access", "org", "tally", "student", "vision", "fitness"]),
    ("stats", &["kernel", "access", "org", "tally", "student", "vision", "fitness"]),
    ("exchange", &["kernel", "access", "org", "tally", "student", "vision", "fitness"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.sort();
    found
}

/// The room a file stands in: the first folder below `src`, or the file's own name.
fn room_of(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// The rooms that a source names as `crate::room`, comments left out.
fn imported(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect();
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue; // `$crate::` in a macro names what the macro's user may name.
        }
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').map(str::trim).collect(),
            None => vec![rest],
        };
        for name in names {
            let room: String = name.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            rooms.push(room);
        }
    }
    rooms
}

#[test]
fn no_room_imports_upward_or_sideways() {
    let mut wrong = Vec::new();
    for path in all_sources() {
        let room = room_of(&path);
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else { continue };
        for import in imported(&fs::read_to_string(&path).unwrap()) {
            let known =
                ROOMS.iter().any(|(name, _)| *name == import) || ["app", "cli", "demo"].contains(&&*import);
            if known && import != room && !allowed.contains(&&*import) {
                wrong.push(format!("{} imports {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rules_know_no_clock_no_database_and_no_http() {
    let mut wrong = Vec::new();
    for path in all_sources() {
        let text = path.to_string_lossy().into_owned();
        let is_rule = text.ends_with("/rules.rs") || text.contains("/rules/");
        if !is_rule {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for word in
            ["actix_web", "kernel::db::Conn", "RunQueryDsl", "diesel::prelude", "Clock", "kernel::http"]
        {
            if source.contains(word) {
                wrong.push(format!("{} mentions {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_engine_file_knows_the_engine() {
    let mut wrong = Vec::new();
    for path in all_sources() {
        if path.components().any(|part| part.as_os_str() == "db") {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        for word in
            ["SqliteConnection", "PgConnection", "feature = \"postgres\"", "diesel::pg", "diesel::sqlite"]
        {
            let excused = word.starts_with("feature") && ["lib", "kernel"].contains(&room_of(&path).as_str());
            if source.contains(word) && !excused {
                wrong.push(format!("{} mentions {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_row_that_is_inserted_writes_its_empty_columns_too() {
    let mut wrong = Vec::new();
    for path in all_sources() {
        let source = fs::read_to_string(&path).unwrap();
        for (at, _) in source.match_indices("Insertable") {
            let Some(attributes) = source.get(at..) else { continue };
            if !attributes.starts_with("Insertable)]") && !attributes.starts_with("Insertable,") {
                continue;
            }
            let until_struct = attributes.split("struct").next().unwrap_or_default();
            if !until_struct.contains("treat_none_as_default_value = false") {
                wrong.push(path.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "batch inserts differ between the engines without it: {wrong:#?}");
}
