//! The binary: configuration, wiring, command line. What it is not: it decides nothing about mail.

mod admin;
mod anchoring;
mod checks;
mod config;
mod demo;
mod doctor;
mod engines;
mod extractor;
mod http;
mod net;
mod page_key;
mod scan;
mod serve;
mod sop;
mod telemetry;
mod terminal;
mod verify;
mod ways;
mod wiring;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A delivery allocates some thousand times; the system's allocator took an eighth of its CPU time.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Secure communication for healthcare, run by yourself.
#[derive(Parser)]
#[command(name = "caduceus", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service: submission, delivery, API, portal and console.
    Serve {
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
    },
    /// Start everything on loopback with simulated mail servers and show what happens to real messages.
    Demo(demo::Arguments),
    /// Set up and run an installation: organisations, people, domains, apps, keys.
    Admin {
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
        #[command(subcommand)]
        command: Box<admin::Command>,
    },
    /// Check proof bundles and audit proofs, offline.
    Verify(verify::Arguments),
    /// What detection finds in messages: kinds and places, never values.
    Scan(scan::Arguments),
    /// OpenPGP by the Stateless OpenPGP command line: keys and texts from files, no installation.
    #[command(disable_help_flag = true)]
    Sop(sop::Arguments),
    /// Reads files for the service: started by it, not by people.
    #[command(name = extractor::WORKER, hide = true)]
    ExtractWorker {
        /// Only say which layers of the sandbox are missing here.
        #[arg(long)]
        layers: bool,
    },
    /// Explain what is wrong with an installation before it fails.
    Doctor {
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
        /// Print findings as JSON, one object a line.
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve { config } => serve::run(&config),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Admin { config, command } => admin::run(&config, *command),
        Command::Verify(arguments) => return verify::run(&arguments),
        Command::Scan(arguments) => return scan::run(&arguments),
        Command::Sop(arguments) => return sop::run(&arguments),
        Command::ExtractWorker { layers } => return extractor::serve(layers),
        Command::Doctor { config, json } => return doctor::run(&config, json),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::FAILURE
        }
    }
}
