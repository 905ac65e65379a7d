#!/bin/sh
# Lets ssh(1) log in at the off-site server with the key and the host key that the stack names, and no others.
#
# OFFSITE_SSH  the server as known_hosts(5) writes it; empty where it is no SSH server
set -eu
[ -n "${OFFSITE_SSH:-}" ] || exit 0
# /etc is a folder in memory: ssh asks for the name of its user, and a site's user has none in this image.
printf 'backup:x:%s:%s::/tmp:/bin/sh\n' "$(id -u)" "$(id -g)" >/etc/passwd
mkdir -p /etc/ssh
cat >/etc/ssh/ssh_config <<'CONFIG'
BatchMode yes
IdentityFile /run/socle/private-key
IdentitiesOnly yes
UserKnownHostsFile /run/socle/known-hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
UpdateHostKeys no
ConnectTimeout 15
ServerAliveInterval 15
ServerAliveCountMax 3
LogLevel ERROR
CONFIG
