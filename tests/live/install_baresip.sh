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

name=baresip
. "$repository/asterisk/apt.sh"
where() { echo "$root"; }

if [ -e "$root/.complete" ]; then
    where
    exit 0
fi
begin_unpacking "the live tests with a stranger's phone need one of them"
find_suite baresip-core $(suites_with_asterisk)

say "downloading baresip of $found"
loaded='^(libc6|libgcc-s1|libre[0-9].*|librem[0-9].*|libssl.*|libopus0|libsndfile1|zlib1g|libzstd1)$'
leave_out_what_is_never_loaded "$work" baresip-core "$loaded" "adduser"
download baresip-core
unpack "$work"
[ -n "$loader" ] && [ -n "$libraries" ] || fail "the packages of $found are not laid out as expected"

# What tests/live/baresip.py reads.
finish_unpacking "baresip of $found" <<END
version=$(cd "$work/cache/archives" && echo baresip-core_* | sed 's/^baresip-core_//; s/_[^_]*$//')
loader=$loader
libraries=$libraries
program=usr/bin/baresip
modules=usr/lib/baresip/modules
END
