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

name=kamailio
. "$repository/asterisk/apt.sh"
where() { echo "$root"; }

if [ -e "$root/.complete" ]; then
    where
    exit 0
fi
begin_unpacking "install Kamailio with evapi by your system's own packages; docs/gate.md says how it is told"
find_suite kamailio-extra-modules $(suites_with_asterisk)

say "downloading Kamailio of $found"
# Of the package with evapi the libraries of other modules (databases, Java, memcached) are never loaded.
leave_out_what_is_never_loaded "$work" kamailio-extra-modules '^(libc6|libev4.*|kamailio)$' "adduser, init-system-helpers, lsb-base, sysvinit-utils, python3"
download kamailio kamailio-extra-modules
unpack "$work"
[ -n "$loader" ] && [ -n "$libraries" ] || fail "the packages of $found are not laid out as expected"
modules=$(cd "$work/tree" && find usr/lib* -type d -path '*kamailio/modules' | head -1)
[ -e "$work/tree/$modules/evapi.so" ] || fail "the packages of $found have no module evapi"

finish_unpacking "Kamailio of $found" <<END
version=$(cd "$work/cache/archives" && echo kamailio_* | sed 's/^kamailio_//; s/_[^_]*$//')
loader=$loader
libraries=$libraries
program=usr/sbin/kamailio
modules=$modules
END
