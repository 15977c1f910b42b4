//! `onemap openapi`: the interface's description, for clients that generate code from it.

use std::process::ExitCode;

use super::print;

pub(super) fn run() -> anyhow::Result<ExitCode> {
    print(&serde_json::to_string_pretty(
        &crate::http::openapi_document(),
    )?)?;
    Ok(ExitCode::SUCCESS)
}
