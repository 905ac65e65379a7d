#!/bin/sh
# Keeps what names its static files have in a release, as the release's own image says.
#
#   names.sh STACK RELEASE NAME NETWORK ARGUMENT...      from NAME on: as task.sh takes them
#
# The command prints a name a line, relative to the folder of static files; nothing where it cannot know.
set -eu
stack=$1 release=$2
shift 2
folder=$SOCLE_STATE/$stack/static
mkdir -p "$folder"
# Whole or not at all.
trap 'rm -f "$folder/$release.new"' EXIT
(
  # shellcheck source=host/task.sh
  . ./task.sh
) </dev/null >"$folder/$release.new"
mv "$folder/$release.new" "$folder/$release"
echo "$(wc -l <"$folder/$release" | tr -d ' ') names of static files"
