//! One's own password: a temporary one is changed before any other page opens.

use actix_web::{HttpResponse, get, post, web};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::access::permit::Me;
use crate::access::{Access, Can, service};
use crate::kernel::Kernel;
use crate::kernel::error::{Error, Fault, Result};
use crate::kernel::text::Text;
use crate::kernel::web::{Fields, Form, Layout, Notice, local_path, see_other_with};

#[derive(Template)]
#[template(path = "access/page/password.html")]
struct PasswordPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    temporary: bool,
    hint: Text,
}

fn answer(kernel: &Kernel, layout: &Layout, temporary: bool, fields: &Fields) -> Result<HttpResponse> {
    let shortest = kernel.config.auth.password_min_length;
    let hint = Text::new(
        format!("至少 {shortest} 个字符，不能与用户名相同。"),
        format!("At least {shortest} characters, not your user name."),
    );
    layout.page_as(fields.status(), &PasswordPage { layout, fields, temporary, hint })
}

#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

#[get("/password")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<Me>,
    query: web::Query<Next>,
) -> Result<HttpResponse> {
    let fields = Fields::new().with("next", query.into_inner().next.unwrap_or_default());
    answer(&kernel, &layout, can.must_change_password, &fields)
}

#[derive(Deserialize)]
struct PasswordForm {
    current: SecretString,
    new: SecretString,
    again: SecretString,
}

impl PasswordForm {
    fn agrees(self) -> Result<Self> {
        if self.new.expose_secret() == self.again.expose_secret() {
            return Ok(self);
        }
        let fault =
            Fault::new("passwords_differ", "两次输入的新密码不一致。", "The two new passwords differ.");
        Err(Error::invalid(vec![fault.at("/again")]))
    }
}

#[post("/password")]
pub(super) async fn change(
    kernel: web::Data<Kernel>,
    access: web::Data<Access>,
    layout: Layout,
    can: Can<Me>,
    form: Form<PasswordForm>,
) -> Result<HttpResponse> {
    let temporary = can.must_change_password;
    let changed = match form.read().and_then(PasswordForm::agrees) {
        Ok(entries) => service::change_password(&kernel, &access, can, entries.current, entries.new).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(()) => {
            let next = local_path(form.fields.value("next")).unwrap_or("/");
            Ok(see_other_with(next, &Notice::done(changed_text())))
        }
        Err(error) => answer(&kernel, &layout, temporary, &form.fields.refused(error)?),
    }
}

fn changed_text() -> Text {
    Text::new(
        "密码已修改，其他地方的登录已全部退出。",
        "The password is changed; all other sessions have ended.",
    )
}
