# What unpacks the distribution's own packages into one folder, by an apt of our own beside the system's: for install.sh
# here, in gate/ and in postgresql/, and for what tests/live/ installs. Sourced, not run.
#
#   name=kamailio root=FOLDER . asterisk/apt.sh    $name says who speaks, $root is where it shall be
#   where() { echo "$root"; }                      prints what a caller wants to know of a finished $root
#   begin_unpacking ADVICE                         the one who unpacks goes on from here, in $work; others wait and are done
#   find_suite PACKAGE SUITE...                    the first that offers it: $found
#   leave_out_what_is_never_loaded ...             if most of its dependencies are
#   download PACKAGE... ; unpack "$work"           the files are in $work/tree
#   finish_unpacking "NAME VERSION"                with what .complete shall say from its input

say() { printf '%s: %s\n' "$name" "$*" >&2; }
fail() { printf '%s: %s\n' "$name" "$*" >&2; exit 1; }

# begin_unpacking ADVICE: for systems without apt. All work happens in a folder that is renamed at the very end: half of a
# download never counts as installed.
begin_unpacking() {
    if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
        fail "this is neither Debian nor Ubuntu: $1"
    fi
    parent=$(dirname "$root")
    mkdir -p "$parent" 2>/dev/null && [ -w "$parent" ] ||
        fail "cannot write in $parent: set HOTLINE_$(echo "$name" | tr a-z A-Z)_ROOT to a folder that you may write"
    # Two starts at once (make run and make test) unpack once: the second waits and finds it done.
    exec 9>"$root.lock"
    if command -v flock >/dev/null; then flock 9; fi
    if [ -e "$root/.complete" ]; then
        where
        exit 0
    fi
    work=$root.unpacking
    rm -rf "$work"
    mkdir -p "$work/tree"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM
    log=$work/apt.log
}

# find_suite PACKAGE SUITE...: the first suite, of the archives that the system's apt asks, that offers the package.
find_suite() {
    package=$1
    shift
    for found in "$@"; do
        for archive in $(archives_of_the_system); do
            private_apt "$work" "$found" "$archive"
            if apt_get -qq update >>"$log" 2>&1 && [ -n "$(apt_cache show "$package" 2>>"$log")" ]; then return; fi
        done
    done
    tail -5 "$log" >&2
    fail "no archive of this system's apt sources offers $package: does 'apt-get update' work here?"
}

# The system's own release, for what runs with the system's own C library.
this_release() { (. /etc/os-release && echo "${VERSION_CODENAME:-stable}"); }

# download PACKAGE...: with all that they need and that is not left out.
download() {
    apt_get -qq -y --download-only install "$@" >>"$log" 2>&1 && return
    tail -5 "$log" >&2
    fail "the download failed: run this again when the network is back"
}

# finish_unpacking WHAT: the input is what .complete says, paths relative to the folder, so that the folder may be moved.
finish_unpacking() {
    cat >"$work/tree/.complete"
    rm -rf "$root"
    mv "$work/tree" "$root"
    say "$1 is ready"
    where
}

# The suites worth asking, best first. Debian stable carries no Asterisk; testing has 22. Of Ubuntu's suites the system's
# own is asked first, then the long-term one that has 20; "devel" is Ubuntu's alias of the newest.
suites_with_asterisk() {
    case "$(family)" in
    ubuntu) (. /etc/os-release && echo "${UBUNTU_CODENAME:-$VERSION_CODENAME} noble devel") ;;
    debian) echo "testing" ;;
    esac
}

# Whose archives this system uses: derivatives say so in ID_LIKE.
family() {
    case " $(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}") " in
    *" ubuntu "*) echo ubuntu ;;
    *) echo debian ;;
    esac
}

# Addresses of the distribution's own archive as the system's apt is told them, in both forms of source files: entries
# whose suite is this release itself (not -security, not -updates, not a third party's own suite) and that have "main".
archives_of_the_system() {
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
    {
        for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
            [ -r "$file" ] || continue
            sed -n 's/^[[:space:]]*deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}//p' "$file"
        done
        for file in /etc/apt/sources.list.d/*.sources; do
            [ -r "$file" ] || continue
            awk 'function flush() { if (types ~ /(^| )deb( |$)/ && enabled != "no") { n = split(uris, u, " "); m = split(suites, s, " ")
                     for (i = 1; i <= n; i++) for (j = 1; j <= m; j++) print u[i], s[j], components }
                     types = uris = suites = components = enabled = "" }
                 /^#/ { next }
                 /^[[:space:]]*$/ { flush(); next }
                 { field = tolower($1); value = $0; sub(/^[^:]*:[[:space:]]*/, "", value) }
                 field == "types:" { types = value }
                 field == "uris:" { uris = value }
                 field == "suites:" { suites = value }
                 field == "components:" { components = value }
                 field == "enabled:" { enabled = tolower(value) }
                 END { flush() }' "$file"
        done
    } | awk -v codename="$codename" '
        ($2 == codename || $2 ~ /^(stable|testing|unstable|sid)$/) && / main( |$)/ && !seen[$1]++ { print $1 }'
}

# private_apt WORK SUITE ARCHIVE: lists, cache and state below WORK; the system's proxy and credentials stay in force.
private_apt() {
    mkdir -p "$1/state/lists/partial" "$1/cache/archives/partial" "$1/dpkg"
    : >"$1/dpkg/status"
    components=main
    if [ "$(family)" = ubuntu ]; then components="main universe"; fi
    # Without the distribution's own keyring where it belongs, what the system's apt trusts anyway.
    keyring=/usr/share/keyrings/$(family)-archive-keyring.gpg
    if [ -r "$keyring" ]; then signed="signed-by=$keyring "; else signed=; fi
    # A mirror that stands still serves a Release file past its date; the signature is still checked.
    echo "deb [${signed}check-valid-until=no] $3 $2 $components" >"$1/sources.list"
    # Given by "-c", this is read after the system's files, so that "#clear" takes out hooks that touch the system.
    cat >"$1/apt.conf" <<EOF
Dir::State "$1/state";
Dir::State::lists "$1/state/lists";
Dir::State::status "$1/dpkg/status";
Dir::Cache "$1/cache";
Dir::Cache::archives "$1/cache/archives";
Dir::Etc::sourcelist "$1/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false";
APT::Get::AllowUnauthenticated "false";
APT::Default-Release "";
Acquire::Languages "none";
Acquire::Retries "3";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear Acquire::IndexTargets::deb::DEP-11;
#clear Acquire::IndexTargets::deb::Contents-deb;
EOF
    apt_configuration=$1/apt.conf
}

apt_get() { apt-get -c "$apt_configuration" "$@"; }
apt_cache() { apt-cache -c "$apt_configuration" "$@"; }

# leave_out_what_is_never_loaded WORK PACKAGE LOADED MORE: a package of modules depends on the libraries of every module
# there is (LDAP, GTK's, ...), and those that are loaded need few of them. A package that is said to be installed stands
# for all dependencies of PACKAGE that LOADED (a regular expression) does not name, and for MORE; apt itself resolves what
# remains.
leave_out_what_is_never_loaded() {
    never=$(apt_cache show "$2" | sed -n 's/^Depends: //p' | head -1 | tr ',' '\n' |
        sed 's/|.*//; s/(.*//; s/ //g' | grep -Ev "$3" | sed 's/$/ (= 99:0), /' | tr -d '\n')
    cat >"$1/dpkg/status" <<EOF
Package: never-loaded
Status: install ok installed
Version: 1
Architecture: all
Maintainer: hotline
Provides: ${never}$4
Description: stands for what the modules that we load never need

EOF
}

# unpack WORK: all packages that were downloaded, into WORK/tree.
unpack() {
    for package in "$1"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" >"$1/package.tar"
        # /lib and friends are links into /usr since Debian 12; in the folder everything goes straight into usr.
        tar -C "$1/tree" -xf "$1/package.tar" --no-same-owner --transform 's,^\./\(bin\|sbin\|lib\|lib64\)/,./usr/\1/,S' \
            --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/share/i18n'
    done
    # What is unpacked belongs to another release than the system: it is started by its own C library's loader.
    loader=$(cd "$1/tree" && find usr/lib* -name 'ld-linux*.so.*' | sort | head -1)
    libraries=$(cd "$1/tree" && find usr/lib -maxdepth 1 -name '*-linux-gnu*' -type d | head -1)
}
