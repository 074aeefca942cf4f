#!/bin/sh
# Unpacks the distribution's own Dovecot, a server of mailboxes (IMAP) and of outgoing mail (submission), into one folder:
# for the live tests only. A site brings its own mail servers.
#
#   tests/live/install_dovecot.sh   prints, last, where it is
#   HOTLINE_DOVECOT_ROOT=DIR        the folder (default: .local/dovecot beside this repository)
#
# As asterisk/install.sh does it: nothing is compiled, nothing outside the folder changes, no root is needed. Dovecot starts
# many programs by itself, so here the system's own C library serves, and the packages are those of the system's own release.
set -eu

repository=$(cd "$(dirname "$0")/../.." && pwd)
root=${HOTLINE_DOVECOT_ROOT:-$repository/.local/dovecot}

say() { printf 'dovecot: %s\n' "$*" >&2; }
fail() { printf 'dovecot: %s\n' "$*" >&2; exit 1; }

if [ -e "$root/.complete" ]; then
    echo "$root"
    exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    fail "this is neither Debian nor Ubuntu: the live tests with a real mail server need one of them"
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

suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
found=
for archive in $(archives_of_the_system); do
    private_apt "$work" "$suite" "$archive"
    if apt_get -qq update >>"$log" 2>&1 && [ -n "$(apt_cache show dovecot-submissiond 2>>"$log")" ]; then
        found=$suite
        break
    fi
done
[ -n "$found" ] || fail "no archive of this system's apt sources offers Dovecot: does 'apt-get update' work here?"

say "downloading Dovecot of $found"
# What every system has stays the system's: its C library above all.
loaded='^(libapparmor1|libbz2-1.0|libcap2|libcrypt1|libexttextcat.*|libicu.*|liblua.*|liblz4-1|liblzma5|libpam0g|libsodium.*|libssl.*|libstemmer.*|libsystemd0|libtirpc3.*|libunwind8|libwrap0|libzstd1|zlib1g)$'
leave_out_what_is_never_loaded "$work" dovecot-core "$loaded" \
    "libc6 (= 99:0), libgcc-s1 (= 99:0), libstdc++6 (= 99:0), adduser, debconf, openssl, ssl-cert, ucf, libpam-runtime, lsb-base, libnsl2, libtirpc-common, sysvinit-utils"
apt_get -qq -y --download-only install dovecot-imapd dovecot-submissiond >>"$log" 2>&1 || {
    tail -5 "$log" >&2
    fail "the download failed: run this again when the network is back"
}
unpack "$work"
[ -n "$libraries" ] && [ -x "$work/tree/usr/lib/dovecot/imap-login" ] || fail "the packages of $found are not laid out as expected"
# The folder of its modules is compiled in. Each of its programs works in its own folder (base_dir), where the test puts a link
# `modules`: so the path is made a relative one, of the same length.
for library in "$work"/tree/usr/lib/dovecot/libdovecot*.so.0.0.0; do
    LC_ALL=C sed -i 's#/usr/lib/dovecot/modules#././././././././/modules#g' "$library"
done
LD_LIBRARY_PATH=$work/tree/usr/lib/dovecot:$work/tree/$libraries "$work/tree/usr/sbin/dovecot" --version >/dev/null 2>>"$log" ||
    fail "Dovecot of $found does not start on this machine"

# What tests/live/dovecot.py reads: paths relative to the folder.
cat >"$work/tree/.complete" <<END
version=$(cd "$work/cache/archives" && echo dovecot-core_* | sed 's/^dovecot-core_//; s/_[^_]*$//')
libraries=$libraries
END
rm -rf "$root"
mv "$work/tree" "$root"
say "Dovecot of $found is ready"
echo "$root"
