#!/usr/bin/env bash
# What a consumer pays for the dependency, by feature, beyond reqwest and serde_json with the same TLS and gzip: crates, CPU time of a
# cold build, size of a program. Takes about a minute for each row. Arguments: the rows to print, all by default.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
reqwest='reqwest = { version = "0.13.5", default-features = false, features = ["gzip", "http2", "json", "query", "rustls", "stream"] }'
common='serde = { version = "1.0", features = ["derive"] }
serde_json = "1.0"
tokio = { version = "1.54", default-features = false, features = ["rt", "time"] }'

# Makes a program with these dependencies and prints its row.
row() {
  local name=$1 dependencies=$2 main=$3
  local folder=$work/consumer
  rm -rf "$folder"
  mkdir -p "$folder/src"
  printf '[workspace]\n[package]\nname = "consumer"\nversion = "0.0.0"\nedition = "2024"\n[dependencies]\n%s\n%s\n[profile.release]\nstrip = true\n' \
    "$common" "$dependencies" >"$folder/Cargo.toml"
  printf '%s\n' "$main" >"$folder/src/main.rs"
  cp "$here/Cargo.lock" "$folder/Cargo.lock"
  (
    cd "$folder"
    cargo fetch --quiet
    local crates seconds bytes
    crates=$(cargo tree --prefix none --edges normal,build --format '{p}' | sed 's/ (.*//' | sort -u | wc -l)
    TIMEFORMAT='%U %S'
    seconds=$( { time cargo build --release --quiet >&2; } 2>&1 | awk '{ print $1 + $2 }')
    bytes=$(stat -c %s target/release/consumer)
    awk -v name="$name" -v crates=$((crates - 1)) -v seconds="$seconds" -v bytes="$bytes" \
      'BEGIN { printf "| %s | %d | %.0f s | %.1f MiB |\n", name, crates, seconds, bytes / 1048576 }'
  )
}

bare='fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(async {
        let answer = reqwest::Client::new().get("https://connect.mobiscroll.com/api/calendars").send().await?;
        answer.json::<serde_json::Value>().await
    });
    println!("{answer:?}");
}'
ours='fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = mobiscroll_connect::Client::new("id", "secret", "https://app.example/callback").unwrap();
    println!("{:?}", runtime.block_on(async { client.calendars().list().await }));
}'

wanted() {
  local name=$1
  shift
  [[ $# -eq 0 || " $* " == *" $name "* ]]
}

echo "| | crates | CPU of a cold build | program |"
echo "|---|---:|---:|---:|"
if wanted bare "$@"; then row "reqwest and serde_json" "$reqwest" "$bare"; fi
for features in gzip,rustls rustls gzip,rustls,brotli gzip,rustls,zstd gzip,rustls,webhooks gzip,rustls,axum gzip,rustls,axum,webhooks gzip,rustls,blocking \
  gzip,rustls,tracing gzip,rustls,file gzip,rustls,encryption gzip,rustls,postgres gzip,rustls,sqlite; do
  if wanted "$features" "$@"; then
    list=$(sed 's/,/", "/g' <<<"$features")
    row "\`$features\`" "mobiscroll-connect = { path = \"$here\", default-features = false, features = [\"$list\"] }" "$ours"
  fi
done
