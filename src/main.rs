//! The `xuekang` binary: everything it can do is in [`xuekang::cli`].

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    xuekang::cli::run()
}
