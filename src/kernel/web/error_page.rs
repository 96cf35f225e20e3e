//! The page that an error becomes: what happened, what to do next, and the number to give.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use askama::Template;

use super::layout::Layout;
use crate::kernel::error::Error;
use crate::kernel::text::Text;

#[derive(Template)]
#[template(path = "kernel/web/error.html")]
struct ErrorPage<'a> {
    layout: &'a Layout,
    error: &'a Error,
    next: Text,
}

/// The page of an error, with its status.
pub fn error_page(layout: &Layout, error: &Error) -> HttpResponse {
    let page = ErrorPage { layout, error, next: what_next(error.status()) };
    let mut response = match layout.page_as(error.status(), &page) {
        Ok(response) => response,
        // A page that says nothing is still better than an answer that says too much.
        Err(_) => HttpResponse::new(error.status()),
    };
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

fn what_next(status: StatusCode) -> Text {
    match status {
        StatusCode::FORBIDDEN => Text::new(
            "如果您的工作需要这项权限，请联系学校的管理员。",
            "If your work needs this, please ask the administrator of your school.",
        ),
        StatusCode::NOT_FOUND => Text::new(
            "请检查地址，或从首页的菜单重新进入。",
            "Please check the address, or start again from the home page.",
        ),
        StatusCode::PRECONDITION_FAILED | StatusCode::CONFLICT => Text::new(
            "请返回上一页并刷新，核对后再保存。",
            "Please go back, reload the page, compare and save again.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Text::new("请返回上一页，减少内容后再提交。", "Please go back and send it in smaller parts.")
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => {
            Text::new("请稍候片刻，再试一次。", "Please wait a moment and try again.")
        }
        status if status.is_server_error() => Text::new(
            "请稍后再试；如果仍然出错，请把下面的请求编号告诉管理员。",
            "Please try again later; if it keeps failing, give the request id below to the administrator.",
        ),
        _ => {
            Text::new("请返回上一页，修改后再提交。", "Please go back, mend what is wrong and send it again.")
        }
    }
}
