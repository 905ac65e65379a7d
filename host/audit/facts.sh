#!/bin/sh
# Prints what an audit asks of the machine and of the stack's containers, fact by fact. It changes nothing.
#
#   facts.sh NAME=VALUE...
#
# machine   server: of the machine too; local: of the containers alone
# user      who logs in over SSH
# backend, nginx, postgres   containers of the stack
# check, pending   commands of the application, as lines of shell; empty: not asked
# Standard input: queries for psql, on `database`.
#
# A fact is a line `NAME STATUS` (127: there is no such tool) and what the tool said, each line after a space.
set -u
takes='machine user= backend nginx postgres database check= pending='
# shellcheck source=host/arguments.sh
. ./arguments.sh
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

has() { command -v "$1" >/dev/null 2>&1; }

# What fails says why on its standard error; what succeeds may remark there what is nobody's business.
fact() {
  name=$1
  shift
  output=$("$@" 2>"$errors" </dev/null)
  status=$?
  if [ "$status" != 0 ]; then output="$output
$(cat "$errors")"; fi
  printf '%s %s\n' "$name" "$status"
  printf '%s\n' "$output" | sed 's/^/ /'
}

limited() {
  if has timeout; then timeout 60 "$@"; else "$@"; fi
}

# Files that bring packet filters back, each before a colon and the units that are enabled for it.
firewall_files() {
  has systemctl || return 127
  enabled=$(systemctl list-unit-files --state=enabled --type=service --no-legend --plain | cut -d' ' -f1)
  grep -rlsE 'DOCKER-USER|hook +(forward|prerouting)' /etc/iptables /etc/ufw /etc/nftables.conf /etc/nftables.d \
    /etc/firewalld /etc/systemd/system /usr/local/sbin /usr/local/bin /usr/local/lib | sort -u | while read -r file; do
    case $file in
      /etc/iptables/*) units='netfilter-persistent.service' ;;
      /etc/ufw/*) units='ufw.service' ;;
      /etc/nftables*) units='nftables.service' ;;
      /etc/firewalld/*) units='firewalld.service' ;;
      /etc/systemd/system/*) units=$(basename "$file") ;;
      *) units=$(grep -lsF -- "$file" /etc/systemd/system/*.service | xargs -rn1 basename) ;;
    esac
    printf '%s:' "$file"
    for unit in $units; do
      if printf '%s\n' "$enabled" | grep -qxF "$unit"; then printf ' %s' "$unit"; fi
    done
    printf '\n'
  done
}

published() { docker ps --format '{{.Names}} {{.Ports}}'; }

upgrade_settings() {
  has apt-config || return 127
  apt-config dump | grep -E '^(APT::Periodic|Unattended-Upgrade)::' || true
}

packages() {
  has dpkg-query || return 127
  # One that was never there makes it fail and say so; the others are told.
  dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' unattended-upgrades docker.io docker-ce containerd containerd.io 2>/dev/null || true
}

upgrade_start() {
  if has systemctl && systemctl is-enabled --quiet apt-daily-upgrade.timer 2>/dev/null; then
    echo apt-daily-upgrade.timer
  elif [ -x /etc/cron.daily/apt-compat ] && has cron && [ ! -d /run/systemd/system ]; then
    echo /etc/cron.daily/apt-compat
  else
    echo nothing
  fi
}

clock() {
  if has timedatectl && [ -d /run/systemd/system ]; then
    timedatectl show --property=NTPSynchronized
  elif has chronyc; then
    chronyc -n tracking
  else
    echo "neither timedatectl nor chronyc is here" >&2
    return 127
  fi
}

folders='/'
for folder in /boot /var /home "$(docker info --format '{{.DockerRootDir}}' 2>/dev/null)"; do
  if [ -d "$folder" ]; then folders="$folders $folder"; fi
done

if [ "$machine" = server ]; then
  fact sshd sshd -T
  fact sshd-root sshd -T -C user=root,host=audit.invalid,addr=203.0.113.1
  fact sshd-user sshd -T -C "user=$user,host=audit.invalid,addr=203.0.113.1"
  fact iptables iptables-save
  fact ip6tables ip6tables-save
  fact nftables nft list ruleset
  fact firewall-files firewall_files
  fact published published
  fact engine docker info --format '{{json .}}'
  fact listeners ss -Hltnp
  fact addresses ip -o -6 addr show scope global
  fact upgrade-settings upgrade_settings
  fact packages packages
  fact held apt-mark showhold
  fact upgrade-start upgrade_start
  fact clock clock
  # shellcheck disable=SC2086 # several folders
  fact disk df -Pk $folders
  # shellcheck disable=SC2086 # several folders
  fact inodes df -Pi $folders
else
  fact disk docker exec "$postgres" df -Pk /var/lib/postgresql/data
  fact inodes docker exec "$postgres" df -Pi /var/lib/postgresql/data
fi

# Certificates only: the file holds the key too.
fact certificate docker exec "$nginx" sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' /etc/certificates/site.pem

queries=$(cat)
database() {
  printf '%s\n' "$queries" | limited docker exec --interactive "$postgres" \
    psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --username postgres --dbname "$database"
}
fact database database

# With the environment that the application itself has.
inside() {
  # shellcheck disable=SC2016 # the container's shell fills it in
  limited docker exec "$backend" /bin/sh -c 'set -a; . /run/socle/environment; set +a; eval "exec $1" 2>&1' socle "$1"
}
if [ -n "$check" ]; then fact check inside "$check"; fi
if [ -n "$pending" ]; then fact pending inside "$pending"; fi
