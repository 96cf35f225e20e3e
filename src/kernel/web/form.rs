//! Forms: what was typed stays typed. A form that is refused is shown again with its entries, a
//! message beside each faulty field, and a summary on top that leads to them.
//!
//! A field is named as its place in the data: `name`, `rows[3][right]`, `days[]`. An error at the
//! JSON pointer `/rows/3/right` is shown at the field `rows[3][right]`, so the services that the API
//! calls serve pages as they are. A field that was left empty is not given: `Option` fields get
//! `None`, and a required one is asked for.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use askama::Template;
use askama::filters::HtmlSafe;
use form_urlencoded::{Serializer, parse};
use serde::de::DeserializeOwned;
use serde_qs::{Config, Deserializer};

use super::field::{Choice, Field, Kind};
use super::language::Language;
use super::layout::Layout;
use crate::kernel::error::{Error, Fault, FieldError, Result};
use crate::kernel::http::{fault_of, pointer_of};
use crate::kernel::text::Text;

/// The field that holds the token of the form.
pub(crate) const CSRF: &str = "csrf";

/// The fields of a form: what is in them, and what is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    typed: Vec<(String, String)>,
    errors: Vec<FieldError>,
    refused: Option<(StatusCode, Text)>,
}

impl Fields {
    /// Empty fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a form of type `application/x-www-form-urlencoded` sent.
    pub fn parse(body: &[u8]) -> Self {
        let typed = parse(body).filter(|(name, _)| name != CSRF).map(|(name, value)| {
            // Browsers send line ends as CR LF.
            (name.into_owned(), value.replace("\r\n", "\n"))
        });
        Self { typed: typed.collect(), ..Self::default() }
    }

    /// The same with a value in a field, as a form that changes something begins.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.typed.retain(|(other, _)| other != name);
        self.typed.push((name.to_owned(), value.into()));
        self
    }

    /// What is in a field; empty when nothing is.
    pub fn value(&self, name: &str) -> &str {
        self.typed.iter().rfind(|(other, _)| other == name).map_or("", |(_, value)| value)
    }

    /// Whether one of several boxes of one name is ticked.
    pub fn holds(&self, name: &str, value: &str) -> bool {
        self.typed.iter().any(|(other, held)| other == name && held == value)
    }

    /// All fields, in the order of the form.
    pub fn all(&self) -> &[(String, String)] {
        &self.typed
    }

    /// The fields as a form sends them, without the token.
    pub fn encoded(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.typed).finish()
    }

    /// The fields as data.
    ///
    /// # Errors
    /// 422 with the first field that is missing or does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        let given = self.typed.iter().filter(|(_, value)| !value.trim().is_empty());
        let text = Serializer::new(String::new()).extend_pairs(given).finish();
        let config = Config::new().use_form_encoding(true);
        let reader = Deserializer::with_config(config, text.as_bytes()).map_err(|_| unreadable())?;
        serde_path_to_error::deserialize(reader).map_err(|error| {
            let pointer = pointer_of(error.path());
            Error::invalid(vec![fault_at(pointer, &error.inner().to_string())])
        })
    }

    /// Takes up why the form was refused, to show it again with what was typed.
    ///
    /// # Errors
    /// The error itself, when it is not about the form: nobody is signed in, no permission, not
    /// there, our own fault.
    pub fn refused(mut self, error: Error) -> Result<Self> {
        let about_form = matches!(error.status().as_u16(), 400 | 409 | 412 | 422 | 429 | 503);
        if !about_form {
            return Err(error);
        }
        self.refused = Some((error.status(), error.text().clone()));
        self.errors = error.errors().to_vec();
        Ok(self)
    }

    /// The status to answer with: 200, or that of the refusal.
    pub fn status(&self) -> StatusCode {
        self.refused.as_ref().map_or(StatusCode::OK, |(status, _)| *status)
    }

    /// What is wrong with a field.
    pub fn error<'a>(&'a self, language: Language, name: &str) -> Option<&'a str> {
        let wrong = self.errors.iter().find(|error| name_of(&error.pointer) == name)?;
        Some(language.text(&wrong.message, &wrong.message_en))
    }

    /// What is wrong with a field, in the language of the page: for templates.
    pub fn wrong<'a>(&'a self, layout: &Layout, name: &str) -> Option<&'a str> {
        self.error(layout.language, name)
    }

    /// The summary for the top of the form; nothing when all is well.
    pub fn summary(&self, layout: &Layout) -> Summary {
        let language = layout.language;
        let line = |error: &FieldError| SummaryLine {
            target: Field::id_of(&name_of(&error.pointer)),
            text: language.text(&error.message, &error.message_en).to_owned(),
        };
        Summary {
            title: self.refused.as_ref().map(|(_, text)| language.say(text).to_owned()),
            lines: self.errors.iter().map(line).collect(),
        }
    }

    fn field(&self, layout: &Layout, kind: Kind, name: &str, label: &str) -> Field {
        let error = self.error(layout.language, name).map(ToOwned::to_owned);
        Field::new(layout, kind, name, label, self.value(name), error)
    }

    /// A line of text.
    pub fn line(&self, layout: &Layout, name: &str, label: &str) -> Field {
        self.field(layout, Kind::Line, name, label)
    }

    /// A password; what was typed is not shown again.
    pub fn password(&self, layout: &Layout, name: &str, label: &str) -> Field {
        self.field(layout, Kind::Password, name, label)
    }

    /// A day.
    pub fn day(&self, layout: &Layout, name: &str, label: &str) -> Field {
        self.field(layout, Kind::Day, name, label)
    }

    /// Several lines of text.
    pub fn lines(&self, layout: &Layout, name: &str, label: &str) -> Field {
        self.field(layout, Kind::Lines, name, label)
    }

    /// One of several.
    pub fn one_of(&self, layout: &Layout, name: &str, label: &str, choices: &[Choice]) -> Field {
        self.field(layout, Kind::OneOf, name, label).among(choices)
    }

    /// A box to tick; the value is `true`.
    pub fn tick(&self, layout: &Layout, name: &str, label: &str) -> Field {
        self.field(layout, Kind::Tick, name, label)
    }
}

/// What is wrong with a form, on top of it.
#[derive(Debug, Template)]
#[template(path = "kernel/web/summary.html")]
pub struct Summary {
    title: Option<String>,
    lines: Vec<SummaryLine>,
}

#[derive(Debug)]
struct SummaryLine {
    target: String,
    text: String,
}

impl HtmlSafe for Summary {}

/// A form whose fields are a `T`. It is taken whatever is in it; [`Form::read`] tells.
#[derive(Debug)]
pub struct Form<T> {
    /// The fields as they came.
    pub fields: Fields,
    kind: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Form<T> {
    /// The fields as data.
    ///
    /// # Errors
    /// 422 with the field that is missing or does not fit.
    pub fn read(&self) -> Result<T> {
        self.fields.read()
    }
}

impl<T: 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = request.content_type() == "application/x-www-form-urlencoded";
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_form {
                return Err(Error::http(StatusCode::UNSUPPORTED_MEDIA_TYPE));
            }
            let bytes = bytes.await.map_err(|error| Error::http(error.as_response_error().status_code()))?;
            Ok(Self { fields: Fields::parse(&bytes), kind: PhantomData })
        })
    }
}

/// `/rows/3/right` as a form names it: `rows[3][right]`.
fn name_of(pointer: &str) -> String {
    let mut parts = pointer.split('/').skip(1);
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        name.push('[');
        name.push_str(part);
        name.push(']');
    }
    name
}

fn fault_at(pointer: String, message: &str) -> FieldError {
    let fault = fault_of(message);
    if fault.code == "missing" {
        let name = message.split('`').nth(1).unwrap_or_default();
        return Fault::new("missing", "请填写这一项。", "Please fill this in.")
            .at(format!("{pointer}/{name}"));
    }
    fault.at(pointer)
}

fn unreadable() -> Error {
    Error::malformed("malformed_form", Text::new("表单无法读取。", "The form cannot be read."))
}
