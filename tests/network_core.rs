//! The search core of the route network is also compiled to WebAssembly for phones, with Debian's Rust compiler. So it
//! must not use crates or newer language features. Without that compiler, the test prints that it is skipped.

use std::path::Path;
use std::process::Command;

/// Debian's compiler (1.63). Newer ones may be installed elsewhere.
const COMPILER: &str = "/usr/bin/rustc";

fn compile(target: Option<&str>) -> Result<(), String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/network/core/mod.rs");
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(COMPILER);
    command
        .args([
            "--edition",
            "2021",
            "--crate-type",
            "lib",
            "--crate-name",
            "network_core",
        ])
        .args(["--emit", "metadata", "-D", "warnings"])
        .arg("--out-dir")
        .arg(folder.path())
        .arg(source);
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    let output = command.output().unwrap();
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn has(what: &[&str]) -> bool {
    let output = Command::new(COMPILER).args(what).output();
    output.is_ok_and(|o| {
        let folder = String::from_utf8_lossy(&o.stdout).trim().to_owned();
        o.status.success() && Path::new(&folder).exists()
    })
}

#[test]
fn the_search_core_compiles_with_the_compiler_for_phones() {
    if !has(&["--print", "sysroot"]) {
        println!("Skipped: {COMPILER} is not installed (Debian: apt-get install rustc).");
        return;
    }
    compile(None).unwrap();
    let target = "wasm32-unknown-unknown";
    if !has(&["--print", "target-libdir", "--target", target]) {
        println!("Skipped for {target}: Debian's libstd-rust-dev-wasm32 is not installed.");
        return;
    }
    compile(Some(target)).unwrap();
}
