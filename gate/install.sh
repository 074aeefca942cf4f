#!/bin/sh
# Unpacks the distribution's own Kamailio, a SIP proxy, into one folder: it stands before other systems' trunks.
#
#   gate/install.sh                prints, last, where it is
#   HOTLINE_KAMAILIO_ROOT=DIR      the folder (default: .local/kamailio beside this repository)
#
# As asterisk/install.sh does it: nothing is compiled, nothing outside the folder changes, no root is needed.
# hotline/gate/instance.py starts what this leaves. The system's own Kamailio is not touched and not used.
set -eu

repository=$(cd "$(dirname "$0")/.." && pwd)
root=${HOTLINE_KAMAILIO_ROOT:-$repository/.local/kamailio}

say() { printf 'kamailio: %s\n' "$*" >&2; }
fail() { printf 'kamailio: %s\n' "$*" >&2; exit 1; }

if [ -e "$root/.complete" ]; then
    echo "$root"
    exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    fail "this is neither Debian nor Ubuntu: install Kamailio with evapi by your system's own packages; docs/gate.md says how it is told"
fi
mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
if command -v flock >/dev/null; then flock 9; fi
if [ -e "$root/.complete" ]; then
    echo "$root"
    exit 0
fi

work=$root.unpacking
rm -rf "$work"
mkdir -p "$work/tree"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
log=$work/apt.log

. "$repository/asterisk/apt.sh"

found=
for suite in $(suites_with_asterisk); do
    for archive in $(archives_of_the_system); do
        private_apt "$work" "$suite" "$archive"
        if apt_get -qq update >>"$log" 2>&1 && [ -n "$(apt_cache show kamailio-extra-modules 2>>"$log")" ]; then
            found=$suite
            break 2
        fi
    done
done
[ -n "$found" ] || fail "no archive of this system's apt sources offers Kamailio: does 'apt-get update' work here?"

say "downloading Kamailio of $found"
# Of the package with evapi the libraries of other modules (databases, Java, memcached) are never loaded.
leave_out_what_is_never_loaded "$work" kamailio-extra-modules '^(libc6|libev4.*|kamailio)$' "adduser, init-system-helpers, lsb-base, sysvinit-utils, python3"
apt_get -qq -y --download-only install kamailio kamailio-extra-modules >>"$log" 2>&1 || {
    tail -5 "$log" >&2
    fail "the download failed: run this again when the network is back"
}
unpack "$work"
[ -n "$loader" ] && [ -n "$libraries" ] || fail "the packages of $found are not laid out as expected"
modules=$(cd "$work/tree" && find usr/lib* -type d -path '*kamailio/modules' | head -1)
[ -e "$work/tree/$modules/evapi.so" ] || fail "the packages of $found have no module evapi"

cat >"$work/tree/.complete" <<END
version=$(cd "$work/cache/archives" && echo kamailio_* | sed 's/^kamailio_//; s/_[^_]*$//')
loader=$loader
libraries=$libraries
program=usr/sbin/kamailio
modules=$modules
END
rm -rf "$root"
mv "$work/tree" "$root"
say "Kamailio of $found is ready"
echo "$root"
