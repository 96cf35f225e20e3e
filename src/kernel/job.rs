//! Work that comes back: jobs run beside the requests, one after the other, until the server stops.

use std::time::Duration;

use crate::kernel::Kernel;
use crate::kernel::error::Result;

/// One piece of work and how often it is done.
#[derive(Clone, Copy)]
pub struct Job {
    /// Its name in the log.
    pub name: &'static str,
    /// The pause between two runs.
    pub every: Duration,
    /// The work; it must be safe to run on several servers at the same time.
    pub run: fn(&Kernel) -> Result<()>,
}

/// Starts the jobs on the current runtime; they end with it.
pub fn start(kernel: &Kernel, jobs: Vec<Job>) {
    for job in jobs {
        let kernel = kernel.clone();
        actix_web::rt::spawn(async move {
            loop {
                tokio::time::sleep(job.every).await;
                let kernel = kernel.clone();
                match actix_web::web::block(move || (job.run)(&kernel)).await {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::error!(job = job.name, %error, "a job failed"),
                    Err(error) => tracing::error!(job = job.name, %error, "a job was dropped"),
                }
            }
        });
    }
}
