//! Settings: layers, and unknown keys by name.

use std::path::PathBuf;

use xuekang::kernel::config::Config;

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("xuekang.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_file_changes_what_it_names_and_leaves_the_rest() {
    let (_folder, path) = file("[stats]\nthreshold = 20\n");
    let config = Config::load(Some(&path)).unwrap();
    assert_eq!(config.stats.threshold, 20);
    assert_eq!(config.auth.access_minutes, 10);
}

#[test]
fn an_unknown_key_is_refused_by_its_name() {
    let (_folder, path) = file("[stats]\ntreshold = 20\n");
    let error = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(error.contains("treshold"), "{error}");
}

/// Every setting of a table and of the tables in it, by its whole name.
fn names_of(table: &toml::Table, above: &str) -> Vec<String> {
    let names = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::Table(inner) => names_of(inner, &format!("{above}{key}.")),
        _ => vec![format!("{above}{key}")],
    };
    table.iter().flat_map(names).collect()
}

#[test]
fn every_setting_is_described_and_no_secret_is() {
    let mut config = Config::defaults().unwrap();
    config.database.url = "postgres://xuekang:hunter2@db.example/xuekang".into();
    let described = config.describe();
    let defaults: toml::Table = xuekang::kernel::config::DEFAULTS.parse().unwrap();
    for name in names_of(&defaults, "") {
        assert!(described.iter().any(|(known, _)| *known == name), "{name} is not described");
    }
    let text = format!("{described:?}");
    assert!(!text.contains("hunter2") && text.contains("db.example"), "{text}");
}
