//! The command-line twin: it hands over to `rds_fleet::cli`.

fn main() -> std::process::ExitCode {
    rds_fleet::cli::run()
}
