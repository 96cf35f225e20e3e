//! One field of a form with its label, its hint and what is wrong with it, each tied to it for who
//! cannot see the page.

use askama::Template;
use askama::filters::HtmlSafe;

use super::layout::Layout;

/// What kind of field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Line,
    Password,
    Day,
    Lines,
    OneOf,
    Tick,
}

/// One of the values that can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl Choice {
    /// A value with what people read.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// One field of a form. In a template:
/// `{{ fields.line(layout, "name", layout.text("姓名", "Name")).required() }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "kernel/web/field.html")]
pub struct Field {
    kind: Kind,
    name: String,
    id: String,
    label: String,
    value: String,
    error: Option<String>,
    hint: Option<String>,
    required: bool,
    required_word: String,
    autofocus: bool,
    autocomplete: &'static str,
    choices: Vec<Choice>,
    settled: bool,
}

impl HtmlSafe for Field {}

impl Field {
    pub(super) fn new(
        layout: &Layout,
        kind: Kind,
        name: &str,
        label: &str,
        value: &str,
        error: Option<String>,
    ) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            id: Self::id_of(name),
            label: label.to_owned(),
            value: value.to_owned(),
            error,
            hint: None,
            required: false,
            required_word: layout.text("必填", "required").to_owned(),
            autofocus: false,
            autocomplete: "off",
            choices: Vec::new(),
            settled: false,
        }
    }

    /// The id of the field with this name.
    pub(super) fn id_of(name: &str) -> String {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("f-{}", plain.trim_end_matches('-'))
    }

    /// The field must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A sentence below the label.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// The cursor stands here when the page opens.
    #[must_use]
    pub fn first(mut self) -> Self {
        self.autofocus = true;
        self
    }

    /// What a browser or a password manager may fill in.
    #[must_use]
    pub fn filled_as(mut self, autocomplete: &'static str) -> Self {
        self.autocomplete = autocomplete;
        self
    }

    /// One of the choices always holds: no empty line stands before them.
    #[must_use]
    pub fn without_empty(mut self) -> Self {
        self.settled = true;
        self
    }

    pub(super) fn among(mut self, choices: &[Choice]) -> Self {
        self.choices = choices.to_vec();
        self
    }

    /// The ids of hint and error, for `aria-describedby`.
    fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        hint.into_iter().chain(error).collect::<Vec<_>>().join(" ")
    }

    fn input_type(&self) -> &'static str {
        match self.kind {
            Kind::Password => "password",
            Kind::Day => "date",
            _ => "text",
        }
    }
}
