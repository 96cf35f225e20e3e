//! What the macros of codes and words write into the database comes back as it was. An SQLite in memory needs
//! no server, so this runs in that build.
#![cfg(not(feature = "postgres"))]

use diesel::prelude::*;
use diesel::sql_types::{Integer, SmallInt, Text};
use xuekang::kernel::db::Conn;
use xuekang::org::rules::{EthnicCode, GradeCode, RegionCode, SchoolKind, TermCode};

#[test]
fn codes_and_words_come_back_from_the_database_as_they_were_stored() {
    let mut conn = Conn::establish(":memory:").unwrap();
    let region: RegionCode = "653101".parse().unwrap();
    let grade: GradeCode = "13".parse().unwrap();
    let term: TermCode = "2026-1".parse().unwrap();
    let ethnic: EthnicCode = "05".parse().unwrap();
    let row = diesel::select((
        region.into_sql::<Integer>(),
        grade.into_sql::<SmallInt>(),
        term.into_sql::<Integer>(),
        ethnic.into_sql::<SmallInt>(),
        SchoolKind::NineYear.into_sql::<Text>(),
    ))
    .get_result::<(RegionCode, GradeCode, TermCode, EthnicCode, SchoolKind)>(&mut conn)
    .unwrap();
    assert_eq!(row, (region, grade, term, ethnic, SchoolKind::NineYear));
}

#[test]
fn a_stored_number_or_word_that_means_nothing_is_an_error_not_a_guess() {
    let mut conn = Conn::establish(":memory:").unwrap();
    let read = diesel::select(19_i16.into_sql::<SmallInt>()).get_result::<GradeCode>(&mut conn);
    assert!(read.is_err());
    let read = diesel::select("college".into_sql::<Text>()).get_result::<SchoolKind>(&mut conn);
    assert!(read.is_err());
}
