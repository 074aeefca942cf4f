#!/bin/sh
# Finds an Asterisk of version 20 or later, or unpacks the distribution's own packages of it into one folder.
#
#   asterisk/install.sh            prints, last, where Asterisk is: "system" or the folder
#   HOTLINE_ASTERISK_ROOT=DIR      the folder (default: .local/asterisk beside this repository)
#   HOTLINE_ASTERISK=unpacked      ignores an Asterisk that the system has
#
# Nothing is compiled and nothing outside the folder changes: apt runs with lists, cache and state of its own, beside
# the system's, on the mirror (and by the proxy and credentials) that the system's apt already uses. Works as root and as
# an ordinary user. Debian: the testing suite, which has Asterisk 22. Ubuntu: the first suite that has 20 or later.
# switch/asterisk/instance/installation.py starts what this leaves.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=${HOTLINE_ASTERISK_ROOT:-$(dirname "$here")/.local/asterisk}
oldest=20

name=asterisk
. "$here/apt.sh"
where() { echo "$root"; }

# See documentation.awk. What is thin already has no events; by a rename, for an Asterisk may start meanwhile.
thin_documentation() {
    whole=$1/usr/share/asterisk/documentation/core-en_US.xml
    [ -w "${whole%/*}" ] && grep -qs '<managerEvent ' "$whole" || return 0
    awk -f "$here/documentation.awk" "$whole" >"$whole.$$" && grep -q '<configInfo ' "$whole.$$" && mv "$whole.$$" "$whole" ||
        rm -f "$whole.$$"
}

if [ -e "$root/.complete" ]; then
    thin_documentation "$root"
    where
    exit 0
fi

# What "asterisk -V" prints is "Asterisk 22.4.1" or "Asterisk 20.6.0~dfsg+~cs6.13".
if [ "${HOTLINE_ASTERISK:-}" != unpacked ] && installed=$(command -v asterisk 2>/dev/null); then
    major=$("$installed" -V 2>/dev/null | sed -n 's/^Asterisk \([0-9][0-9]*\).*/\1/p')
    if [ "${major:-0}" -ge "$oldest" ]; then
        echo system
        exit 0
    fi
    say "$installed is version ${major:-unknown}, older than $oldest: leaving it alone and unpacking a newer one"
fi

begin_unpacking "install Asterisk $oldest or later with your system's own packages, then run again"

architecture=$(dpkg --print-architecture)
found=
for suite in $(suites_with_asterisk); do
    for archive in $(archives_of_the_system); do
        say "looking for Asterisk in $suite"
        private_apt "$work" "$suite" "$archive"
        if apt_get -qq update >>"$log" 2>&1; then
            major=$(apt_cache show asterisk 2>/dev/null | sed -n 's/^Version: \([0-9]*:\)\{0,1\}\([0-9]*\).*/\2/p' | sort -n | tail -1)
            if [ "${major:-0}" -ge "$oldest" ]; then
                found=$suite
                break 2
            fi
        fi
    done
done
if [ -z "$found" ]; then
    tail -5 "$log" >&2 2>/dev/null || true
    fail "no archive of this system's apt sources offers Asterisk $oldest or later: check that 'apt-get update' works here, or install Asterisk yourself"
fi

say "downloading Asterisk $major of $found ($architecture)"
# 160 packages without this, about 40 (24 MB) with it.
loaded='^(libc6|libgcc-s1|libstdc\+\+6|libgsm1|libogg0|libopus0|libopusfile0|libspeex1|libspeexdsp1|libsrtp2-1|libssl.*|libsqlite3-0|libxml2.*|zlib1g|libresample1|libunbound8|asterisk.*)$'
leave_out_what_is_never_loaded "$work" asterisk-modules "$loaded" "adduser, asterisk-config-custom"
download asterisk

say "unpacking"
unpack "$work"
thin_documentation "$work/tree"

# Where the system would keep an alternative: the installed voice is the one for English.
voice=$(cd "$work/tree/usr/share/asterisk/sounds" && ls -d en_* 2>/dev/null | head -1)
if [ -n "$voice" ] && [ ! -e "$work/tree/usr/share/asterisk/sounds/en" ]; then
    ln -s "$voice" "$work/tree/usr/share/asterisk/sounds/en"
fi

[ -n "$loader" ] && [ -n "$libraries" ] || fail "the packages of $found are not laid out as expected: install Asterisk yourself"
version=$("$work/tree/$loader" --library-path "$work/tree/$libraries" "$work/tree/usr/sbin/asterisk" -V) ||
    fail "Asterisk of $found does not start on this machine: install Asterisk $oldest or later yourself"

# What installation.py reads.
finish_unpacking "$version" <<EOF
version=${version#Asterisk }
suite=$found
loader=$loader
libraries=$libraries
program=usr/sbin/asterisk
modules=$libraries/asterisk/modules
data=usr/share/asterisk
EOF
