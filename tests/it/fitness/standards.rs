//! The embedded tables: whole, dated, and refused when they contradict themselves.

use xuekang::fitness::rules::{EMBEDDED, Standards, Tables, TestItem};

#[test]
fn the_edition_of_2014_judges_from_its_day_on() {
    let standards = Standards::embedded().unwrap();
    let on = |day: &str| standards.on(day.parse().unwrap()).map(|edition| edition.id.clone());
    assert_eq!(on("2014-07-07").unwrap(), "fitness-2014");
    assert_eq!(on("2026-10-01").unwrap(), "fitness-2014");
    assert_eq!(on("2014-07-06").unwrap_err().code, "no_standard");
    assert_eq!(standards.editions().len(), 1);
    assert!(standards.newest().unwrap().document.contains("教体艺〔2014〕5号"));
}

#[test]
fn the_items_have_the_names_of_the_table() {
    let mut names: Vec<&str> =
        EMBEDDED.items.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    let mut ours: Vec<&str> = TestItem::ALL.iter().map(|item| item.as_str()).collect();
    ours.sort_unstable();
    assert_eq!(names, ours);
}

#[test]
fn what_can_be_true_is_wider_than_every_row() {
    let standards = Standards::embedded().unwrap();
    for group in standards.newest().unwrap().groups() {
        for table in &group.items {
            let (least, most) = standards.range(table.item.as_str()).unwrap().possible;
            let bonus = table.bonus.first().map_or(0, |bonus| bonus.excess);
            for row in &table.rows {
                assert!(
                    (least..=most).contains(&(row.threshold - 1)) || row.threshold == 1,
                    "{}",
                    table.item
                );
                assert!((least..=most).contains(&(row.threshold + 1)), "{}", table.item);
            }
            let best = table.rows[0].threshold;
            assert!(least < best - bonus && best + bonus < most, "{}", table.item);
        }
    }
}

#[test]
fn tables_that_contradict_themselves_are_refused() {
    let broken = |tables: Tables<'_>| Standards::from_tables(tables).unwrap_err().to_string();
    assert!(Standards::from_tables(EMBEDDED).is_ok());
    let scores = EMBEDDED.scores.replace("run_50m,M,11,95,10.3", "run_50m,M,11,95,10.1");
    assert!(broken(Tables { scores: &scores, ..EMBEDDED }).contains("rows out of order"));
    let items = EMBEDDED.items.replacen("higher,15,", "higher,14,", 1);
    assert!(broken(Tables { items: &items, ..EMBEDDED }).contains("do not sum to 100"));
    let bmi = EMBEDDED.bmi.replace("M,11,13.4,13.5", "M,11,13.4,13.6");
    assert!(broken(Tables { bmi: &bmi, ..EMBEDDED }).contains("gap"));
    let bonus = EMBEDDED.bonus.replace("rope_skip_1min,F,11,20,40", "rope_skip_1min,F,11,20,30");
    assert!(broken(Tables { bonus: &bonus, ..EMBEDDED }).contains("bonus"));
    let fewer =
        EMBEDDED.items.lines().filter(|line| !line.starts_with("11,M,rope")).collect::<Vec<_>>().join("\n");
    assert!(broken(Tables { items: &fewer, ..EMBEDDED }).contains("not tested"));
    let ranges =
        EMBEDDED.ranges.lines().filter(|line| !line.starts_with("pull_up")).collect::<Vec<_>>().join("\n");
    assert!(broken(Tables { ranges: &ranges, ..EMBEDDED }).contains("no range"));
    let standards = EMBEDDED.standards.replace("item_good", "item_goood");
    assert!(broken(Tables { standards: &standards, ..EMBEDDED }).contains("item_goood"));
}
