//! 性别.

use crate::text_enum;

text_enum! {
    /// 性别, GB/T 2261.1: 1 and 2 on paper, `M` and `F` here.
    pub enum Sex {
        /// 男, 1.
        Male = "M" ("男", "Male"),
        /// 女, 2.
        Female = "F" ("女", "Female"),
    }
}

impl Sex {
    /// The code of GB/T 2261.1: 1 or 2.
    pub const fn code(self) -> i16 {
        match self {
            Self::Male => 1,
            Self::Female => 2,
        }
    }
}
