#!/bin/sh
# Finds a PostgreSQL server of version 13 or later, or unpacks the distribution's own packages of it into one folder: for
# the tests and benches. A site brings its own server.
#
#   postgresql/install.sh            prints, last, the folder with initdb and postgres
#   HOTLINE_POSTGRESQL_ROOT=DIR      the folder to unpack into (default: .local/postgresql beside this repository)
#   HOTLINE_POSTGRESQL=unpacked      ignores a PostgreSQL that the system has
#
# As asterisk/install.sh does it: nothing is compiled, nothing outside the folder changes, no root is needed. initdb starts
# postgres by itself, so here the system's own C library serves, and the packages are those of the system's own release.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
repository=$(dirname "$here")
root=${HOTLINE_POSTGRESQL_ROOT:-$repository/.local/postgresql}
oldest=13

name=postgresql
. "$repository/asterisk/apt.sh"
where() { sed -n "s|^programs=|$root/|p" "$root/.complete"; }

if [ -e "$root/.complete" ]; then
    where
    exit 0
fi

if [ "${HOTLINE_POSTGRESQL:-}" != unpacked ]; then
    for programs in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v postgres 2>/dev/null || echo /none/postgres)")"; do
        [ -x "$programs/postgres" ] && [ -x "$programs/initdb" ] || continue
        major=$("$programs/postgres" -V 2>/dev/null | sed -n 's/^postgres (PostgreSQL) \([0-9]*\).*/\1/p')
        if [ "${major:-0}" -ge "$oldest" ]; then
            echo "$programs"
            exit 0
        fi
    done
fi

begin_unpacking "install a PostgreSQL server $oldest or later, then run again"
suite=$(this_release)
major=
for archive in $(archives_of_the_system); do
    private_apt "$work" "$suite" "$archive"
    if apt_get -qq update >>"$log" 2>&1; then
        major=$(apt_cache pkgnames postgresql- | sed -n 's/^postgresql-\([0-9][0-9]*\)$/\1/p' | sort -n | tail -1)
        if [ "${major:-0}" -ge "$oldest" ]; then break; fi
    fi
done
[ "${major:-0}" -ge "$oldest" ] || fail "no archive of this system's apt sources offers a PostgreSQL server: does 'apt-get update' work here?"

say "downloading PostgreSQL $major of $suite"
# What every system has stays the system's: its C library above all. The server is started without just-in-time code, so
# that LLVM, most of the download, stays away.
loaded='^(postgresql-client-.*|libicu.*|libldap.*|libpq5|libxml2.*|libssl.*|libgssapi-krb5-2|libselinux1|liblz4-1|libzstd1|libnuma1|liburing2|zlib1g)$'
common="libc6 (= 99:0), libgcc-s1 (= 99:0), libstdc++6 (= 99:0), postgresql-client-common (= 999), postgresql-common (= 999), adduser, debconf, ssl-cert, tzdata"
leave_out_what_is_never_loaded "$work" "postgresql-$major" "$loaded" "$common"
download "postgresql-$major"
unpack "$work"
programs=usr/lib/postgresql/$major/bin
[ -n "$libraries" ] && [ -x "$work/tree/$programs/initdb" ] || fail "the packages of $suite are not laid out as expected: install PostgreSQL yourself"
LD_LIBRARY_PATH=$work/tree/$libraries "$work/tree/$programs/postgres" -V >/dev/null ||
    fail "PostgreSQL of $suite does not start on this machine: install PostgreSQL $oldest or later yourself"
finish_unpacking "PostgreSQL $major" <<END
programs=$programs
libraries=$libraries
END
