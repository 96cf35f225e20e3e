//! One account for each role, and more school doctors for a large county, with passwords that anybody
//! may know.

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

/// Schools whose staff the accounts of every role are.
pub(super) const SCHOOLS_SERVED: usize = 3;
/// Further schools that have a doctor of their own, so that a large county can be worked in from many
/// places at once.
const FURTHER_DOCTORS: usize = 40;

/// Somebody of the demo's staff.
struct Person {
    role: Role,
    username: String,
    name: String,
    password: String,
}

/// Everyone in a county of so many schools.
fn people(schools: usize) -> Vec<Person> {
    let first = ACCOUNTS.iter().map(|(role, username, name, password)| Person {
        role: *role,
        username: (*username).to_owned(),
        name: (*name).to_owned(),
        password: (*password).to_owned(),
    });
    let further = (SCHOOLS_SERVED + 1..=schools).take(FURTHER_DOCTORS).map(|school| Person {
        role: Role::SchoolDoctor,
        username: format!("doctor-{school}"),
        name: format!("演示校医{school}"),
        password: format!("xuekang-doctor-{school}"),
    });
    first.chain(further).collect()
}

/// Everyone who can sign in to the demo of so many schools.
pub(super) fn all(schools: usize) -> Vec<Account> {
    let account = |Person { role, username, password, .. }| Account { role, username, password };
    people(schools).into_iter().map(account).collect()
}

/// The accounts with their passwords hashed, as they are to be made.
///
/// # Errors
/// When the settings ask for longer passwords than the demo has.
pub(super) fn foundings(kernel: &Kernel, schools: usize) -> Result<Vec<(Role, Founding)>> {
    let hasher = Hasher::new(&kernel.config.auth)?;
    let founding = |Person { role, username, name, password }| {
        let password = SecretString::from(password);
        Ok((role, Founding::checked(kernel, &hasher, &username, &name, &password)?))
    };
    people(schools).into_iter().map(founding).collect()
}

/// Whom and what the accounts are to reach, found while the schools are made.
#[derive(Debug, Clone, Default)]
pub(super) struct Landmarks {
    /// The schools that have staff: the first few share theirs, as one person may serve several in a
    /// county; each further one has a doctor.
    pub schools: Vec<Id<kind::School>>,
    pub class: Option<(Id<kind::School>, Id<kind::Class>)>,
    pub dormitory: Option<(Id<kind::School>, Id<kind::Dormitory>)>,
    pub pupil: Option<Id<kind::Student>>,
    /// The county, or the prefecture when the plan fills several counties.
    pub region: Option<i32>,
}

impl Landmarks {
    /// Notes a school, while there may be staff for it.
    pub(super) fn note_school(&mut self, school: Id<kind::School>) {
        if self.schools.len() < SCHOOLS_SERVED + FURTHER_DOCTORS {
            self.schools.push(school);
        }
    }

    /// Every grant: the number of the account among `roles`, and its scope.
    ///
    /// # Errors
    /// When the region has no code that a grant can have.
    pub(super) fn grants(&self, roles: &[Role]) -> Result<Vec<(usize, Scope)>> {
        let mut further = self.schools.iter().skip(SCHOOLS_SERVED);
        let mut grants = Vec::new();
        for (number, role) in roles.iter().enumerate() {
            if number < ACCOUNTS.len() {
                grants.extend(self.scopes(*role)?.into_iter().map(|scope| (number, scope)));
            } else {
                grants.extend(further.next().map(|school| (number, Scope::School(*school))));
            }
        }
        Ok(grants)
    }

    /// The scopes of the first account of a role.
    fn scopes(&self, role: Role) -> Result<Vec<Scope>> {
        Ok(match role {
            Role::SchoolDoctor | Role::Counselor | Role::Registrar | Role::Principal | Role::PeTeacher => {
                self.schools.iter().take(SCHOOLS_SERVED).map(|id| Scope::School(*id)).collect()
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
