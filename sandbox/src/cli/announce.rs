//! Telling people and programs that the sandbox runs, and where.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process,
};

use mobiscroll_connect_sandbox::Sandbox;
use serde_json::json;

/// Says where the sandbox is; programs read these lines, so they stay as they are.
pub(crate) fn text(sandbox: &Sandbox, admin: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "Connect sandbox is running. Stop it with Ctrl-C.")?;
    let address = sandbox.local_addr();
    if !address.ip().is_loopback() {
        writeln!(out, "listening on   {address}; other machines can use it, and need no credentials")?;
    }
    writeln!(out, "base URL       {}", sandbox.base_url())?;
    writeln!(out, "client id      {}", sandbox.client_id())?;
    writeln!(out, "client secret  {}", sandbox.client_secret())?;
    writeln!(out, "redirect URI   {}", sandbox.redirect_uri())?;
    if admin {
        writeln!(out, "admin API      {}/_sandbox/", sandbox.origin())?;
    }
    out.flush()
}

/// Says the same in one line of JSON.
pub(crate) fn json(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

pub(crate) fn line(sandbox: &Sandbox, admin: bool) -> String {
    let address = sandbox.local_addr();
    json!({
        "event": "ready",
        "version": env!("CARGO_PKG_VERSION"),
        "pid": process::id(),
        "listening": address.to_string(),
        "loopbackOnly": address.ip().is_loopback(),
        "origin": sandbox.origin(),
        "baseUrl": sandbox.base_url(),
        "adminUrl": admin.then(|| format!("{}/_sandbox/", sandbox.origin())),
        "clientId": sandbox.client_id(),
        "clientSecret": sandbox.client_secret(),
        "redirectUri": sandbox.redirect_uri(),
    })
    .to_string()
}

/// A file that is there while the sandbox runs.
#[derive(Debug)]
pub(crate) struct ReadyFile(PathBuf);

impl ReadyFile {
    /// Writes the file in one step, so that nobody reads half of it.
    pub(crate) fn write(path: &Path, line: &str) -> Result<Self, String> {
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(format!(".{}", process::id()));
        let unfinished = PathBuf::from(unfinished);
        let written = fs::write(&unfinished, format!("{line}\n")).and_then(|()| fs::rename(&unfinished, path));
        match written {
            Ok(()) => Ok(Self(path.to_owned())),
            Err(error) => {
                let _ = fs::remove_file(&unfinished);
                Err(format!("cannot write {}: {error}", path.display()))
            }
        }
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
