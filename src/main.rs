//! The `xuekang` binary: everything it can do is in [`xuekang::cli`].

fn main() -> std::process::ExitCode {
    xuekang::cli::run()
}
