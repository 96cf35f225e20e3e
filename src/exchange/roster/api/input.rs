//! What comes in.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::form::bytes::Bytes;
use actix_multipart::form::{
    FieldReader, Limits, MultipartCollect, MultipartForm, MultipartFormConfig, State,
};
use actix_multipart::{Field as Part, MultipartError};
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, web};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::exchange::roster::rules::Outcome;
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::ids::{Id, kind};
use crate::kernel::text::Text;

/// More than any sheet may have; the configured limit is smaller.
const LARGEST_FORM: usize = 256 << 20;
/// The longest of the other fields of the form.
const LARGEST_FIELD: usize = 200;

/// The form of an upload.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form")]
pub(super) struct RosterUpload {
    /// .xlsx, .xls, or .csv in UTF-8 or GB18030; at most 20,000 rows.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// The school.
    school_id: Id<kind::School>,
    /// The day from which the import counts; today when absent.
    on_date: Option<NaiveDate>,
}

/// The form as it came.
struct Form {
    file: Option<Bytes>,
    school_id: Option<Bytes>,
    on_date: Option<Bytes>,
}

type Handled<'t> = Pin<Box<dyn Future<Output = std::result::Result<(), MultipartError>> + 't>>;

impl MultipartCollect for Form {
    fn limit(field_name: &str) -> Option<usize> {
        (field_name != "file").then_some(LARGEST_FIELD)
    }

    fn handle_field<'t>(
        req: &'t HttpRequest,
        field: Part,
        limits: &'t mut Limits,
        state: &'t mut State,
    ) -> Handled<'t> {
        Box::pin(async move {
            let name = field.name().unwrap_or_default().to_owned();
            if !matches!(name.as_str(), "file" | "school_id" | "on_date") {
                return Err(MultipartError::UnknownField(name));
            }
            if state.0.contains_key(&name) {
                return Err(MultipartError::DuplicateField(name));
            }
            if name == "file" {
                let kernel = req.app_data::<web::Data<Kernel>>();
                limits.field_limit_remaining = kernel.map(|kernel| kernel.config.http.sheet_limit_bytes);
            }
            let bytes = Bytes::read_field(req, field, limits).await?;
            state.0.insert(name, Box::new(bytes));
            Ok(())
        })
    }

    fn from_state(mut state: State) -> std::result::Result<Self, MultipartError> {
        let mut part = |name: &str| {
            let found: Option<Box<dyn Any>> = state.0.remove(name);
            found.and_then(|any| any.downcast::<Bytes>().ok()).map(|bytes| *bytes)
        };
        Ok(Self { file: part("file"), school_id: part("school_id"), on_date: part("on_date") })
    }
}

fn form_refused(error: &MultipartError) -> Error {
    match error {
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeIncompatible => {
            Error::http(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        }
        MultipartError::Payload(actix_web::error::PayloadError::Overflow) => {
            Error::http(StatusCode::PAYLOAD_TOO_LARGE)
        }
        MultipartError::UnknownField(name) => Error::invalid(vec![
            Fault::new(
                "unknown_field",
                format!("没有“{name}”这一项。"),
                format!("There is no field `{name}`."),
            )
            .at(format!("/{name}")),
        ]),
        MultipartError::DuplicateField(name) => Error::invalid(vec![
            Fault::new("duplicate_field", format!("“{name}”重复出现。"), format!("`{name}` is given twice."))
                .at(format!("/{name}")),
        ]),
        _ => Error::malformed(
            "malformed_form",
            Text::new("不是完整的 multipart/form-data 表单。", "This is not a complete multipart form."),
        ),
    }
}

/// What a form says, once every field is right.
pub(in crate::exchange::roster) struct Uploaded {
    pub bytes: web::Bytes,
    pub file_name: String,
    pub school: Id<kind::School>,
    pub on: Option<NaiveDate>,
}

impl Uploaded {
    /// Reads the form of a request. It is done only where somebody may import: nobody sends a large
    /// file for nothing.
    ///
    /// # Errors
    /// 422 with every field that is missing or wrong; 413; 415; 400 when it is no form.
    pub async fn read(request: &HttpRequest, payload: web::Payload) -> actix_web::Result<Self> {
        let form = MultipartForm::<Form>::from_request(request, &mut payload.into_inner()).await?;
        Ok(form.into_inner().read()?)
    }
}

/// How the form of an upload is read, wherever one is taken.
pub(in crate::exchange::roster) fn form_config() -> MultipartFormConfig {
    MultipartFormConfig::default()
        .total_limit(LARGEST_FORM)
        .memory_limit(LARGEST_FORM)
        .error_handler(|error, _| form_refused(&error).into())
}

impl Form {
    fn read(self) -> Result<Uploaded> {
        let mut errors = Vec::new();
        if self.file.is_none() {
            errors.push(absent("file"));
        }
        let school = self.school_id.as_ref().map(|bytes| text_of(bytes).parse::<Id<kind::School>>());
        match &school {
            None => errors.push(absent("school_id")),
            Some(Err(_)) => errors.push(wrong("school_id")),
            Some(Ok(_)) => {}
        }
        // A blank field is what a browser sends for a date that was not picked.
        let on = self.on_date.as_ref().map(text_of).filter(|text| !text.is_empty());
        let on = on.map(|text| text.parse::<NaiveDate>()).transpose();
        if on.is_err() {
            errors.push(wrong("on_date"));
        }
        match (self.file, school, on) {
            (Some(file), Some(Ok(school)), Ok(on)) => {
                Ok(Uploaded { bytes: file.data, file_name: file.file_name.unwrap_or_default(), school, on })
            }
            _ => Err(Error::invalid(errors)),
        }
    }
}

fn text_of(bytes: &Bytes) -> String {
    String::from_utf8_lossy(&bytes.data).trim().to_owned()
}

fn absent(name: &str) -> FieldError {
    Fault::new("missing", format!("缺少“{name}”。"), format!("The field `{name}` is missing."))
        .at(format!("/{name}"))
}

pub(super) fn wrong(name: &str) -> FieldError {
    Fault::new("wrong_type", "数据类型或格式不对。", "The type or format of this value is not right.")
        .at(format!("/{name}"))
}

/// Which imports are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportsQuery {
    /// The school.
    #[param(value_type = Id<kind::School>)]
    pub school_id: String,
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// Which rows are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct RowsQuery {
    /// Rows of this outcome alone.
    pub outcome: Option<Outcome>,
    /// How many at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}
