# Packages of Debian and Ubuntu. Sourced by setup.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

on_debian_as_root() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

has_systemd() { [ -d /run/systemd/system ]; }

# debian_install <package>...: without recommendations, and without starting the
# services that come with a package: an SSH server or a registry that opens to
# the network is not what anybody asked for. docker.io is started by its step.
debian_install() {
  on_debian_as_root ||
    fail "missing: $*" "install them with this machine's package manager (Debian and Ubuntu: sudo apt-get install $*), then run again"
  if [ -z "${apt_updated:-}" ]; then
    long "package lists" apt-get update -q
    apt_updated=yes
  fi
  local guard=/usr/sbin/policy-rc.d
  if [ -e "$guard" ]; then guard=; else
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod 755 "$guard"
  fi
  # long ends the set-up on an error, so the guard is taken away by a trap.
  # shellcheck disable=SC2064
  [ -n "$guard" ] && trap "rm -f '$guard'" EXIT
  long "Debian packages $*" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
  if [ -n "$guard" ]; then rm -f "$guard" && trap - EXIT; fi
}
