//! Provisions a directory into a SCIM service, as Microsoft Entra's provisioning service would.
//!
//! ```console
//! provision test                  # tests the connection, and saves it if it works
//! provision plan                  # shows what a cycle would do, and sends nothing
//! provision run                   # runs one cycle
//! provision watch                 # runs a cycle whenever one is due
//! provision on-demand user NAME   # brings one user or group over
//! provision status                # how it stands
//! provision log --about NAME      # what happened to whom
//! ```
//!
//! `docs/provision.md` shows the configuration. The exit code is 0 when all went well, 1 for wrong usage or configuration, 2 when some objects
//! failed, 3 when the guard stopped the cycle, 4 when the target as a whole cannot be worked with, and 5 when the source is incomplete.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its terminal"
)]

mod arguments;
mod commands;
mod config;
mod exit;
mod output;
mod place;
mod setup;

use std::process::ExitCode;

use clap::Parser;

use crate::{arguments::Arguments, exit::Exit, output::Output};

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // clap's own code for wrong usage means something else here
            let code = if error.use_stderr() {
                Exit::Wrong
            } else {
                Exit::Done
            };
            let _ = error.print();
            return code.into();
        }
    };
    let output = Output::new(arguments.json);
    let exit = match commands::carry_out(arguments, &output).await {
        Ok(exit) => exit,
        Err(failure) => {
            output.failure(&failure);
            failure.exit()
        }
    };
    exit.into()
}
