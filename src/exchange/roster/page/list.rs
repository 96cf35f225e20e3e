//! `/imports`: the imports of one's schools, and the upload of another.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use askama::Template;

use super::{Listed, come_back, listed, mark, path_of, time_of};
use crate::access::Can;
use crate::access::permit::ImportRoster;
use crate::exchange::roster::api::Uploaded;
use crate::exchange::roster::{service, work};
use crate::kernel::Kernel;
use crate::kernel::error::Result;
use crate::kernel::web::{Choice, Fields, Layout, see_other, seen_again_soon};
use crate::org::SchoolFacts;

#[derive(Template)]
#[template(path = "exchange/roster/page/list.html")]
struct ListPage<'a> {
    layout: &'a Layout,
    fields: &'a Fields,
    schools: Vec<SchoolFacts>,
    imports: Vec<Listed>,
    megabytes: usize,
}

impl ListPage<'_> {
    fn file_error(&self) -> Option<&str> {
        self.fields.error(self.layout.language, "file")
    }

    fn school_choices(&self) -> Vec<Choice> {
        let choice = |school: &SchoolFacts| Choice::new(school.id.to_string(), school.name.as_str());
        self.schools.iter().map(choice).collect()
    }
}

async fn answer(
    kernel: &Kernel,
    layout: &Layout,
    can: Can<ImportRoster>,
    fields: &Fields,
) -> Result<HttpResponse> {
    let (schools, imports) = kernel.db.read(move |c| listed(c, &can)).await?;
    let is_running = imports.iter().any(|one| one.import.state.is_running());
    let megabytes = kernel.config.http.sheet_limit_bytes >> 20;
    let page = ListPage { layout, fields, schools, imports, megabytes };
    let page = layout.page_as(fields.status(), &page)?;
    // A form with something to mend is not taken away from under somebody's hands.
    Ok(seen_again_soon(page, is_running && fields.status().is_success()))
}

#[get("/imports")]
pub(super) async fn show(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ImportRoster>,
) -> Result<HttpResponse> {
    answer(&kernel, &layout, can, &Fields::new()).await
}

#[post("/imports")]
pub(super) async fn upload(
    kernel: web::Data<Kernel>,
    layout: Layout,
    can: Can<ImportRoster>,
    request: HttpRequest,
    payload: web::Payload,
) -> actix_web::Result<HttpResponse> {
    let Uploaded { bytes, file_name, school, on } = Uploaded::read(&request, payload).await?;
    let fields = Fields::new()
        .with("school_id", school.to_string())
        .with("on_date", on.map(|on| on.to_string()).unwrap_or_default());
    let received = match work::read(&kernel, bytes, file_name, school, on).await {
        Ok((sheet, upload)) => {
            let (own, can) = (kernel.get_ref().clone(), can.clone());
            let received = kernel.db.write(move |c| service::receive(c, &own, &can, &upload)).await;
            received.map(|job| (job, sheet))
        }
        Err(error) => Err(error),
    };
    match received {
        Ok((job, sheet)) => {
            let path = path_of(&job.import.id);
            work::check(job, sheet);
            Ok(see_other(&path))
        }
        Err(error) => Ok(answer(&kernel, &layout, can, &fields.refused(error)?).await?),
    }
}

#[get("/imports/template.xlsx")]
pub(super) async fn template(_: Can<ImportRoster>) -> Result<HttpResponse> {
    Ok(work::workbook(service::template()?, "roster-template.xlsx"))
}
