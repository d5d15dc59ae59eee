//! 信用 (Xinyong): the public credit information platform of a county, in one binary.
//!
//! This is the wiring: arguments in, a use case called, an answer and an exit code out. What happens stands in the service.

mod commands;
mod exit;
mod memory;
mod options;
mod press;

use std::process::ExitCode;

use clap::Parser as _;

use crate::exit::Exit;
use crate::options::Cli;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let helps = !error.use_stderr();
            // Printing help can only fail when the terminal has gone; there is nobody left to tell.
            drop(error.print());
            return if helps { ExitCode::SUCCESS } else { Exit::BadUsage.into() };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("无法启动：{error}");
            return Exit::Store.into();
        }
    };
    let json = cli.json;
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => exit::report(&error, json),
    }
}
