#!/bin/sh
# Runs a command in a container of the stack, with this script's input and output.
#
#   exec.sh CONTAINER COMMAND...
exec docker exec --interactive "$@"
