//! Builds the state and mounts the slices: the only list of slices.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::{Compress, DefaultHeaders, from_fn};
use actix_web::{App, HttpResponse, HttpServer, get, web};
use diesel::prelude::*;
use serde::Serialize;
use tracing_actix_web::TracingLogger;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use crate::access::{self, Access, Menu};
use crate::exchange;
use crate::kernel::Kernel;
use crate::kernel::db::Conn;
use crate::kernel::error::{Problem, Result};
use crate::kernel::http::{path_config, problems, query_config, time_limit};
use crate::kernel::job::{self, Job};
use crate::kernel::telemetry::RequestSpan;
use crate::kernel::tls;
use crate::kernel::web as console;
use crate::org;
use crate::psych;
use crate::stats::{self, Publications};
use crate::student;
use crate::tally::{self, Recounted};
use crate::{fitness, healthfile, home, vision};

/// What all requests share; cheap to clone.
#[derive(Clone)]
pub struct State {
    /// The kernel.
    pub kernel: Kernel,
    /// What signing in needs.
    pub access: Access,
    /// Statistics whose hidden cells have been decided.
    pub publications: Publications,
}

impl State {
    /// The state over an open kernel.
    ///
    /// # Errors
    /// When the configured cost of hashing passwords is not taken.
    pub fn new(kernel: Kernel) -> Result<Self> {
        let access = Access::new(&kernel)?;
        Ok(Self { kernel, access, publications: Publications::default() })
    }
}

/// The slices' routes under `/api/v1`.
fn mount(cfg: &mut ServiceConfig) {
    access::mount(cfg);
    org::mount(cfg);
    student::mount(cfg);
    stats::mount(cfg);
    exchange::mount(cfg);
    vision::mount(cfg);
    psych::mount(cfg);
    fitness::mount(cfg);
    healthfile::mount(cfg);
}

/// The slices' pages.
fn pages(cfg: &mut web::ServiceConfig) {
    console::pages(cfg);
    access::pages(cfg);
    stats::pages(cfg);
    home::pages(cfg);
    vision::pages(cfg);
    student::pages(cfg);
    healthfile::pages(cfg);
    exchange::pages(cfg);
}

/// The menu of the console: the slices' entries in the order in which a day needs them.
pub fn menu() -> Menu {
    Menu(vec![
        vision::menu_entry(),
        student::menu_entry(),
        exchange::menu_entry(),
        stats::menu_entry(),
        access::menu_entry(),
    ])
}

/// The slices' jobs.
fn jobs() -> Vec<Job> {
    let mut jobs = vec![Job {
        name: "forget old idempotent results",
        every: Duration::from_secs(3600),
        run: forget_old_results,
    }];
    jobs.extend(access::jobs());
    jobs.extend(tally::jobs());
    jobs
}

/// Hands every contribution of every fact to `found`: what `xuekang verify tally` compares with.
///
/// # Errors
/// Those of the database.
pub fn recount(c: &mut Conn, found: &mut dyn FnMut(Recounted)) -> Result<()> {
    student::recount(c, found)?;
    vision::recount(c, found)
}

fn forget_old_results(kernel: &Kernel) -> Result<()> {
    let now = kernel.clock.stamp();
    let forgotten = kernel.db.write_here(move |c| crate::kernel::http::forget_old(c, now))?;
    tracing::debug!(forgotten, "idempotent results");
    Ok(())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "学康 Xuekang",
        description = "学生健康档案：从幼儿园到毕业。The health and wellbeing record of every pupil.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem)),
    modifiers(&BearerToken)
)]
struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The whole application: what the server runs and what the tests call.
pub fn service(
    state: &State,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let kernel = state.kernel.clone();
    let body_limit = kernel.config.http.body_limit_bytes;
    let (app, document) = App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .app_data(web::Data::new(kernel))
        .app_data(web::Data::new(state.access.clone()))
        .app_data(web::Data::new(state.publications.clone()))
        .app_data(web::Data::new(menu()))
        .app_data(web::Data::new(org::places()))
        .app_data(web::PayloadConfig::new(body_limit))
        .app_data(path_config())
        .app_data(query_config())
        .service(live)
        .service(ready)
        .service(utoipa_actix_web::scope("/api/v1").configure(mount))
        .split_for_parts();
    app.service(SwaggerUi::new("/api/docs/{_:.*}").url("/api/openapi.json", document))
        .configure(pages)
        .default_service(web::to(nowhere))
        // What is answered here is about children: no cache keeps it.
        .wrap(
            DefaultHeaders::new()
                .add((header::CACHE_CONTROL, "no-store"))
                .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff")),
        )
        .wrap(from_fn(access::door))
        .wrap(from_fn(time_limit))
        .wrap(from_fn(problems))
        .wrap(Compress::default())
        .wrap(TracingLogger::<RequestSpan>::new())
}

async fn nowhere() -> Result<HttpResponse> {
    Err(crate::kernel::error::Error::http(actix_web::http::StatusCode::NOT_FOUND))
}

/// Whether the server answers at all.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `ok`
    status: &'static str,
}

/// Answers while the process lives.
#[utoipa::path(tag = "health", operation_id = "health_live", responses((status = 200, body = Health)))]
#[get("/health/live")]
async fn live() -> web::Json<Health> {
    web::Json(Health { status: "ok" })
}

/// Answers 200 when the database answers, 503 while it does not.
#[utoipa::path(
    tag = "health",
    operation_id = "health_ready",
    responses((status = 200, body = Health), (status = 503, description = "The database does not answer"))
)]
#[get("/health/ready")]
async fn ready(kernel: web::Data<Kernel>) -> Result<web::Json<Health>> {
    kernel
        .db
        .read(|c| Ok(diesel::select(1.into_sql::<diesel::sql_types::Integer>()).execute(c)?))
        .await
        .map_err(|_| crate::kernel::error::Error::unavailable(5))?;
    Ok(web::Json(Health { status: "ok" }))
}

/// The OpenAPI document, as `/api/openapi.json` gives it.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(live)
        .service(ready)
        .service(utoipa_actix_web::scope("/api/v1").configure(mount))
        .split_for_parts();
    document
}

/// Starts to answer on `listener`, over TLS when there is a certificate; the future ends when the server has been told to stop and the
/// open requests are done.
///
/// # Errors
/// When the listener or the certificate cannot be used.
pub fn run(state: State, listener: TcpListener) -> std::io::Result<Server> {
    let config = state.kernel.config.http.clone();
    let tls = state.kernel.config.tls_files().map(|files| tls::server_config(&files)).transpose();
    let tls = tls.map_err(std::io::Error::other)?;
    job::start(&state.kernel, jobs());
    let server = HttpServer::new(move || service(&state))
        .shutdown_timeout(config.shutdown_seconds)
        .client_request_timeout(Duration::from_secs(config.request_timeout_seconds));
    let server = if config.workers == 0 { server } else { server.workers(config.workers) };
    let server = match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?,
        None => server.listen(listener)?,
    };
    Ok(server.run())
}
