#!/usr/bin/env bash
# Gets this machine ready: system packages, a virtual environment with the locked dependencies, an Asterisk.
#
#   ./setup.sh run     what `make run` needs
#   ./setup.sh test    what `make test`, `make check` and `make bench` need
#   ./setup.sh voice   Kokoro, the ear and sentence vectors (extras voice, speech and understanding), beside what is there
#   ./setup.sh browser what `make test-console` needs besides: a Chromium, and a font for Chinese
#
# As root in a container it installs missing system packages itself; as an ordinary user it names the one command that
# does. Nothing else is changed outside this folder. A second run takes a moment.
set -euo pipefail
cd "$(dirname "$0")"
what=${1:-run}
case $what in run | test | voice | browser) ;; *)
    echo "setup: usage: ./setup.sh run|test|voice|browser" >&2
    exit 2
    ;;
esac

say() { printf '\033[2m%s\033[0m\n' "$*" >&2; }
fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# Package by what shows that it is there.
missing_packages() {
    local python
    if python=$(find_python); then
        "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    else
        echo python3 python3-venv
    fi
    command -v espeak-ng >/dev/null || echo espeak-ng
    command -v dpkg-deb >/dev/null || echo dpkg
    if [ "$what" = test ] || { [ "$what" = run ] && [ "$(id -u)" -eq 0 ]; }; then
        /sbin/ldconfig -p | grep -q libpangoft2-1.0.so.0 || echo libpango-1.0-0 libpangoft2-1.0-0 # reports as PDF
        /sbin/ldconfig -p | grep -q libharfbuzz-subset.so.0 || echo libharfbuzz-subset0           # ... with few glyphs
        [ -e /usr/share/fonts/truetype/wqy ] || echo fonts-wqy-microhei # ... in Chinese
    fi
    if [ "$what" = test ]; then
        PATH=$PATH:/usr/sbin command -v mosquitto >/dev/null || echo mosquitto
    fi
    if [ "$what" = browser ]; then
        command -v chromium >/dev/null || echo chromium
        [ -e /usr/share/fonts/truetype/wqy ] || echo fonts-wqy-microhei
    fi
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

install_packages() {
    local missing
    missing=$(missing_packages | tr ' ' '\n' | sort -u | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0
    command -v apt-get >/dev/null || fail "this system has no apt-get; install these by its own means: $missing"
    if [ "$(id -u)" -ne 0 ]; then
        fail "missing: $missing
Run this, then the same command again:

    sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
    fi
    say "installing system packages: $missing"
    apt-get -qq update
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
    find_python >/dev/null || fail "no Python 3.11 or newer, and this system's packages have none"
}

install_python() {
    local lock=$1 stamp=.venv/.installed-$what wanted
    wanted=$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "installing Python packages from $lock"
    [ -x .venv/bin/python ] || "$(find_python)" -m venv .venv
    .venv/bin/python -m pip --disable-pip-version-check -q install --require-hashes -r requirements-uv.lock
    .venv/bin/uv pip install -q --python .venv/bin/python --compile-bytecode --require-hashes -r "$lock"
    .venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
    .venv/bin/python -m compileall -q acd bench calls complaints control dialer dsl hotline ivr phones reporting sim speech switch understanding
    echo "$wanted" >"$stamp"
}

install_packages
[ "$what" != browser ] || exit 0

# Each unpacks into a folder of its own, by an apt of its own: all at once, and Python's packages meanwhile. The
# demonstration on a FreeSWITCH needs no Asterisk; make hands its SWITCH on.
case $what-${SWITCH:-asterisk} in
    voice-* | run-freeswitch) unpacked=() ;;
    run-*) unpacked=(asterisk/install.sh) ;;
    *) unpacked=(asterisk/install.sh tests/live/install_baresip.sh tests/live/install_dovecot.sh postgresql/install.sh gate/install.sh) ;;
esac
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
started=()
for script in ${unpacked[@]+"${unpacked[@]}"}; do
    "$script" >/dev/null &
    started+=($!)
done
case $what in
    run) install_python requirements.lock ;;
    voice) install_python requirements-voice.lock ;;
    *) install_python requirements-dev.lock ;;
esac
for script in ${started[@]+"${started[@]}"}; do
    wait "$script"
done
