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

name=dovecot
. "$repository/asterisk/apt.sh"
where() { echo "$root"; }

if [ -e "$root/.complete" ]; then
    where
    exit 0
fi
begin_unpacking "the live tests with a real mail server need one of them"
find_suite dovecot-submissiond "$(this_release)"

say "downloading Dovecot of $found"
# What every system has stays the system's: its C library above all.
loaded='^(libapparmor1|libbz2-1.0|libcap2|libcrypt1|libexttextcat.*|libicu.*|liblua.*|liblz4-1|liblzma5|libpam0g|libsodium.*|libssl.*|libstemmer.*|libsystemd0|libtirpc3.*|libunwind8|libwrap0|libzstd1|zlib1g)$'
leave_out_what_is_never_loaded "$work" dovecot-core "$loaded" \
    "libc6 (= 99:0), libgcc-s1 (= 99:0), libstdc++6 (= 99:0), adduser, debconf, openssl, ssl-cert, ucf, libpam-runtime, lsb-base, libnsl2, libtirpc-common, sysvinit-utils"
download dovecot-imapd dovecot-submissiond
unpack "$work"
[ -n "$libraries" ] && [ -x "$work/tree/usr/lib/dovecot/imap-login" ] || fail "the packages of $found are not laid out as expected"
# The folder of its modules is compiled in. Each of its programs works in its own folder (base_dir), where the test puts a link
# `modules`: so the path is made a relative one, of the same length.
for library in "$work"/tree/usr/lib/dovecot/libdovecot*.so.0.0.0; do
    LC_ALL=C sed -i 's#/usr/lib/dovecot/modules#././././././././/modules#g' "$library"
done
LD_LIBRARY_PATH=$work/tree/usr/lib/dovecot:$work/tree/$libraries "$work/tree/usr/sbin/dovecot" --version >/dev/null 2>>"$log" ||
    fail "Dovecot of $found does not start on this machine"

# What tests/live/dovecot.py reads.
finish_unpacking "Dovecot of $found" <<END
version=$(cd "$work/cache/archives" && echo dovecot-core_* | sed 's/^dovecot-core_//; s/_[^_]*$//')
libraries=$libraries
END
