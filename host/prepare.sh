#!/bin/sh
# Checks a host and makes it ready for the stack. Whatever is missing is reported at once, before anything is changed.
#
#   prepare.sh NAME=VALUE...
#
# mode    local: only check the engine and the ports; check: check the machine too; prepare: install what is missing
# stack   name of the stack: ports that its own containers publish are free to it
# http, https     ports to be published
# cpus, memory, disk   least processors, MiB of memory, GiB of disk; 0: no matter
# user    who logs in; gets access to the engine
# again   the stack was here before; where it is empty, containers of its name are somebody else's
set -eu
takes='mode stack http https cpus memory disk user again='
# shellcheck source=host/arguments.sh
. ./arguments.sh

problems=''
problem() {
  problems="$problems
  - $1
    -> $2"
}

# shellcheck source=host/engine/facts.sh
. ./engine/facts.sh
# shellcheck source=host/engine/plan.sh
. ./engine/plan.sh
# shellcheck source=host/engine/apply.sh
. ./engine/apply.sh

has() { command -v "$1" >/dev/null 2>&1; }

debian() { [ -r /etc/debian_version ] && has apt-get; }

# Who listens on a TCP port; nothing where the port is free.
listener() {
  if has ss; then
    ss -Hltnp "sport = :$1" | head -n 1
  elif [ -r /proc/net/tcp ]; then
    hex=$(printf '%04X' "$1")
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print "a listening socket"; exit }'
  elif has lsof; then
    lsof -nP -iTCP:"$1" -sTCP:LISTEN | tail -n +2 | head -n 1
  fi
}

check_ports() {
  for port in "$http" "$https"; do
    if has docker && [ -n "$(docker ps -q --filter "label=socle.stack=$stack" --filter "publish=$port" 2>/dev/null)" ]; then
      continue
    fi
    found=$(listener "$port")
    if [ -n "$found" ]; then
      problem "port $port is taken: $found" "Stop what listens there (\`docker ps --filter publish=$port\`, \`ss -ltnp\`), then run pulumi up again."
    fi
  done
}

# Two states with one stack name, from two clones for example, would take each other's containers and data for their own.
check_name() {
  if [ -z "$again" ] && has docker && [ -n "$(docker ps -aq --filter "label=socle.stack=$stack" 2>/dev/null)" ]; then
    problem "containers of a stack named $stack are here, which this state knows nothing of" "Destroy that stack from where it was made, or give this one another name. Is its state lost? Volumes with data stay and are taken over, and the backups go on with a new key: the one before it is kept on this host. Passwords and SECRET_KEY are new. See docs/backups.md, \"The state is lost\", before \`docker rm -f \$(docker ps -aq --filter label=socle.stack=$stack)\` and \`docker network rm \$(docker network ls -q --filter label=socle.stack=$stack)\` remove what is in the way."
  fi
}

# The file system that holds Docker's data, or will.
docker_folder() {
  folder=/var/lib/docker
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  echo "$folder"
}

check_machine() {
  found=$(nproc)
  if [ "$found" -lt "$cpus" ]; then
    problem "found $found processors, the stack needs $cpus" "Choose a larger server, or lower host.minimum.cpus."
  fi
  found=$(awk '$1 == "MemTotal:" { print int($2 / 1024) }' /proc/meminfo)
  if [ "$found" -lt "$memory" ]; then
    problem "found $found MiB of memory, the stack needs $memory" "Choose a larger server, or lower host.minimum.memory."
  fi
  folder=$(docker_folder)
  found=$(df -Pk "$folder" | awk 'NR == 2 { print int($2 / 1048576) }')
  if [ "$found" -lt "$disk" ]; then
    problem "found a disk of $found GiB under $folder, the stack needs $disk" "Choose a larger disk, or lower host.minimum.disk."
  fi
}

check_engine() {
  if ! has docker; then
    if [ "$mode" != prepare ]; then
      problem "Docker is not installed" "Install it (https://docs.docker.com/engine/install/), or set host.prepare to true."
    elif ! debian; then
      problem "Docker is not installed, and this is neither Debian nor Ubuntu" "Install Docker by hand (https://docs.docker.com/engine/install/)."
    fi
  elif [ "$mode" != prepare ] && ! docker info >/dev/null 2>&1; then
    problem "the Docker engine does not answer: $(docker info 2>&1 | tail -n 1)" "Start it (\`systemctl start docker\`), and see that $user may use it."
  elif [ "$mode" = check ] && ! user_reaches_engine; then
    problem "$user may not use the Docker engine: $found" "As root on the server: \`usermod -aG docker $user\`. Or set host.prepare to true, which does that."
  elif [ "$mode" = check ]; then
    check_settings
  fi
  [ "$mode" != prepare ] || check_settings
}

# The stack's containers are made as that user, not by sudo.
user_reaches_engine() {
  if [ "$user" = root ] || [ "$(id -u)" != 0 ] || ! id "$user" >/dev/null 2>&1; then return; fi
  found=$(su -s /bin/sh -c 'docker version 2>&1 >/dev/null' "$user" | tail -n 1)
  [ -z "$found" ]
}

planned() { printf '%s\n' "$plan" | sed -n "s/^$1=//p"; }

check_settings() {
  plan=$(engine_facts "$stack" | engine_plan)
  found=$(planned refuse)
  [ -z "$found" ] || problem "$found" "$(planned instead)"
}

# refuse_unfit WHAT-WAS-DONE
refuse_unfit() {
  if [ -n "$problems" ]; then
    printf 'The host is not fit for the stack; %s.%s\n' "$1" "$problems" >&2
    exit 1
  fi
}

check_name
check_ports
[ "$mode" = local ] || check_machine
check_engine
if [ "$mode" = prepare ] && [ "$(id -u)" != 0 ]; then
  problem "$user is not root" "Log in as root, or let $user run sudo without a password."
fi
refuse_unfit 'nothing was changed on it'

updated=''
refresh_packages() {
  export DEBIAN_FRONTEND=noninteractive
  [ -n "$updated" ] || apt-get update -q >/dev/null
  updated=yes
}

install() {
  echo "installing $*"
  apt-get install -q -y --no-install-recommends "$@" >/dev/null
}

install_jq() {
  if has jq; then return; fi
  refresh_packages
  install jq
  # Only now it is known what the settings are.
  check_settings
  refuse_unfit 'only jq was installed'
}

# dockerd before 23 does not start with an empty file.
fill_empty_settings() {
  if docker info >/dev/null 2>&1; then return; fi
  file=$(engine_file)
  if [ "$(engine_json "$file")" = empty ]; then echo '{}' >"$file"; fi
}

install_engine() {
  if has docker; then return; fi
  refresh_packages
  set -- docker.io iptables
  # From Debian 13 the client is a package of its own.
  if apt-cache show docker-cli >/dev/null 2>&1; then set -- "$@" docker-cli; fi
  install "$@"
}

# What stood still could not be asked before: whose containers are there, and which ports they take.
start_engine() {
  if docker info >/dev/null 2>&1; then return; fi
  engine_service start || true
  if ! engine_up; then
    printf 'The Docker engine does not start: %s\n    -> Correct that on the server (journalctl -u docker, or /var/log/docker.log), then run pulumi up again.\n' "$(engine_said)" >&2
    exit 1
  fi
  check_name
  check_ports
  refuse_unfit 'its engine was started'
}

configure_engine() {
  plan=$(engine_facts "$stack" | engine_plan)
  planned say
  planned remark | sed 's/^/Remark: /'
  if [ -n "$(planned add)" ]; then engine_apply "$(planned file)" "$(planned add)" "$(planned how)"; fi
}

if [ "$mode" = prepare ]; then
  install_jq
  fill_empty_settings
  install_engine
  start_engine
  configure_engine
  if [ "$user" != root ] && ! id -nG "$user" | grep -qw docker; then
    echo "giving $user access to the engine"
    usermod -aG docker "$user"
  fi
fi
docker version --format 'Docker {{.Server.Version}} is ready'
