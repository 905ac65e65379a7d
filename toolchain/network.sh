# What this machine reaches. Sourced by setup.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

# answers <url>: anything that speaks HTTP there, in three seconds (a registry
# answers 401 to a stranger).
answers() {
  have_curl
  curl --silent --head --output /dev/null --connect-timeout 3 --max-time 6 "$1"
}

have_curl() {
  command -v curl >/dev/null || debian_install curl ca-certificates
}

registry_answers() {
  if [ -z "${registry:-}" ]; then
    registry=no
    answers "${SOCLE_IMAGE_REGISTRY:-https://registry-1.docker.io/v2/}" && registry=yes
  fi
  [ "$registry" = yes ]
}
