//! One error for the whole house: what the caller is told, and apart from it what went wrong
//! inside. On the wire it is RFC 9457 problem+json; the inner cause goes to the log alone.

use std::borrow::Cow;

use serde::Serialize;

use crate::kernel::text::Text;

/// What is wrong with one value. Rules return it; the edge adds where the value stood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {}", text.en)]
pub struct Fault {
    /// Stable code that programs may rely on, for example `not_on_chart`.
    pub code: &'static str,
    /// What is wrong and what to do, in both languages.
    pub text: Text,
}

impl Fault {
    /// A fault with its stable code and its sentence in Chinese and English.
    pub fn new(
        code: &'static str,
        zh: impl Into<Cow<'static, str>>,
        en: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, text: Text::new(zh, en) }
    }

    /// The same fault at a place of the document: a JSON pointer such as `/rows/3/right_sphere`.
    pub fn at(self, pointer: impl Into<String>) -> FieldError {
        FieldError {
            pointer: pointer.into(),
            code: self.code,
            message: self.text.zh,
            message_en: self.text.en,
        }
    }
}

/// One faulty field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON pointer to the field (RFC 6901); empty for the whole document.
    #[schema(example = "/rows/3/right_sphere")]
    pub pointer: String,
    /// Stable code.
    #[schema(example = "out_of_range")]
    pub code: &'static str,
    /// 中文
    pub message: Cow<'static, str>,
    /// English
    pub message_en: Cow<'static, str>,
}
