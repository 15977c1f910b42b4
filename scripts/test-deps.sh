#!/usr/bin/env bash
# Checks whether the programs are installed that the tests need besides Rust and Node. Installs missing ones with
# apt-get if possible. Otherwise lists them with their Debian packages.
set -u

missing_packages=()
missing_words=()

need() { # need "name of the program" package... -- command that succeeds if it is installed
  local words=$1; shift
  local packages=()
  while [ "$1" != "--" ]; do packages+=("$1"); shift; done
  shift
  if ! "$@" >/dev/null 2>&1; then
    missing_packages+=("${packages[@]}")
    missing_words+=("$words (Debian: ${packages[*]})")
  fi
}

# The tests use the newest installed PostgreSQL server, so PostGIS must be installed for that version.
newest()      { ls -d /usr/lib/postgresql/*/ 2>/dev/null | sort -V | tail -n 1 | xargs -r basename; }
has_postgis() { ls "/usr/share/postgresql/$(newest)/extension/postgis.control"; }
has_server()  { ls "/usr/lib/postgresql/$(newest)/bin/initdb"; }
has_browser() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }
has_font()    { fc-list :lang=zh-cn | grep -q .; }

check() {
  missing_packages=(); missing_words=()
  need "a C compiler, for SQLite" gcc libc6-dev -- command -v cc
  need "the PostgreSQL server" postgresql -- has_server
  need "PostGIS" postgresql postgis postgresql-postgis -- has_postgis
  need "PgBouncer" pgbouncer -- [ -x /usr/sbin/pgbouncer ]
  need "Chromium at /usr/bin/chromium, or at the path in the variable CHROMIUM" chromium -- has_browser
  need "fontconfig" fontconfig -- command -v fc-list
  need "a Chinese font" fonts-noto-cjk -- has_font
}

check
[ ${#missing_packages[@]} -eq 0 ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
  sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=$(command -v sudo || true)
  if [ "$(id -u)" -eq 0 ] || [ -n "$sudo" ]; then
    echo "Installing for the tests: ${missing_packages[*]}" >&2
    # RUNLEVEL=1: the packages of PostgreSQL and PgBouncer must not start their servers.
    $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get update -qq >&2
    $sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
      apt-get install -y -qq --no-install-recommends "${missing_packages[@]}" >&2
    check
    [ ${#missing_packages[@]} -eq 0 ] && exit 0
  fi
fi

echo "The tests need the following, which is not installed:" >&2
for words in "${missing_words[@]}"; do echo "  - $words" >&2; done
echo "Install it and run 'make test' again." >&2
exit 1
