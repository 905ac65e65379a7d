#!/bin/sh
# Prints what an image has pending against the database of the stack that runs, as JSON. Nothing is changed.
#
#   plan.sh NAME=VALUE...
#
# `backend` is the container that serves; `image` empty: its own. `plan` is quoted for a shell. `serves`: the identity of
# the image that serves; where `image` is the same one, nothing is printed. `targets`: heads to go back to.
set -eu
takes='stack backend image= serves= plan targets='
# shellcheck source=host/arguments.sh
. ./arguments.sh
if [ -n "$serves" ] && [ "$(docker image inspect --format '{{.Id}}' "$image" 2>/dev/null)" = "$serves" ]; then
  exit 0
fi
work=$(mktemp -d)
trap 'docker rm --force --volumes "$task" >/dev/null 2>&1; rm -rf "$work"' EXIT
# shellcheck disable=SC2034 # for run_application; a deployment's own tasks have another name
task=$stack-plan-$$ database=''

# shellcheck source=host/migration/application.sh
. ./migration/application.sh
# shellcheck source=host/migration/running.sh
. ./migration/running.sh

application_like "$backend" "$image"
if ! run_application "$work/out" "$work/err" "SOCLE_TARGETS=$targets" "$plan"; then
  tail -n 20 "$work/err" >&2
  exit 1
fi
grep '^{' "$work/out" | tail -n 1
