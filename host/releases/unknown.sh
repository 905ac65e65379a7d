#!/bin/sh
# Removes what a deployment that was killed was making and could not write down: containers and networks of the stack that
# its state does not know. They would serve beside the known ones, or stand in the way of them.
#
#   unknown.sh STACK SERVICES NETWORKS      standard input: the ids that the state knows, a line each
#
# SERVICES and NETWORKS: what was being made, separated by spaces. Nothing else is touched. Prints what was removed.
set -eu
stack=$1 services=$2 networks=$3
known=$(cat)

is_known() { printf '%s\n' "$known" | grep -qxF "$1"; }

for service in $services; do
  for id in $(docker ps --all --quiet --no-trunc --filter "label=socle.stack=$stack" --filter "label=socle.service=$service"); do
    if is_known "$id"; then continue; fi
    name=$(docker inspect --format '{{.Name}}' "$id")
    # A worker ends its tasks first.
    docker stop "$id" >/dev/null
    docker rm --force "$id" >/dev/null
    echo "container ${name#/}"
  done
done
for network in $networks; do
  for id in $(docker network ls --quiet --no-trunc --filter "label=socle.stack=$stack" --filter "name=^$network\$"); do
    if is_known "$id"; then continue; fi
    docker network rm "$id" >/dev/null
    echo "network $network"
  done
done
