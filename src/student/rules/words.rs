//! Closed lists of words: why a pupil came and went, what a guardian is to the pupil, and the
//! fields that a roster can change.

use crate::text_enum;

text_enum! {
    /// 入籍原因: why an enrolment began.
    pub enum ReasonIn {
        /// 入学.
        Admitted = "admitted" ("入学", "Admitted"),
        /// 转入.
        TransferredIn = "transferred_in" ("转入", "Transferred in"),
        /// 调班.
        Moved = "moved" ("调班", "Moved class"),
        /// 名册导入.
        Imported = "imported" ("名册导入", "By roster import"),
    }
}

text_enum! {
    /// 离籍原因: why an enrolment ended.
    pub enum ReasonOut {
        /// 转出.
        TransferredOut = "transferred_out" ("转出", "Transferred out"),
        /// 毕业.
        Graduated = "graduated" ("毕业", "Graduated"),
        /// 结业.
        Completed = "completed" ("结业", "Completed without graduating"),
        /// 休学.
        Suspended = "suspended" ("休学", "Suspended"),
        /// 退学.
        Withdrawn = "withdrawn" ("退学", "Withdrawn"),
        /// 死亡.
        Deceased = "deceased" ("死亡", "Deceased"),
        /// 其他.
        Other = "other" ("其他", "Other"),
        /// 调班.
        Moved = "moved" ("调班", "Moved class"),
    }
}

impl ReasonOut {
    /// Whether a pupil leaves the school for it by the route of leaving: a transfer and a move have
    /// their own.
    pub const fn is_leaving(self) -> bool {
        !matches!(self, Self::TransferredOut | Self::Moved)
    }
}

text_enum! {
    /// 与学生的关系.
    pub enum GuardianRelation {
        /// 父亲.
        Father = "father" ("父亲", "Father"),
        /// 母亲.
        Mother = "mother" ("母亲", "Mother"),
        /// 祖父母或外祖父母.
        Grandparent = "grandparent" ("祖父母或外祖父母", "Grandparent"),
        /// 其他.
        Other = "other" ("其他", "Other"),
        /// 未说明.
        Unstated = "unstated" ("未说明", "Not stated"),
    }
}

text_enum! {
    /// One thing a roster says about a pupil.
    pub enum PupilField {
        /// 姓名.
        Name = "name" ("姓名", "Name"),
        /// 性别.
        Sex = "sex" ("性别", "Sex"),
        /// 出生日期.
        BirthDate = "birth_date" ("出生日期", "Birth date"),
        /// 民族.
        EthnicCode = "ethnic_code" ("民族", "Ethnic group"),
        /// 身份证号.
        IdentityNumber = "identity_number" ("身份证号", "Identity number"),
        /// 学籍号.
        StudentNumber = "student_number" ("学籍号", "Student number"),
        /// 家庭住址.
        Address = "address" ("家庭住址", "Home address"),
        /// 家庭所在县.
        HomeCounty = "home_county" ("家庭所在县", "Home county"),
        /// 监护人.
        Guardian = "guardian" ("监护人", "Guardian"),
        /// 班级.
        Class = "class_id" ("班级", "Class"),
        /// 寝室.
        Room = "room_id" ("寝室", "Room"),
    }
}
