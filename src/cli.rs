//! The commands of the binary.

use std::fs::File;
use std::io::{BufReader, BufWriter, IsTerminal, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;

use crate::access::audit;
use crate::access::password::Hasher;
use crate::access::service::{Founding, create_first_administrator, set_password_at_console};
use crate::app::{self, State};
use crate::demo;
use crate::exchange::roster;
use crate::fitness;
use crate::kernel::clock::Clock;
use crate::kernel::config::Config;
use crate::kernel::error::Fault;
use crate::kernel::measure::AcuityNotation;
use crate::kernel::tls::{self, may_be_plain};
use crate::kernel::{Kernel, db, telemetry};
use crate::psych::rules::instruments::{Instruments, ScoreSettings};
use crate::psych::rules::triage::TriageRules;
use crate::psych::sheet as psych_sheet;
use crate::tally;
use crate::vision::rules::{RuleSets, Settings};
use crate::vision::sheet::judge_csv;

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
    /// Loads a county that is not there and answers requests; prints an account for each role.
    Demo(DemoCommand),
    /// Brings the tables up to date and ends.
    Migrate,
    /// Accounts at the console of this machine.
    #[command(subcommand)]
    User(UserCommand),
    /// Brings sheets in at the console of this machine.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Judges a CSV file by the standards; stores nothing.
    #[command(subcommand)]
    Judge(JudgeCommand),
    /// Proves that nothing was changed or lost.
    #[command(subcommand)]
    Verify(VerifyCommand),
    /// Copies the SQLite database into one file that opens by itself.
    Backup {
        /// The file to make; it must not exist.
        #[arg(value_name = "FILE")]
        target: PathBuf,
    },
    /// The certificate for other computers of the school.
    #[command(subcommand)]
    Tls(TlsCommand),
    /// Prints the effective settings, without secrets, and checks that the parts open.
    Doctor,
}

#[derive(Args)]
struct DemoCommand {
    /// Address and port, for example 127.0.0.1:8080.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Loads and ends.
    #[arg(long)]
    no_serve: bool,
    /// Pupils on the roll in each term.
    #[arg(long, value_name = "N", default_value_t = demo::Plan::default().students)]
    students: u32,
    /// Terms, the latest being the one that runs now.
    #[arg(long, value_name = "T", default_value_t = demo::Plan::default().terms)]
    terms: u32,
    /// Another seed, other people.
    #[arg(long, value_name = "S", default_value_t = demo::Plan::default().seed)]
    seed: u64,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Makes the first administrator, who makes all other accounts. The password is asked for.
    CreateAdmin {
        /// User name: 3 to 32 of a–z, 0–9, dot, dash, underscore.
        username: String,
        /// What people call them.
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Sets a forgotten password; it must be changed at the next sign-in. The password is asked for.
    ResetPassword {
        /// User name.
        username: String,
    },
}

#[derive(Subcommand)]
enum TlsCommand {
    /// Makes a key and a certificate in the data folder; `serve` takes them from then on.
    SelfSigned {
        /// Names and addresses by which the other computers reach this one, for example xuekang.lan
        /// 192.168.1.20.
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
        /// Replaces those that are there; everybody has to trust the new certificate then.
        #[arg(long)]
        renew: bool,
    },
}

#[derive(Subcommand)]
enum ImportCommand {
    /// The roster (花名册) of one school: .xlsx, .xls or .csv. Without --commit it is only checked.
    Roster {
        /// The sheet.
        file: PathBuf,
        /// The school's code (学校标识码).
        #[arg(long, value_name = "CODE")]
        school: String,
        /// Write the good rows at once.
        #[arg(long)]
        commit: bool,
    },
}

#[derive(Subcommand)]
enum JudgeCommand {
    /// Vision screenings: the same CSV on standard output, the answer columns appended.
    Vision {
        /// CSV with the columns that the README names; any may be absent.
        file: PathBuf,
        /// How acuity is written in the file.
        #[arg(long, value_enum, default_value_t = Notation::FiveMark)]
        acuity: Notation,
    },
    /// Forms of a psychological instrument: the same CSV with scores, bands and critical items.
    Psych(JudgePsychCommand),
    /// Evidence (a column input_json): the same CSV with the level the rules propose, and why.
    Triage {
        /// CSV with the column input_json.
        file: PathBuf,
    },
    /// Physical fitness: the same CSV on standard output, the answer columns appended.
    Fitness {
        /// CSV with the columns that the README names; any item may be absent.
        file: PathBuf,
    },
}

#[derive(Args)]
struct JudgePsychCommand {
    /// The instrument, for example phq_a.
    id: String,
    /// CSV with a column for each question: item_1, item_2, …; blank is unanswered.
    file: PathBuf,
    /// The cut-off set to band by; left out, the usual one.
    #[arg(long, value_name = "SET")]
    set: Option<String>,
    /// A TOML file with cut-off sets of a province (schema psych-cutoffs/1).
    #[arg(long, value_name = "FILE")]
    cutoffs: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Notation {
    /// Five-mark records (五分记录), 4.0 to 5.3.
    FiveMark,
    /// Decimal records (小数记录), 0.1 to 2.0.
    Decimal,
}

#[derive(Subcommand)]
enum VerifyCommand {
    /// Follows the audit chain of every school: a changed or missing row is named.
    Audit,
    /// Recounts every counter from the facts: a difference is named.
    Tally,
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
                serve(open(config)?)
            }
            Command::Demo(command) => {
                telemetry::start(&config.log);
                command.run(config)
            }
            Command::Migrate => {
                telemetry::start(&config.log);
                open(config).map(|_| ExitCode::SUCCESS)
            }
            Command::Tls(TlsCommand::SelfSigned { names, renew }) => self_signed(&config, &names, renew),
            Command::Doctor => doctor(config),
            Command::User(command) => user(config, command),
            Command::Import(ImportCommand::Roster { file, school, commit }) => {
                import_roster(config, &file, &school, commit)
            }
            Command::Judge(JudgeCommand::Vision { file, acuity }) => judge_vision(&config, &file, acuity),
            Command::Judge(JudgeCommand::Psych(command)) => command.run(),
            Command::Judge(JudgeCommand::Triage { file }) => judge_triage(&file),
            Command::Judge(JudgeCommand::Fitness { file }) => judge_fitness(&config, &file),
            Command::Verify(VerifyCommand::Audit) => verify_audit(config),
            Command::Verify(VerifyCommand::Tally) => verify_tally(config),
            Command::Backup { target } => {
                open(config)?.db.back_up(&target)?;
                Ok(ExitCode::SUCCESS)
            }
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

fn serve(kernel: Kernel) -> Result<ExitCode> {
    let listen = kernel.config.http.listen.clone();
    let listener = TcpListener::bind(&listen).with_context(|| format!("listening on {listen}"))?;
    let address = listener.local_addr()?;
    let (over_tls, allow_plain) = (kernel.certificate.is_some(), kernel.config.http.allow_plain);
    anyhow::ensure!(over_tls || may_be_plain(address, allow_plain), "{}", plain_refused(&listen));
    if !over_tls && !address.ip().is_loopback() {
        tracing::warn!("{PLAIN_WARNING}");
    }
    let state = State::new(kernel)?;
    let scheme = if over_tls { "https" } else { "http" };
    tracing::info!(%address, scheme, "answering");
    actix_web::rt::System::new().block_on(async move { app::run(state, listener)?.await })?;
    tracing::info!("stopped; all open requests are done");
    Ok(ExitCode::SUCCESS)
}

/// What plain http across a network means.
const PLAIN_WARNING: &str = "http.allow_plain: passwords and records cross the network in the clear";

fn plain_refused(listen: &str) -> String {
    format!(
        "{listen} is reached from other computers, and without TLS passwords would cross the network in \
         the clear: run `xuekang tls self-signed NAME`, or set http.tls.cert and http.tls.key, or listen on \
         127.0.0.1 behind a proxy (http.allow_plain = true takes the risk)"
    )
}

/// Prints for a person, so it writes to standard output.
#[expect(clippy::print_stdout, reason = "the command's product is its output")]
fn self_signed(config: &Config, names: &[String], renew: bool) -> Result<ExitCode> {
    std::fs::create_dir_all(&config.data.dir)
        .with_context(|| format!("the data folder {}", config.data.dir.display()))?;
    let files = config.own_tls_files();
    let there = files.cert.exists() || files.key.exists();
    anyhow::ensure!(renew || !there, "{} is there already; --renew replaces it", files.cert.display());
    let certificate = tls::self_sign(&files, names, Clock::system().today())?;
    println!("证书 certificate: {}", files.cert.display());
    println!("私钥 key: {}", files.key.display());
    println!("指纹 fingerprint (SHA-256):\n{}", certificate.fingerprint);
    println!("请把指纹写在纸上交给老师；他们打开 /trust 按说明信任证书。");
    println!("Hand the fingerprint to the teachers on paper; /trust tells them what to do with it.");
    Ok(ExitCode::SUCCESS)
}

impl DemoCommand {
    fn run(self, mut config: Config) -> Result<ExitCode> {
        if let Some(listen) = self.listen {
            config.http.listen = listen;
        }
        let plan = demo::Plan { students: self.students, terms: self.terms, seed: self.seed };
        let kernel = open(config)?;
        let summary = load_demo(&kernel, &plan)?;
        print_demo(&summary)?;
        if self.no_serve {
            return Ok(ExitCode::SUCCESS);
        }
        serve(kernel)
    }
}

/// Loads with a bar that shows how far it is and how long it will take.
fn load_demo(kernel: &Kernel, plan: &demo::Plan) -> Result<demo::Summary> {
    let bar = indicatif::ProgressBar::new(u64::from(plan.students));
    let style = "{bar:40} {human_pos}/{human_len} 名学生 pupils  {elapsed} (+{eta})";
    bar.set_style(indicatif::ProgressStyle::with_template(style)?);
    let loaded = demo::load(kernel, plan, &bar);
    bar.finish_and_clear();
    Ok(loaded?)
}

/// Prints one line an account: role, user name, password.
fn print_demo(summary: &demo::Summary) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let demo::Summary { students, screenings, .. } = summary;
    writeln!(out, "演示数据 demo: {students} 名学生 pupils, {screenings} 条视力筛查 vision screenings")?;
    for account in &summary.accounts {
        writeln!(out, "{:16} {:12} {}", account.role.as_str(), account.username, account.password)?;
    }
    Ok(())
}

/// Prints for a person, so it writes to standard output.
#[expect(clippy::print_stdout, reason = "the command's product is its output")]
fn doctor(config: Config) -> Result<ExitCode> {
    for (key, value) in config.describe() {
        println!("{key} = {value}");
    }
    let kernel = Kernel::open(config, Clock::system())?;
    if let Some(certificate) = &kernel.certificate {
        println!("certificate fingerprint (SHA-256): {}", certificate.fingerprint);
    }
    if kernel.config.http.allow_plain {
        println!("warning: {PLAIN_WARNING}");
    }
    kernel.db.read_here(|_| Ok(()))?;
    println!("database and keys open: ok");
    Ok(ExitCode::SUCCESS)
}

/// Asks for a password on the terminal, twice; reads one line where there is no terminal.
fn ask_password() -> Result<SecretString> {
    if !std::io::stdin().is_terminal() {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).context("reading the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned().into());
    }
    let password = rpassword::prompt_password("密码 Password: ")?;
    let again = rpassword::prompt_password("再输一次 Again: ")?;
    anyhow::ensure!(password == again, "the two passwords differ");
    Ok(password.into())
}

fn user(config: Config, command: UserCommand) -> Result<ExitCode> {
    let kernel = open(config)?;
    let hasher = Hasher::new(&kernel.config.auth)?;
    match command {
        UserCommand::CreateAdmin { username, name } => {
            let name = name.unwrap_or_else(|| "安全管理员".to_owned());
            let new = Founding::checked(&kernel, &hasher, &username, &name, &ask_password()?)?;
            let at = kernel.clone();
            kernel.db.write_here(move |c| create_first_administrator(c, &at, &new))?;
            eprintln!("administrator {username} is there; sign in to make the other accounts");
        }
        UserCommand::ResetPassword { username } => {
            let hash = hasher.hash_here(&ask_password()?)?;
            let at = kernel.clone();
            let name = username.clone();
            kernel.db.write_here(move |c| set_password_at_console(c, &at, &name, &hash))?;
            eprintln!("the password of {username} is set; it must be changed at the next sign-in");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Every problem is printed with the row number that Excel shows; values are masked. Exit status 1
/// when a row was rejected or is in conflict, so that a script notices.
#[expect(clippy::print_stdout, reason = "the command's product is its output")]
fn import_roster(config: Config, file: &Path, school: &str, commit: bool) -> Result<ExitCode> {
    let kernel = open(config)?;
    let bar = indicatif::ProgressBar::new(0);
    let report = roster::command(&kernel, file, school, commit, &|done, total| {
        bar.set_length(u64::try_from(total).unwrap_or_default());
        bar.set_position(u64::try_from(done).unwrap_or_default());
    });
    bar.finish_and_clear();
    let report = report?;
    for roster::Problem { error, warning } in &report.problems {
        let mark = if *warning { "提醒 warning" } else { "错误 error" };
        let column = error.column.as_deref().unwrap_or_default();
        println!("{mark} {} {column} {}: {} {}", error.row, error.code, error.text.zh, error.text.en);
    }
    let roster::Counts { new, changed, same, conflict, rejected } = report.counts;
    println!("import {}: {}", report.import, report.state);
    println!("new {new}, changed {changed}, same {same}, conflict {conflict}, rejected {rejected}");
    Ok(if conflict + rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn judge_vision(config: &Config, file: &Path, acuity: Notation) -> Result<ExitCode> {
    let input = File::open(file).with_context(|| file.display().to_string())?;
    let notation = match acuity {
        Notation::FiveMark => AcuityNotation::FiveMark,
        Notation::Decimal => AcuityNotation::Decimal,
    };
    let settings = Settings::from(&config.vision);
    let output = BufWriter::new(std::io::stdout().lock());
    let summary = judge_csv(BufReader::new(input), output, notation, RuleSets::embedded()?, settings)?;
    eprintln!("{} judged, {} with an error", summary.judged, summary.faulty);
    Ok(ExitCode::SUCCESS)
}

impl JudgePsychCommand {
    fn run(self) -> Result<ExitCode> {
        let mut instruments = Instruments::embedded()?;
        if let Some(file) = &self.cutoffs {
            let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
            let widened = instruments.with_cutoffs(&file.display().to_string(), &text)?;
            // Read once and used until the command ends.
            instruments = Box::leak(Box::new(widened));
        }
        let today = Clock::system().today();
        let instrument = instruments.on(&self.id, today).map_err(|fault| told(&fault))?;
        if let Some(set) = &self.set {
            instrument.check_set(set).map_err(|fault| told(&fault))?;
        }
        let settings = ScoreSettings { set: self.set.as_deref(), ..ScoreSettings::default() };
        let input = File::open(&self.file).with_context(|| self.file.display().to_string())?;
        let output = BufWriter::new(std::io::stdout().lock());
        let summary = psych_sheet::judge_csv(BufReader::new(input), output, instrument, &settings)?;
        eprintln!("{} judged, {} with an error", summary.judged, summary.faulty);
        Ok(ExitCode::SUCCESS)
    }
}

fn judge_triage(file: &Path) -> Result<ExitCode> {
    let input = File::open(file).with_context(|| file.display().to_string())?;
    let output = BufWriter::new(std::io::stdout().lock());
    let (rules, known) = (TriageRules::embedded()?, Instruments::embedded()?);
    let summary = psych_sheet::explain_csv(BufReader::new(input), output, rules, known)?;
    eprintln!("{} judged, {} with an error", summary.judged, summary.faulty);
    Ok(ExitCode::SUCCESS)
}

fn judge_fitness(config: &Config, file: &Path) -> Result<ExitCode> {
    let input = File::open(file).with_context(|| file.display().to_string())?;
    let settings = fitness::rules::Settings::from(&config.fitness);
    let standards = fitness::rules::Standards::embedded()?;
    let output = BufWriter::new(std::io::stdout().lock());
    let summary = fitness::sheet::judge_csv(BufReader::new(input), output, standards, settings)?;
    eprintln!("{} judged, {} with an error", summary.judged, summary.faulty);
    Ok(ExitCode::SUCCESS)
}

/// A fault for the person at the console, in both languages.
fn told(fault: &Fault) -> anyhow::Error {
    anyhow::anyhow!("{} / {}", fault.text.zh, fault.text.en)
}

/// Exit status 1 when a chain is broken, so that a nightly run is noticed.
#[expect(clippy::print_stdout, reason = "the command's product is its output")]
fn verify_audit(config: Config) -> Result<ExitCode> {
    let breaks = open(config)?.db.read_here(audit::verify)?;
    for found in &breaks {
        println!("{found}");
    }
    println!("audit: {} breaks", breaks.len());
    Ok(if breaks.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Exit status 1 when a counter differs.
#[expect(clippy::print_stdout, reason = "the command's product is its output")]
fn verify_tally(config: Config) -> Result<ExitCode> {
    let differences = open(config)?.db.read_here(|c| tally::compare(c, app::recount))?;
    for found in &differences {
        println!("{}: tally {:?}, facts {:?}", found.counter, found.tally, found.facts);
    }
    println!("tally: {} differences", differences.len());
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
