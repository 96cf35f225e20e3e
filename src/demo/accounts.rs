//! One account for each role, with passwords that anybody may know.

use secrecy::SecretString;

use super::Account;
use crate::access::Role;
use crate::access::password::Hasher;
use crate::access::service::Founding;
use crate::access::{RegionCode, Scope};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{Id, kind};

/// Role, user name, what people call them, password.
const ACCOUNTS: [(Role, &str, &str, &str); 13] = [
    (Role::SchoolDoctor, "doctor", "演示校医", "xuekang-doctor"),
    (Role::ClassTeacher, "teacher", "演示班主任", "xuekang-teacher"),
    (Role::DormManager, "dormitory", "演示宿管", "xuekang-dormitory"),
    (Role::PeTeacher, "sports", "演示体育教师", "xuekang-sports"),
    (Role::Counselor, "counselor", "演示心理教师", "xuekang-counselor"),
    (Role::Registrar, "registrar", "演示学籍管理员", "xuekang-registrar"),
    (Role::Principal, "principal", "演示校长", "xuekang-principal"),
    (Role::HealthAuthority, "authority", "演示县卫生健康部门", "xuekang-authority"),
    (Role::Guardian, "guardian", "演示监护人", "xuekang-guardian"),
    (Role::Student, "student", "演示学生", "xuekang-student"),
    (Role::SystemAdmin, "system", "演示系统管理员", "xuekang-system"),
    (Role::SecurityAdmin, "security", "演示安全管理员", "xuekang-security"),
    (Role::AuditAdmin, "audit", "演示审计管理员", "xuekang-audit"),
];

/// Everyone who can sign in to the demo.
pub(super) fn all() -> Vec<Account> {
    let account = |(role, username, _, password): &(Role, &'static str, &str, &'static str)| Account {
        role: *role,
        username,
        password,
    };
    ACCOUNTS.iter().map(account).collect()
}

/// The accounts with their passwords hashed, as they are to be made.
///
/// # Errors
/// When the settings ask for longer passwords than the demo has.
pub(super) fn foundings(kernel: &Kernel) -> Result<Vec<(Role, Founding)>> {
    let hasher = Hasher::new(&kernel.config.auth)?;
    let founding = |(role, username, name, password): &(Role, &str, &str, &str)| {
        let password = SecretString::from(*password);
        Ok((*role, Founding::checked(kernel, &hasher, username, name, &password)?))
    };
    ACCOUNTS.iter().map(founding).collect()
}

/// Whom and what the accounts are to reach, found while the schools are made.
#[derive(Debug, Clone, Default)]
pub(super) struct Landmarks {
    /// The schools whose staff the accounts are; one person may serve several in a county.
    pub schools: Vec<Id<kind::School>>,
    pub class: Option<(Id<kind::School>, Id<kind::Class>)>,
    pub dormitory: Option<(Id<kind::School>, Id<kind::Dormitory>)>,
    pub pupil: Option<Id<kind::Student>>,
    /// The county, or the prefecture when the plan fills several counties.
    pub region: Option<i32>,
}

impl Landmarks {
    /// The scopes of a role's grants.
    ///
    /// # Errors
    /// When the region has no code that a grant can have.
    pub(super) fn scopes(&self, role: Role) -> Result<Vec<Scope>> {
        Ok(match role {
            Role::SchoolDoctor | Role::Counselor | Role::Registrar | Role::Principal | Role::PeTeacher => {
                self.schools.iter().map(|id| Scope::School(*id)).collect()
            }
            Role::ClassTeacher => self.class.iter().map(|(school, id)| Scope::Class(*school, *id)).collect(),
            Role::DormManager => {
                self.dormitory.iter().map(|(school, id)| Scope::Dormitory(*school, *id)).collect()
            }
            Role::HealthAuthority => {
                let region = self.region.map(RegionCode::new).transpose().map_err(Error::internal)?;
                region.into_iter().map(Scope::Region).collect()
            }
            Role::Guardian | Role::Student => self.pupil.iter().map(|id| Scope::Child(*id)).collect(),
            Role::SystemAdmin | Role::SecurityAdmin | Role::AuditAdmin => vec![Scope::System],
        })
    }
}
