#!/bin/sh
# Unpacks the distribution's own baresip, a SIP softphone that is none of ours, into one folder: for the live tests only.
#
#   tests/live/install_baresip.sh   prints, last, where it is
#   HOTLINE_BARESIP_ROOT=DIR        the folder (default: .local/baresip beside this repository)
#
# As asterisk/install.sh does it: nothing is compiled, nothing outside the folder changes, no root is needed. The system's
# own baresip is not used, so that every machine tries the same one.
set -eu

repository=$(cd "$(dirname "$0")/../.." && pwd)
root=${HOTLINE_BARESIP_ROOT:-$repository/.local/baresip}

say() { printf 'baresip: %s\n' "$*" >&2; }
fail() { printf 'baresip: %s\n' "$*" >&2; exit 1; }

if [ -e "$root/.complete" ]; then
    echo "$root"
    exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    fail "this is neither Debian nor Ubuntu: the live tests with a stranger's phone need one of them"
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
        if apt_get -qq update >>"$log" 2>&1 && [ -n "$(apt_cache show baresip-core 2>>"$log")" ]; then
            found=$suite
            break 2
        fi
    done
done
[ -n "$found" ] || fail "no archive of this system's apt sources offers baresip: does 'apt-get update' work here?"

say "downloading baresip of $found"
loaded='^(libc6|libgcc-s1|libre[0-9].*|librem[0-9].*|libssl.*|libopus0|libsndfile1|zlib1g|libzstd1)$'
leave_out_what_is_never_loaded "$work" baresip-core "$loaded" "adduser"
apt_get -qq -y --download-only install baresip-core >>"$log" 2>&1 || {
    tail -5 "$log" >&2
    fail "the download failed: run this again when the network is back"
}
unpack "$work"
[ -n "$loader" ] && [ -n "$libraries" ] || fail "the packages of $found are not laid out as expected"

# What tests/live/baresip.py reads: paths relative to the folder.
cat >"$work/tree/.complete" <<END
version=$(cd "$work/cache/archives" && echo baresip-core_* | sed 's/^baresip-core_//; s/_[^_]*$//')
loader=$loader
libraries=$libraries
program=usr/bin/baresip
modules=usr/lib/baresip/modules
END
rm -rf "$root"
mv "$work/tree" "$root"
say "baresip of $found is ready"
echo "$root"
