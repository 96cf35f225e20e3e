//! The yardstick of `scripts/bench.sh`: actix and diesel with nothing of Xuekang between them.
//!
//! No sign-in, no scope, no judgement, no tally, no audit: a request becomes a row, with the same
//! durability as the real thing and the common pool in front of the same engine. What Xuekang is
//! slower than this is the price of its rules; the design says how high that price may be.
//!
//! Usage: `bare ADDRESS DATABASE` where DATABASE is a file (SQLite) or a URL (PostgreSQL).
//! `POST /insert` writes one screening, `POST /insert_class` the `rows` of one class in a
//! transaction, `GET /class?id=N` (N from 1 to 1000) reads a class of 50.
#![allow(missing_docs)] // the columns of `table!`; nothing here is public

use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::{App, HttpResponse, HttpServer, error::ErrorInternalServerError, http::KeepAlive, web};
use anyhow::Context;
use chrono::{NaiveDate, NaiveDateTime};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use serde::{Deserialize, Serialize};

#[cfg(feature = "postgres")]
type Conn = diesel::pg::PgConnection;
#[cfg(not(feature = "postgres"))]
type Conn = diesel::sqlite::SqliteConnection;
type Connections = Pool<ConnectionManager<Conn>>;

const CLASSES: i64 = 1000;
const CLASS_SIZE: i64 = 50;
/// The ids of the rows made at start end here; requests count on from it.
static LAST_ID: AtomicI64 = AtomicI64::new(CLASSES * CLASS_SIZE);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS bare_screening (
    school_id BIGINT NOT NULL, id BIGINT NOT NULL, student_id BIGINT NOT NULL, term INTEGER NOT NULL,
    kind TEXT NOT NULL, class_id BIGINT NOT NULL, grade SMALLINT NOT NULL, sex TEXT NOT NULL,
    age_months INTEGER NOT NULL, examined_on DATE NOT NULL, not_done_reason TEXT, glasses TEXT NOT NULL,
    right_uncorrected SMALLINT, left_uncorrected SMALLINT, right_corrected SMALLINT, left_corrected SMALLINT,
    right_sphere SMALLINT, right_cylinder SMALLINT, right_axis SMALLINT,
    left_sphere SMALLINT, left_cylinder SMALLINT, left_axis SMALLINT,
    source TEXT NOT NULL, version INTEGER NOT NULL, entered_at TIMESTAMP NOT NULL, entered_by BIGINT NOT NULL,
    PRIMARY KEY (school_id, id));
CREATE INDEX IF NOT EXISTS bare_screening_class ON bare_screening (school_id, class_id, term);
DELETE FROM bare_screening;";

diesel::table! {
    bare_screening (school_id, id) {
        school_id -> BigInt, id -> BigInt, student_id -> BigInt, term -> Integer,
        kind -> Text, class_id -> BigInt, grade -> SmallInt, sex -> Text,
        age_months -> Integer, examined_on -> Date, not_done_reason -> Nullable<Text>, glasses -> Text,
        right_uncorrected -> Nullable<SmallInt>, left_uncorrected -> Nullable<SmallInt>,
        right_corrected -> Nullable<SmallInt>, left_corrected -> Nullable<SmallInt>,
        right_sphere -> Nullable<SmallInt>, right_cylinder -> Nullable<SmallInt>, right_axis -> Nullable<SmallInt>,
        left_sphere -> Nullable<SmallInt>, left_cylinder -> Nullable<SmallInt>, left_axis -> Nullable<SmallInt>,
        source -> Text, version -> Integer, entered_at -> Timestamp, entered_by -> BigInt,
    }
}

#[derive(Debug, Clone, Insertable, Queryable, Selectable, Serialize)]
#[diesel(table_name = bare_screening, treat_none_as_default_value = false)]
struct Screening {
    school_id: i64,
    id: i64,
    student_id: i64,
    term: i32,
    kind: String,
    class_id: i64,
    grade: i16,
    sex: String,
    age_months: i32,
    examined_on: NaiveDate,
    not_done_reason: Option<String>,
    glasses: String,
    right_uncorrected: Option<i16>,
    left_uncorrected: Option<i16>,
    right_corrected: Option<i16>,
    left_corrected: Option<i16>,
    right_sphere: Option<i16>,
    right_cylinder: Option<i16>,
    right_axis: Option<i16>,
    left_sphere: Option<i16>,
    left_cylinder: Option<i16>,
    left_axis: Option<i16>,
    source: String,
    version: i32,
    entered_at: NaiveDateTime,
    entered_by: i64,
}

/// The same bodies as Xuekang's; the values are taken as they come.
#[derive(Debug, Deserialize)]
struct One {
    kind: String,
    examined_on: NaiveDate,
    #[serde(flatten)]
    row: Row,
}

#[derive(Debug, Deserialize)]
struct ClassOf {
    kind: String,
    examined_on: NaiveDate,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    student_id: String,
    right_uncorrected: Option<String>,
    left_uncorrected: Option<String>,
    right_sphere: Option<String>,
    left_sphere: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ClassId {
    id: i64,
}

/// Decimal text to the integer of its digits, as a bare handler would.
fn digits(text: &Option<String>) -> Option<i16> {
    text.as_ref().and_then(|text| text.replace('.', "").parse().ok())
}

fn screening(kind: &str, examined_on: NaiveDate, row: &Row) -> Screening {
    let id = LAST_ID.fetch_add(1, Ordering::Relaxed) + 1;
    Screening {
        school_id: 1,
        id,
        student_id: row.student_id.bytes().fold(0, |sum, byte| (sum << 5) ^ i64::from(byte)),
        term: 20261,
        kind: kind.to_owned(),
        class_id: CLASSES + id / CLASS_SIZE,
        grade: 11,
        sex: "female".to_owned(),
        age_months: 84,
        examined_on,
        not_done_reason: None,
        glasses: "none".to_owned(),
        right_uncorrected: digits(&row.right_uncorrected),
        left_uncorrected: digits(&row.left_uncorrected),
        right_corrected: None,
        left_corrected: None,
        right_sphere: digits(&row.right_sphere),
        right_cylinder: None,
        right_axis: None,
        left_sphere: digits(&row.left_sphere),
        left_cylinder: None,
        left_axis: None,
        source: "bare".to_owned(),
        version: 1,
        entered_at: examined_on.and_time(chrono::NaiveTime::MIN),
        entered_by: 1,
    }
}

/// One statement, so atomic by itself. SQLite takes its write lock at the start, or a busy writer
/// would have to be refused half-way.
fn write(conn: &mut Conn, rows: &[Screening]) -> QueryResult<usize> {
    let insert = |conn: &mut Conn| diesel::insert_into(bare_screening::table).values(rows).execute(conn);
    #[cfg(feature = "postgres")]
    return insert(conn);
    #[cfg(not(feature = "postgres"))]
    return conn.immediate_transaction(insert);
}

async fn answer_write(pool: &Connections, rows: Vec<Screening>) -> actix_web::Result<HttpResponse> {
    let pool = pool.clone();
    let written = web::block(move || -> anyhow::Result<usize> { Ok(write(&mut *pool.get()?, &rows)?) })
        .await?
        .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Created().json(written))
}

async fn insert(pool: web::Data<Connections>, body: web::Json<One>) -> actix_web::Result<HttpResponse> {
    answer_write(&pool, vec![screening(&body.kind, body.examined_on, &body.row)]).await
}

async fn insert_class(
    pool: web::Data<Connections>,
    body: web::Json<ClassOf>,
) -> actix_web::Result<HttpResponse> {
    let rows = body.rows.iter().map(|row| screening(&body.kind, body.examined_on, row)).collect();
    answer_write(&pool, rows).await
}

async fn class(pool: web::Data<Connections>, query: web::Query<ClassId>) -> actix_web::Result<HttpResponse> {
    let rows = web::block(move || -> anyhow::Result<Vec<Screening>> {
        let class = bare_screening::school_id.eq(1).and(bare_screening::class_id.eq(query.id));
        let query = bare_screening::table.filter(class).select(Screening::as_select());
        Ok(query.load(&mut *pool.get()?)?)
    })
    .await?
    .map_err(ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(rows))
}

/// What every new connection is told; durability as Xuekang asks for it.
#[derive(Debug)]
struct Settings;

impl CustomizeConnection<Conn, diesel::r2d2::Error> for Settings {
    fn on_acquire(&self, conn: &mut Conn) -> Result<(), diesel::r2d2::Error> {
        let settings = if cfg!(feature = "postgres") {
            "SET TIME ZONE 'UTC'"
        } else {
            "PRAGMA busy_timeout = 30000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"
        };
        conn.batch_execute(settings).map_err(diesel::r2d2::Error::QueryError)
    }
}

/// A table of a thousand classes of fifty, so that a class list is searched for, not just read.
fn prepare(conn: &mut Conn) -> anyhow::Result<()> {
    conn.batch_execute(SCHEMA)?;
    let day = NaiveDate::from_ymd_opt(2026, 3, 10).context("a day of the calendar")?;
    let row = Row {
        student_id: "0".to_owned(),
        right_uncorrected: Some("4.9".to_owned()),
        left_uncorrected: Some("4.8".to_owned()),
        right_sphere: Some("-1.25".to_owned()),
        left_sphere: Some("-0.75".to_owned()),
    };
    for class_id in 1..=CLASSES {
        let first = (class_id - 1) * CLASS_SIZE;
        let rows: Vec<Screening> = (1..=CLASS_SIZE)
            .map(|number| Screening { id: first + number, class_id, ..screening("routine", day, &row) })
            .collect();
        write(conn, &rows)?;
    }
    Ok(())
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: bare ADDRESS DATABASE";
    let (address, database) = (arguments.next().context(usage)?, arguments.next().context(usage)?);
    let pool = Pool::builder()
        .max_size(10)
        .connection_timeout(std::time::Duration::from_secs(60))
        .connection_customizer(Box::new(Settings))
        .build(ConnectionManager::<Conn>::new(database))?;
    prepare(&mut *pool.get()?)?;
    let data = web::Data::new(pool);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(data.clone())
            .route("/health/ready", web::get().to(HttpResponse::Ok))
            .route("/insert", web::post().to(insert))
            .route("/insert_class", web::post().to(insert_class))
            .route("/class", web::get().to(class))
    });
    server.keep_alive(KeepAlive::Os).bind(address)?.run().await?;
    Ok(())
}
