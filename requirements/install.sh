#!/bin/sh
# Makes what `make reports`, `make test` and `make lab` need, and does nothing when it is there already.
#
#     sh requirements/install.sh reports|test|lab
#
# .venv gets the pinned packages, each checked against its hash, and this project in editable form.
# On Debian and Ubuntu, as root, it also installs the few system packages; elsewhere it prints the
# line that does so, and goes on. PYTHON=/path/to/python chooses the interpreter.
set -eu
want=$1
cd "$(dirname "$0")/.."

# JupyterLab brings packages that slow the import of papermill and nbconvert by over a second each,
# which every run would pay: it lives in an environment of its own, with all that .venv has.
case $want in
    reports | test) venv=.venv ;;
    lab) venv=.venv-lab ;;
    *) echo "usage: sh requirements/install.sh reports|test|lab" >&2; exit 2 ;;
esac
python=$venv/bin/python
pins=requirements/$want.txt
done_file=$venv/.installed # written last: the folder; a checksum of all that decides what is installed, what it serves

say() { echo "install: $*" >&2; }

# ---- system packages -------------------------------------------------------------------------------

apt_install() {
    if [ "$(id -u)" != 0 ]; then
        say "for $1, run: sudo apt-get install --no-install-recommends $2"
        return 1
    fi
    say "installing $2"
    export DEBIAN_FRONTEND=noninteractive
    # The package lists of a new machine are empty or old: fetched only when a first, silent try fails.
    # shellcheck disable=SC2086 # $2 is a list
    apt_get install $2 2>/dev/null || { apt_get update && apt_get install $2; } || {
        say "that failed; for $1, run: apt-get update && apt-get install --no-install-recommends $2"
        return 1
    }
}

apt_get() {
    apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
        --yes --no-install-recommends "$@" </dev/null >/dev/null
}

missing_packages() {
    for package in "$@"; do
        dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed' || echo "$package"
    done | paste -sd ' ' -
}

has_browser() {
    for browser in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v $browser >/dev/null && return
    done
    return 1
}

debian_packages() {
    missing=$(missing_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core)
    [ -z "$missing" ] || apt_install "PDF reports" "$missing" || true
    if [ "$want" = test ] && ! has_browser; then
        browser=chromium
        grep -qs '^ID=ubuntu' /etc/os-release && browser=chromium-browser
        apt_install "the browser tests" "$browser" || true
    fi
}

other_system() {
    "$python" -c 'import weasyprint' >/dev/null 2>&1 ||
        say "PDF reports need the library Pango (macOS: brew install pango; Fedora: dnf install pango)"
    [ "$want" != test ] || has_browser || say "the browser tests need Chromium or Chrome on the PATH"
}

# ---- Python ----------------------------------------------------------------------------------------

find_python() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- python3 python3.14 python3.13 python3.12 python3.11; fi
    for base in "$@"; do
        "$base" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    done
    say "Python 3.11 or later is needed, and '$1' is not that." \
        "Install one, or name it: make $want PYTHON=/path/to/python"
    exit 1
}

make_venv() {
    find_python
    if ! "$base" -c 'import ensurepip' 2>/dev/null; then # Debian keeps it in a package of its own
        version=$("$base" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        command -v apt-get >/dev/null || { say "'$base' has no ensurepip, which comes with Python's venv"; exit 1; }
        apt_install "a virtual environment" "python$version-venv" || exit 1
    fi
    say "making $venv"
    "$base" -m venv --clear "$venv"
}

pip() { "$python" -m pip --disable-pip-version-check "$@"; }

with_uv() {
    # uv does not read pip's settings, where a council's own package index stands.
    index=${PIP_INDEX_URL:-$(pip config get global.index-url 2>/dev/null || true)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
    export UV_SYSTEM_CERTS=true # many councils inspect traffic, with a certificate of their own
    pip install -qq --no-compile --require-hashes --only-binary :all: -r requirements/uv.txt &&
        # Without compiled bytecode the first start of everything takes three times as long.
        "$venv/bin/uv" pip sync --quiet --python "$python" --require-hashes --compile-bytecode "$pins" &&
        "$venv/bin/uv" pip install -qq --python "$python" --no-deps --no-build-isolation --editable .
}

with_pip() {
    pip install -qq --require-hashes -r "$pins" &&
        pip install -qq --no-deps --no-build-isolation --editable .
}

python_packages() {
    say "installing the packages of $pins"
    with_uv && return
    say "uv could not do it; pip, which takes a minute or two, tries"
    with_pip && return
    say "the packages could not be installed: see the lines above, then run make $want again"
    exit 1
}

# ---- what is there, what is not --------------------------------------------------------------------

here=$(pwd -P)
sum=$(cat pyproject.toml requirements/* | cksum | tr ' ' -)

# An environment that was interrupted, whose folder has moved or whose interpreter has gone is of no use.
is_whole() { [ -f "$done_file" ] && [ "$(head -n 1 "$done_file")" = "$here" ] && "$python" -c '' 2>/dev/null; }

is_current() { tail -n 1 "$done_file" | grep -q "^$sum .*$want"; }

if ! is_whole || ! is_current; then
    is_whole || make_venv
    rm -f "$done_file"
    python_packages
    printf '%s\n%s\n' "$here" "$sum $([ "$want" != test ] || echo reports) $want" >"$done_file"
    command -v apt-get >/dev/null || other_system
fi
if command -v apt-get >/dev/null; then debian_packages; fi
