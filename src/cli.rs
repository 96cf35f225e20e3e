//! The commands of the binary: serve, migrate, demo, user, import, judge, verify, backup, doctor.

use std::process::ExitCode;

/// Runs the command line.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
