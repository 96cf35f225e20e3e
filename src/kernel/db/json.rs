//! A value that a column keeps as JSON text.

use std::fmt::Debug;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Backend, engine};

/// A value that a `TEXT` column keeps as JSON, for what is read whole and never searched. Its names
/// are as stable as columns: old rows are read for as long as the file of the pupil is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[serde(transparent)]
#[diesel(sql_type = Text)]
pub struct Json<T: Debug>(pub T);

impl<T: Serialize + Debug> ToSql<Text, Backend> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Backend>) -> serialize::Result {
        engine::write_text(out, serde_json::to_string(&self.0)?)
    }
}

impl<T: DeserializeOwned + Debug> FromSql<Text, Backend> for Json<T> {
    fn from_sql(bytes: <Backend as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Backend>>::from_sql(bytes)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}
