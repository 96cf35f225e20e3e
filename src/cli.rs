//! The commands of the binary.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::app::{self, State};
use crate::kernel::clock::Clock;
use crate::kernel::config::Config;
use crate::kernel::{Kernel, db, telemetry};

/// 学康：从幼儿园到毕业的学生健康档案。The health record of every pupil.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// Settings file; see config/example.toml.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of database, keys and backups.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Migrates the database and answers requests.
    Serve {
        /// Address and port, for example 127.0.0.1:8080.
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
    },
    /// Brings the tables up to date and ends.
    Migrate,
    /// Prints the effective settings, without secrets, and checks that the parts open.
    Doctor,
}

/// Runs the command line.
pub fn run() -> ExitCode {
    match Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xuekang: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn run(self) -> Result<ExitCode> {
        let mut config = Config::load(self.common.config.as_deref()).context("the settings")?;
        if let Some(dir) = self.common.data {
            config.data.dir = dir;
        }
        match self.command {
            Command::Serve { listen } => {
                if let Some(listen) = listen {
                    config.http.listen = listen;
                }
                telemetry::start(&config.log);
                serve(config)
            }
            Command::Migrate => {
                telemetry::start(&config.log);
                open(config).map(|_| ExitCode::SUCCESS)
            }
            Command::Doctor => doctor(config),
        }
    }
}

/// Opens the kernel on a migrated database.
fn open(config: Config) -> Result<Kernel> {
    let clock = Clock::system();
    std::fs::create_dir_all(&config.data.dir)
        .with_context(|| format!("the data folder {}", config.data.dir.display()))?;
    let stamp = clock.now().format("%Y%m%dT%H%M%S").to_string();
    let migrated = db::migrate(&db::Options::from(&config), &stamp)?;
    for name in &migrated.applied {
        tracing::info!(migration = name, "migrated");
    }
    if let Some(backup) = &migrated.backup {
        tracing::info!(backup = %backup.display(), "the file was copied before the migration");
    }
    Ok(Kernel::open(config, clock)?)
}

fn serve(config: Config) -> Result<ExitCode> {
    let kernel = open(config)?;
    let listen = kernel.config.http.listen.clone();
    let listener = TcpListener::bind(&listen).with_context(|| format!("listening on {listen}"))?;
    let state = State::new(kernel)?;
    tracing::info!(address = %listener.local_addr()?, "answering");
    actix_web::rt::System::new().block_on(async move { app::run(state, listener)?.await })?;
    tracing::info!("stopped; all open requests are done");
    Ok(ExitCode::SUCCESS)
}

/// Prints for a person, so it writes to standard output.
#[expect(clippy::print_stdout, reason = "the command's product is its output")]
fn doctor(config: Config) -> Result<ExitCode> {
    for (key, value) in config.describe() {
        println!("{key} = {value}");
    }
    let kernel = Kernel::open(config, Clock::system())?;
    kernel.db.read_here(|_| Ok(()))?;
    println!("database and keys open: ok");
    Ok(ExitCode::SUCCESS)
}
