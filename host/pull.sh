#!/bin/sh
# Pulls an image from a registry that asks for a login. No password stays on the host.
#
#   pull.sh SERVER USER IMAGE      standard input: the password
set -eu
server=$1 user=$2 image=$3

DOCKER_CONFIG=$(mktemp -d)
export DOCKER_CONFIG
trap 'rm -rf "$DOCKER_CONFIG"' EXIT
trap 'exit 1' HUP INT TERM

# What the client says of the credentials that it keeps for a moment is no matter to the reader.
if ! said=$(docker login --username "$user" --password-stdin "$server" 2>&1); then
  reason=$(printf '%s\n' "$said" | grep -v '^WARNING' | tail -n 1)
  case $said in
    *nauthorized* | *denied* | *ncorrect\ username* | *uthentication\ required*)
      printf 'registry: %s refuses the login of %s (%s); %s was not pulled.\n    → Set registry.username, and the password or access token with pulumi config set --secret credentials:registryPassword.\n' "$server" "$user" "$reason" "$image" >&2
      ;;
    *)
      printf 'registry.server: %s was not reached from the host (%s); %s was not pulled.\n    → See that the name is right and that the host may connect to it.\n' "$server" "$reason" "$image" >&2
      ;;
  esac
  exit 1
fi
if ! said=$(docker pull --quiet "$image" 2>&1); then
  printf 'registry: %s could not be pulled as %s: %s\n    → See that the image exists, and that %s may read it.\n' "$image" "$user" "$(printf '%s\n' "$said" | tail -n 1)" "$user" >&2
  exit 1
fi
echo "pulled $image as $user"
