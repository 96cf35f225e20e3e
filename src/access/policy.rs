//! The policy: which role may do what, and in which kind of scope. Roles are code, grants are
//! data. What the table does not name is refused.

use crate::text_enum;

text_enum! {
    /// What a person is to a school, a child or the system.
    pub enum Role {
        /// School doctor.
        SchoolDoctor = "school_doctor" ("校医", "school doctor"),
        /// Counsellor.
        Counselor = "counselor" ("心理教师", "counsellor"),
        /// Class teacher.
        ClassTeacher = "class_teacher" ("班主任", "class teacher"),
        /// Dormitory manager.
        DormManager = "dorm_manager" ("宿管", "dormitory manager"),
        /// PE teacher.
        PeTeacher = "pe_teacher" ("体育教师", "PE teacher"),
        /// Registrar.
        Registrar = "registrar" ("学籍管理员", "registrar"),
        /// Principal.
        Principal = "principal" ("校长", "principal"),
        /// Health authority.
        HealthAuthority = "health_authority" ("卫生健康部门", "health authority"),
        /// Guardian.
        Guardian = "guardian" ("监护人", "guardian"),
        /// Pupil.
        Student = "student" ("学生本人", "pupil"),
        /// System administrator.
        SystemAdmin = "system_admin" ("系统管理员", "system administrator"),
        /// Security administrator.
        SecurityAdmin = "security_admin" ("安全管理员", "security administrator"),
        /// Audit administrator.
        AuditAdmin = "audit_admin" ("审计管理员", "audit administrator"),
    }
}

text_enum! {
    /// One thing that can be allowed.
    pub enum Permission {
        /// See one's own account, change one's own password.
        Me = "me" ("查看本人账号、修改本人密码", "see one's own account, change one's own password"),
        /// Judge values by the standards, storing nothing.
        Judge = "judge" ("按标准判定数据，不保存", "judge values by the standards, storing nothing"),
        /// See schools, classes, dormitories, terms.
        OrgRead = "org.read" ("查看学校、班级、宿舍、学期", "see schools, classes, dormitories, terms"),
        /// Keep schools, classes, dormitories, terms.
        OrgWrite = "org.write" ("维护学校、班级、宿舍、学期", "keep schools, classes, dormitories, terms"),
        /// See pupils (numbers masked).
        StudentRead = "student.read" ("查看学生名册（证件号码遮蔽）", "see pupils (numbers masked)"),
        /// Keep pupils, enrolments and stays.
        StudentWrite = "student.write" ("维护学籍与住宿", "keep pupils, enrolments and stays"),
        /// Import the roster.
        RosterImport = "roster.import" ("导入花名册", "import the roster"),
        /// See vision screenings.
        VisionRead = "vision.read" ("查看视力筛查结果", "see vision screenings"),
        /// Enter vision screenings.
        VisionWrite = "vision.write" ("录入视力筛查", "enter vision screenings"),
        /// Correct vision screenings.
        VisionCorrect = "vision.correct" ("更正视力筛查", "correct vision screenings"),
        /// Open a round of vision screening.
        VisionRound = "vision.round" ("开启视力筛查轮次", "open a round of vision screening"),
        /// See a pupil's health file.
        HealthfileRead = "healthfile.read" ("查看个人健康档案", "see a pupil's health file"),
        /// See who looked at a health file.
        HealthfileReaders = "healthfile.readers" ("查看谁看过健康档案", "see who looked at a health file"),
        /// See the statistics of one's own school.
        StatsSchool = "stats.school" ("查看本校统计", "see the statistics of one's own school"),
        /// See statistics of a region (small cells hidden).
        StatsRead = "stats.read" ("查看辖区统计（小数据隐藏）", "see statistics of a region (small cells hidden)"),
        /// See accounts and their grants.
        AccountRead = "account.read" ("查看账号与授权", "see accounts and their grants"),
        /// Create and disable accounts, reset passwords.
        AccountWrite = "account.write" ("建立、停用账号，重置密码", "create and disable accounts, reset passwords"),
        /// Grant and revoke roles.
        GrantWrite = "grant.write" ("授予、撤销角色", "grant and revoke roles"),
        /// See and end sessions of others.
        SessionEnd = "session.end" ("查看、终止他人会话", "see and end sessions of others"),
        /// See the audit trail.
        AuditRead = "audit.read" ("查看审计记录", "see the audit trail"),
    }
}

text_enum! {
    /// How far a grant reaches.
    pub enum ScopeKind {
        /// Region.
        Region = "region" ("行政区划", "region"),
        /// School.
        School = "school" ("学校", "school"),
        /// Grade.
        Grade = "grade" ("年级", "grade"),
        /// Class.
        Class = "class" ("班级", "class"),
        /// Dormitory.
        Dormitory = "dormitory" ("宿舍楼", "dormitory"),
        /// Oneself or one's own child.
        Child = "child" ("本人或子女", "oneself or one's own child"),
        /// The system.
        System = "system" ("系统", "the system"),
    }
}

/// One line of the policy.
struct Line {
    role: Role,
    scopes: &'static [ScopeKind],
    permissions: &'static [Permission],
}

/// What everyone who is signed in may do, without any grant.
const EVERYONE: &[Permission] = &[Permission::Me, Permission::Judge];

/// The policy. One line a role: in which kinds of scope it can be granted, and what it allows
/// there. A role that is not here allows nothing.
const POLICY: &[Line] = {
    use Permission as P;
    use ScopeKind as S;
    &[
        Line {
            role: Role::SchoolDoctor,
            scopes: &[S::School],
            permissions: &[
                P::OrgRead,
                P::StudentRead,
                P::VisionRead,
                P::VisionWrite,
                P::VisionCorrect,
                P::VisionRound,
                P::HealthfileRead,
                P::HealthfileReaders,
                P::StatsSchool,
            ],
        },
        Line {
            role: Role::Counselor,
            scopes: &[S::School, S::Grade, S::Class],
            permissions: &[P::OrgRead, P::StudentRead],
        },
        Line {
            role: Role::ClassTeacher,
            scopes: &[S::Class],
            permissions: &[P::OrgRead, P::StudentRead, P::VisionRead],
        },
        Line { role: Role::DormManager, scopes: &[S::Dormitory], permissions: &[P::OrgRead, P::StudentRead] },
        Line {
            role: Role::PeTeacher,
            scopes: &[S::School, S::Grade, S::Class],
            permissions: &[P::OrgRead, P::StudentRead],
        },
        Line {
            role: Role::Registrar,
            scopes: &[S::School],
            permissions: &[P::OrgRead, P::OrgWrite, P::StudentRead, P::StudentWrite, P::RosterImport],
        },
        Line {
            role: Role::Principal,
            scopes: &[S::School],
            permissions: &[P::OrgRead, P::StudentRead, P::StatsSchool],
        },
        Line { role: Role::HealthAuthority, scopes: &[S::Region], permissions: &[P::OrgRead, P::StatsRead] },
        Line {
            role: Role::Guardian,
            scopes: &[S::Child],
            permissions: &[P::HealthfileRead, P::HealthfileReaders],
        },
        Line {
            role: Role::Student,
            scopes: &[S::Child],
            permissions: &[P::HealthfileRead, P::HealthfileReaders],
        },
        Line { role: Role::SystemAdmin, scopes: &[S::System], permissions: &[P::OrgRead, P::OrgWrite] },
        Line {
            role: Role::SecurityAdmin,
            scopes: &[S::System],
            permissions: &[P::OrgRead, P::AccountRead, P::AccountWrite, P::GrantWrite, P::SessionEnd],
        },
        Line { role: Role::AuditAdmin, scopes: &[S::System], permissions: &[P::AuditRead] },
    ]
};

impl Role {
    fn line(self) -> Option<&'static Line> {
        POLICY.iter().find(|line| line.role == self)
    }

    /// What the role allows in its scope; nothing for a role the policy does not name.
    pub fn permissions(self) -> &'static [Permission] {
        self.line().map_or(&[], |line| line.permissions)
    }

    /// The kinds of scope the role can be granted in.
    pub fn scopes(self) -> &'static [ScopeKind] {
        self.line().map_or(&[], |line| line.scopes)
    }

    /// Whether the role allows this.
    pub fn allows(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }

    /// Whether this is one of the three administrators, who read no pupil's record.
    pub fn is_administrator(self) -> bool {
        matches!(self, Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin)
    }

    /// Whether one person may not hold both roles at once. The three administrators exclude one
    /// another and every other role (separation of rights; MLPS level 3, access control d).
    pub fn excludes(self, other: Role) -> bool {
        self != other && (self.is_administrator() || other.is_administrator())
    }
}

impl Permission {
    /// Whether being signed in is enough, without any grant.
    pub fn for_everyone(self) -> bool {
        EVERYONE.contains(&self)
    }
}

/// The policy as a page that a principal could read, in Chinese and English.
pub fn printed() -> String {
    let mut page = String::from("权限表 Who may do what\n======================\n");
    page.push_str("未列出的一律不允许。 What is not listed is refused.\n\n");
    page.push_str("所有已登录账号 everyone who is signed in\n");
    print_permissions(&mut page, EVERYONE);
    for role in Role::ALL {
        print_role(&mut page, *role);
    }
    page
}

fn print_role(page: &mut String, role: Role) {
    let name = role.name();
    page.push_str(&format!("\n{} {} ({role})\n", name.zh, name.en));
    let scopes: Vec<String> =
        role.scopes().iter().map(|scope| format!("{} {}", scope.name().zh, scope.name().en)).collect();
    page.push_str(&format!("  范围 within: {}\n", scopes.join("; ")));
    let excluded: Vec<&str> =
        Role::ALL.iter().filter(|other| role.excludes(**other)).map(|other| other.as_str()).collect();
    if role.is_administrator() && excluded.len() + 1 == Role::ALL.len() {
        page.push_str("  不得兼任其他任何角色 may hold no other role\n");
    }
    print_permissions(page, role.permissions());
}

fn print_permissions(page: &mut String, permissions: &[Permission]) {
    for permission in permissions {
        let text = permission.name();
        page.push_str(&format!("  - {} {} ({permission})\n", text.zh, text.en));
    }
}
