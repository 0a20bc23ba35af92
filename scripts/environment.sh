#!/usr/bin/env bash
# Makes the virtual environment $1 from the hash-locked requirements $2; says in one line what is missing.
set -euo pipefail
venv=$1 requirements=$2

is_310() { "$@" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.10 python3 python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python3.10; do
    if [ -n "$candidate" ] && is_310 "$candidate"; then
      # The interpreter's own path: a shim in between would pick another version elsewhere.
      "$candidate" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "wegwijs: no Python 3.10 with venv found (Rasa needs that version); install it or set PYTHON=/path/to/python3.10" >&2
  exit 1
}

python=$(find_python)
echo "Environment: $venv from $python"
"$python" -m venv --clear "$venv"
echo "Installing $(grep -c '==' "$requirements") packages, about 90 seconds the first time ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$requirements"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
"$venv/bin/python" -m pip check --disable-pip-version-check
