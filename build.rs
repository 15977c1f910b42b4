//! Builds the web app with npm, so that `cargo build` alone makes the whole program.
//!
//! `ONEMAP_SKIP_WEB=1` leaves the pages out, for work on the server alone. Such a program answers a
//! request for a page with a text that says how to build it with pages.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a build script reports an error by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=ONEMAP_SKIP_WEB");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("web");
    std::fs::create_dir_all(&out).expect("OUT_DIR must be writable");
    if std::env::var_os("ONEMAP_SKIP_WEB").is_some_and(|v| v == "1") {
        empty(&out);
        return;
    }
    for watched in [
        "index.html",
        "package.json",
        "package-lock.json",
        "vite.config.ts",
        "tsconfig.json",
        "plugins",
        "public",
        "src",
    ] {
        let path = Path::new("web").join(watched);
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    let installed = Path::new("web/node_modules/.package-lock.json");
    if is_older(installed, Path::new("web/package-lock.json")) {
        npm(&["ci", "--no-audit", "--no-fund"]);
    }
    npm(&[
        "run",
        "build",
        "--",
        "--outDir",
        &out.to_string_lossy(),
        "--emptyOutDir",
    ]);
}

/// Whether `made` is missing or was made before `source` last changed.
fn is_older(made: &Path, source: &Path) -> bool {
    let time = |p: &Path| p.metadata().and_then(|m| m.modified()).ok();
    match (time(made), time(source)) {
        (Some(made), Some(source)) => made < source,
        _ => true,
    }
}

fn empty(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if path.is_dir() {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
    }
}

fn npm(arguments: &[&str]) {
    let done = Command::new("npm")
        .args(arguments)
        .current_dir("web")
        .status();
    match done {
        Ok(status) if status.success() => {}
        Ok(status) => panic!(
            "npm {} failed ({status}); its output says why",
            arguments.join(" ")
        ),
        Err(e) => panic!(
            "npm cannot be run ({e}): install Node.js 20.19 or newer, or set ONEMAP_SKIP_WEB=1 to \
             build the server without its pages"
        ),
    }
}
