//! The dimensions of a statistic.

use crate::stats::rules::By;
use crate::text_enum;

text_enum! {
    /// What a statistic is broken down by.
    pub enum Dimension {
        /// 地级.
        Prefecture = "prefecture" ("地级", "Prefecture"),
        /// 县级.
        County = "county" ("县级", "County"),
        /// 学校.
        School = "school" ("学校", "School"),
        /// 班级.
        Class = "class" ("班级", "Class"),
        /// 年级.
        Grade = "grade" ("年级", "Grade"),
        /// 性别.
        Sex = "sex" ("性别", "Sex"),
    }
}

impl Dimension {
    /// The same among the dimensions that are protected; a class is none of them.
    pub(super) const fn protected(self) -> Option<By> {
        match self {
            Self::Prefecture => Some(By::Prefecture),
            Self::County => Some(By::County),
            Self::School => Some(By::School),
            Self::Grade => Some(By::Grade),
            Self::Sex => Some(By::Sex),
            Self::Class => None,
        }
    }
}
