# What the Docker engine of a host is and who uses it; changes nothing. Runs as root.
# shellcheck shell=sh

# engine_facts STACK: lines NAME=VALUE
#   engine    missing: no docker command; podman: Podman under Docker's name; client: a client without an engine;
#             stopped; snap, rootless, unknown: an engine whose settings are not in FILE; docker: one that reads FILE
#   file      its daemon.json
#   json      missing, empty, object, broken, or unread where jq is not installed
#   keys      names that the file sets, with NAME=true for what it turns on; those of log-opts as log-opts.NAME
#   flags     long options on the engine's command line, without their values
#   driver    log driver that the file sets, else the one in force
#   live      true: live-restore is in force
#   hardened  true: no-new-privileges is in force
#   swarm     inactive, or what the engine is in a swarm
#   others    number of containers, running or not, that are not the stack's
engine_facts() {
  kind=$(engine_kind)
  file=$(engine_file)
  json=$(engine_json "$file")
  printf 'engine=%s\nfile=%s\njson=%s\n' "$kind" "$file" "$json"
  driver=''
  if [ "$json" = object ] && command -v jq >/dev/null; then
    echo "keys=$(jq -r '[keys[], (to_entries[] | select(.value == true) | .key + "=true"), (.["log-opts"] // {} | keys[]? | "log-opts." + .)] | join(" ")' "$file")"
    driver=$(jq -r '.["log-driver"]? // "" | tostring' "$file")
  fi
  case $kind in missing | podman | client | stopped) return ;; esac
  in_force='{{.LoggingDriver}}'
  echo "flags=$(engine_words | sed -n 's/^--\([a-z0-9-]*\).*/\1/p' | tr '\n' ' ')"
  docker info --format "driver=${driver:-$in_force}
live={{.LiveRestoreEnabled}}
swarm={{.Swarm.LocalNodeState}}
hardened={{range .SecurityOptions}}{{if eq . \"name=no-new-privileges\"}}true{{end}}{{end}}"
  all=$(docker ps --all --quiet | wc -l)
  own=$(docker ps --all --quiet --filter "label=socle.stack=$1" | wc -l)
  echo "others=$((all - own))"
}

engine_kind() {
  if ! command -v docker >/dev/null; then
    echo missing
    return
  fi
  said=$(docker --version 2>/dev/null; docker version --format '{{range .Server.Components}}{{.Name}} {{end}}' 2>/dev/null || true)
  case $said in *[Pp]odman*)
    echo podman
    return
    ;;
  esac
  if ! docker info >/dev/null 2>&1; then
    if command -v dockerd >/dev/null; then echo stopped; else echo client; fi
    return
  fi
  case $(docker info --format '{{.DockerRootDir}} {{.SecurityOptions}}') in
    /var/snap/*) echo snap ;;
    *name=rootless*) echo rootless ;;
    *) if engine_process >/dev/null; then echo docker; else echo unknown; fi ;;
  esac
}

# Process of the running engine. Others by that name may be in containers: its own record counts.
engine_process() {
  for process in $(cat /var/run/docker.pid 2>/dev/null) $(systemctl show --property MainPID --value docker 2>/dev/null); do
    if [ "$(cat "/proc/$process/comm" 2>/dev/null)" = dockerd ]; then
      echo "$process"
      return
    fi
  done
  return 1
}

# Its command line, a word a line.
engine_words() {
  ! process=$(engine_process) || tr '\0' '\n' <"/proc/$process/cmdline"
}

engine_file() {
  named=$(engine_words | sed -n 's/^--config-file=//p; /^--config-file$/ { n; p; }' | tail -n 1)
  # One that is a link stays a link.
  readlink -f "${named:-/etc/docker/daemon.json}" || echo "${named:-/etc/docker/daemon.json}"
}

engine_json() {
  if [ ! -e "$1" ]; then
    echo missing
  elif ! grep -q '[^[:space:]]' "$1"; then
    echo empty
  elif command -v jq >/dev/null; then
    if jq -es 'length == 1 and (.[0] | type == "object")' "$1" >/dev/null 2>&1; then echo object; else echo broken; fi
  elif dockerd --help 2>/dev/null | grep -q -e --validate && ! dockerd --validate --config-file "$1" >/dev/null 2>&1; then
    echo broken
  else
    echo unread
  fi
}
