//! Chooses the bindings that the crate is compiled with.
//!
//! Without the feature `codegen` these are the files of `generated/` as committed, if they belong to `openapi.yaml`. With
//! the feature they are regenerated.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[cfg(feature = "codegen")]
mod codegen;

/// Names another contract to generate the bindings from.
const OVERRIDE: &str = "MOBISCROLL_CONNECT_OPENAPI";

fn main() {
    println!("cargo::rerun-if-changed=openapi.yaml");
    println!("cargo::rerun-if-env-changed={OVERRIDE}");

    match bindings() {
        Ok(path) => println!("cargo::rustc-env=MOBISCROLL_CONNECT_GENERATED={}", path.display()),
        // Cargo stops the build for them, and shows these lines alone where the script itself succeeds.
        Err(reasons) => reasons.lines().for_each(|reason| println!("cargo::error={reason}")),
    }
}

#[cfg(not(feature = "codegen"))]
fn bindings() -> Result<PathBuf, String> {
    println!("cargo::rerun-if-changed=generated");
    if other_contract()?.is_some() {
        return Err(format!("{OVERRIDE} is set: bindings from another contract need the feature `codegen`"));
    }
    let root = manifest_dir()?;
    let committed = root.join("generated");
    let fingerprint = fingerprint(&read(&root.join("openapi.yaml"))?);
    for name in ["models.rs", "calls.rs", "requests.rs"] {
        if !read(&committed.join(name))?.contains(&fingerprint) {
            return Err(
                "openapi.yaml has changed since generated/ was made; run: cargo build --features codegen".into()
            );
        }
    }
    Ok(committed)
}

#[cfg(feature = "codegen")]
fn bindings() -> Result<PathBuf, String> {
    let root = manifest_dir()?;
    println!("cargo::rerun-if-changed=codegen");
    let other = other_contract()?;
    let contract = other.clone().unwrap_or_else(|| root.join("openapi.yaml"));
    println!("cargo::rerun-if-changed={}", contract.display());

    let text = read(&contract)?;
    let lock = root.join("generated").join(codegen::LOCK);
    println!("cargo::rerun-if-changed={}", lock.display());
    let lock = if lock.exists() { read(&lock)? } else { String::new() };
    let bindings = codegen::generate(&text, &fingerprint(&text), &lock);
    let bindings = bindings.map_err(|e| e.replace('\n', &format!("\n{}: ", contract.display())));
    let bindings = bindings.map_err(|e| format!("{}: {e}", contract.display()))?;
    bindings.warnings.iter().for_each(|warning| println!("cargo::warning={}: {warning}", contract.display()));

    // Only a checkout of this repository is written to. Cargo's own checkouts have a mark, and stay as they are.
    let is_ours = root.join(".git").exists() && !root.join(".cargo-ok").exists();
    if other.is_none() && !is_ours && !bindings.files.iter().all(|(name, text)| is_committed(&root, name, text)) {
        println!("cargo::warning=generated/ is not rewritten: this is no clone of the repository (there is no .git)");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    for (name, code) in &bindings.files {
        let committed = root.join("generated").join(name);
        if other.is_none() && is_ours && read(&committed).ok().as_ref() != Some(code) {
            write(&committed, code)?;
        }
        write(&out.join(name), code)?;
    }
    Ok(out)
}

#[cfg(feature = "codegen")]
fn is_committed(root: &Path, name: &str, text: &str) -> bool {
    read(&root.join("generated").join(name)).is_ok_and(|committed| committed == text)
}

/// The contract that takes the place of ours.
fn other_contract() -> Result<Option<PathBuf>, String> {
    match env::var_os(OVERRIDE).filter(|path| !path.is_empty()).map(PathBuf::from) {
        // A build script runs in the folder of its package, which is not where its user is.
        Some(path) if path.is_relative() => Err(format!("{OVERRIDE} must be an absolute path: {}", path.display())),
        path => Ok(path),
    }
}

fn manifest_dir() -> Result<PathBuf, String> {
    Ok(env::var_os("CARGO_MANIFEST_DIR").ok_or("CARGO_MANIFEST_DIR is not set")?.into())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

#[cfg(feature = "codegen")]
fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// FNV-1a over the text without carriage returns: it finds a forgotten regeneration, it proves nothing.
fn fingerprint(text: &str) -> String {
    let hash = text
        .bytes()
        .filter(|byte| *byte != b'\r')
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("contract {hash:016x}")
}
