//! Sentences for people, always in both languages: Chinese first, English second.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// One sentence in Chinese and in English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Text {
    /// 中文
    pub zh: Cow<'static, str>,
    /// English
    pub en: Cow<'static, str>,
}

impl Text {
    /// A sentence from its two languages.
    pub fn new(zh: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}
