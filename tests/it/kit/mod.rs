//! The test kit: an application on a database of its own, copied from a migrated template; actors
//! are values; a request reads as a sentence.

mod actor;
mod browser;
mod builders;
mod database;
mod pupils;
mod request;

pub use actor::{Actor, PASSWORD};
pub use browser::{Browser, Shown};
pub use builders::COUNTY;
pub use database::TestDatabase;
pub use pupils::{draft, identity_number};
pub use request::{Answer, Request};

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::init_service;
use chrono::{DateTime, Utc};
use xuekang::app::{self, State};
use xuekang::kernel::Kernel;
use xuekang::kernel::clock::Clock;
use xuekang::kernel::config::Config;

type Handler =
    Rc<dyn Fn(actix_http::Request) -> std::pin::Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>>;

/// A whole application on a database of its own.
#[derive(Clone)]
pub struct TestApp {
    pub state: State,
    handler: Handler,
    _database: Rc<TestDatabase>,
}

/// The moment at which tests begin: Monday 19 October 2026, 10:00 in Shanghai, in the autumn term.
pub fn moment() -> DateTime<Utc> {
    "2026-10-19T02:00:00Z".parse().unwrap()
}

/// An application with default settings, quick hashing and a frozen clock.
pub async fn app() -> TestApp {
    app_with(|_| {}).await
}

/// An application with settings of its own.
pub async fn app_with(change: impl FnOnce(&mut Config)) -> TestApp {
    let database = TestDatabase::new();
    let mut config = Config::defaults().unwrap();
    config.data.dir = database.folder();
    config.database.url = database.url().into();
    config.database.connections = 4;
    config.auth.argon2_memory_kib = 8;
    config.auth.argon2_iterations = 1;
    config.auth.login_per_minute = 10_000;
    change(&mut config);
    let kernel = Kernel::open(config, Clock::frozen(moment())).unwrap();
    let state = State::new(kernel).unwrap();
    let service = Rc::new(init_service(app::service(&state)).await);
    let handler: Handler = Rc::new(move |request| {
        let service = service.clone();
        Box::pin(async move {
            match service.call(request).await {
                Ok(response) => response.map_into_boxed_body(),
                Err(error) => panic!("the application let an error through: {error}"),
            }
        })
    });
    TestApp { state, handler, _database: Rc::new(database) }
}

impl TestApp {
    pub fn kernel(&self) -> &Kernel {
        &self.state.kernel
    }

    pub fn get(&self, path: &str) -> Request {
        Request::new(self.handler.clone(), "GET", path)
    }

    pub fn post(&self, path: &str) -> Request {
        Request::new(self.handler.clone(), "POST", path)
    }

    pub fn put(&self, path: &str) -> Request {
        Request::new(self.handler.clone(), "PUT", path)
    }

    pub fn delete(&self, path: &str) -> Request {
        Request::new(self.handler.clone(), "DELETE", path)
    }
}
