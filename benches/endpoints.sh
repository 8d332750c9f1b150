#!/usr/bin/env bash
# What more endpoints in the contract cost: lines of generated code, time of the generator, CPU time of compiling this crate
# (release). Argument: how many, 100 by default. Takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
more=${1:-100}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "$more" "$work" <<'PYTHON'
import pathlib, sys
more, work = int(sys.argv[1]), pathlib.Path(sys.argv[2])
contract = pathlib.Path("openapi.yaml").read_text()
(work / "base.yaml").write_text(contract)
endpoint = """  /things{n}/{{thingId}}:
    get:
      operationId: getThing{n}
      tags: [Things]
      summary: Read a thing.
      parameters:
        - {{ name: thingId, in: path, required: true, schema: {{ type: string }} }}
        - {{ name: depth, in: query, schema: {{ type: integer, format: int32 }} }}
      responses:
        '200':
          description: The thing.
          content:
            application/json:
              schema: {{ $ref: '#/components/schemas/Thing' }}
"""
thing = """    Thing:
      type: object
      required: [id]
      properties:
        id: { type: string }
        label: { type: string, nullable: true }
        size: { type: integer, format: int32 }
"""
contract = contract.replace("\npaths:\n", "\npaths:\n" + "".join(endpoint.format(n=n) for n in range(more)), 1)
(work / "more.yaml").write_text(contract.replace("\n  schemas:\n", "\n  schemas:\n" + thing, 1))
PYTHON

# Notes the CPU time of compiling this crate.
cat >"$work/rustc" <<'WRAPPER'
#!/usr/bin/env bash
case " $* " in
*" --crate-name mobiscroll_connect "*)
  TIMEFORMAT='%U %S'
  { time "$@" 2>&3; } 3>&2 2>"$TIMES"
  ;;
*) exec "$@" ;;
esac
WRAPPER
chmod +x "$work/rustc"

build() {
  MOBISCROLL_CONNECT_OPENAPI=$work/$1.yaml TIMES=$work/times RUSTC_WRAPPER=$work/rustc CARGO_TARGET_DIR=$work/target \
    cargo build --release --quiet --lib --no-default-features --features rustls,codegen
}

build base
echo "| contract | generated lines | generator | CPU of compiling this crate |"
echo "|---|---:|---:|---:|"
for contract in base more base more base more; do
  touch "$work/$contract.yaml"
  build "$contract"
  script=$(find "$work/target/release/build" -path '*mobiscroll-connect-*' -name build-script-build | head -1)
  out=$(find "$work/target/release/build" -path '*mobiscroll-connect-*' -name out | head -1)
  lines=$(cat "$out"/*.rs | wc -l)
  TIMEFORMAT=%U
  seconds=$({ time env CARGO_MANIFEST_DIR="$PWD" OUT_DIR="$work" CARGO_FEATURE_CODEGEN=1 \
    MOBISCROLL_CONNECT_OPENAPI="$work/$contract.yaml" "$script" >/dev/null; } 2>&1)
  compiled=$(awk '{ print $1 + $2 }' "$work/times")
  printf '| %s | %s | %s s | %s s |\n' "$contract" "$lines" "$seconds" "$compiled"
done
