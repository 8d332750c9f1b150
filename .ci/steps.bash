# What .ci/run and .ci/long share: they declare steps, each a function `do_NAME` with a line before it, and call `main "$@"`.
# shellcheck shell=bash
names=() lines=() ran=" " current=""
program=$0

# Declares a step: its name, and a line about it.
step() {
  names+=("$1")
  lines+=("$2")
}

# Prints a command and runs it.
run() {
  printf '\n== %s\n' "$*"
  "$@"
}

list() {
  local i
  for i in "${!names[@]}"; do
    printf '%-16s %s\n' "${names[i]}" "${lines[i]}"
  done
}

# Runs a step, unless it was run before.
once() {
  [[ $ran == *" $1 "* ]] && return
  local outer=$current before=$SECONDS
  current=$1
  ran+="$1 "
  printf '\n==== %s\n' "$1"
  "do_$1"
  printf '\n==== %s: %d s\n' "$1" $((SECONDS - before))
  current=$outer
}

# Runs the steps that are named, or all in their order.
main() {
  local name
  if [[ ${1-} == --list ]]; then
    list
    return
  fi
  for name in "$@"; do
    if [[ " ${names[*]} " != *" $name "* ]]; then
      printf '%s: there is no step "%s". The steps:\n\n' "$program" "$name" >&2
      list >&2
      exit 2
    fi
  done
  (($#)) || set -- "${names[@]}"
  trap 'failed $?' EXIT
  for name in "$@"; do
    once "$name"
  done
  printf '\nAll checks passed: %s\n' "${ran# }"
}

failed() {
  (($1 == 0)) || printf '\n==== %s FAILED; to run it alone: %s %s\n' "$current" "$program" "$current" >&2
}

# Where cargo puts what it builds, from the root.
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

# Makes a virtual environment of Python with these packages.
venv() {
  local folder=$1
  shift
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# Installs a cargo subcommand, without the optimizations that would cost more here than they save.
tool() {
  run cargo install --quiet --locked --debug --root "$target/ci-tools" --version "$2" "$1"
  PATH=$target/ci-tools/bin:$PATH
}
