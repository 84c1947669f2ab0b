# Shared by the scripts: a virtual environment, kept for the next run. Source it after say.sh.

# python_env CACHE REQUIREMENTS: makes it where it is missing, and sets PYTHON_ENV to its directory.
python_env() {
    local cache=$1 requirements=$2 key
    command -v python3 >/dev/null \
        || die "python3 is missing" "install Python 3.10 or newer"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
        || die "$(python3 --version) is too old for the app" "put Python 3.10 or newer first on PATH"
    key=$( (python3 -c 'import sys; print(sys.version, sys.prefix)'; cat "$requirements") | cksum)
    PYTHON_ENV=$cache/python-${key%% *}
    [ ! -e "$PYTHON_ENV/complete" ] || return 0
    say "Installing the app's Python packages (kept for the next run) …"
    rm -rf "$PYTHON_ENV"
    mkdir -p "$cache"
    python3 -m venv "$PYTHON_ENV" >"$cache/python.log" 2>&1 \
        || { cat "$cache/python.log" >&2; die "no virtual environment can be made"; }
    "$PYTHON_ENV/bin/pip" install --quiet --requirement "$requirements" >>"$cache/python.log" 2>&1 \
        || { cat "$cache/python.log" >&2; die "the app's Python packages cannot be installed"; }
    touch "$PYTHON_ENV/complete"
}
