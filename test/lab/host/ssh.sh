#!/bin/sh
# OpenSSH with the settings of a lab run. Under the name ssh, first on PATH, it serves programs that start ssh
# themselves, such as the Docker CLI.
set -eu
exec /usr/bin/ssh -F "$LAB_SSH_CONFIG" "$@"
