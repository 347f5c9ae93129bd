#!/bin/sh
# Prints the home of the JDK that builds and runs Moraine: JAVA_HOME when it is one of release 25 or later,
# else the lowest such release found in the usual places. A runtime without compiler does not count.
# Without one: a line on standard error, exit status 3.
#
# MORAINE_JDK_ROOT is put before the absolute places searched (empty unless set).

set -u
needed=25
root=${MORAINE_JDK_ROOT-}

# The feature release of the JDK at $1: reads its `release` file, prints nothing when $1 holds no JDK.
feature() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$1/release" | head -n 1
}

# The home of the `java` on the path, its links followed.
home_on_path() {
  java=$(command -v java) || return 0
  while link=$(readlink "$java"); do
    case $link in
      /*) java=$link ;;
      *) java=${java%/*}/$link ;;
    esac
  done
  bin=$(CDPATH='' cd -P "${java%/*}" 2>/dev/null && pwd) && printf '%s\n' "${bin%/*}"
}

candidates() {
  home_on_path
  for home in "$root"/usr/lib/jvm/* \
    "${HOME-}"/.sdkman/candidates/java/* \
    "${HOME-}"/.jdks/* \
    "$root"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME-}"/Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$home" ] && printf '%s\n' "$home"
  done
}

if [ -n "${JAVA_HOME-}" ]; then
  version=$(feature "$JAVA_HOME")
  if [ "${version:-0}" -ge "$needed" ]; then
    printf '%s\n' "$JAVA_HOME"
    exit 0
  fi
fi

# The candidate of the lowest release that will do, the first of those that are equal.
lowest() {
  least=
  best=
  while IFS= read -r home; do
    version=$(feature "$home")
    if [ "${version:-0}" -ge "$needed" ] && [ "${version:-0}" -lt "${least:-9999}" ]; then
      least=$version
      best=$home
    fi
  done
  printf '%s\n' "$best"
}

best=$(candidates | lowest)
if [ -z "$best" ]; then
  echo "moraine: no JDK $needed or later found (a runtime without javac is not enough):" \
    "install one, e.g. from https://adoptium.net, and set JAVA_HOME to it" >&2
  exit 3
fi
printf '%s\n' "$best"
