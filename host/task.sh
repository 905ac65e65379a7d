#!/bin/sh
# Runs one command in a container of its own and waits for its end.
#
#   task.sh NAME NETWORK ARGUMENT...      ARGUMENTs: those of `docker create`
#
# NETWORK is joined beside the one among the arguments. Standard input goes to the command.
# A task that is still running, from a deployment that was cut off, is waited for: it never runs twice at a time.
set -eu
name=$1 network=$2
shift 2

if running=$(docker inspect --format '{{.State.Running}}' "$name" 2>/dev/null); then
  if [ "$running" = true ]; then
    echo "waiting for $name, which an earlier deployment started"
    docker wait "$name" >/dev/null
  fi
  docker rm --force --volumes "$name" >/dev/null 2>&1 || true
fi

docker create --interactive --name "$name" "$@" >/dev/null
trap 'docker rm --force --volumes "$name" >/dev/null 2>&1 || true' EXIT
docker network connect "$network" "$name"
docker start --attach --interactive "$name"
