# The local registry that answers for Docker Hub where that is out of reach:
# Debian's docker-registry on loopback for this machine's engine, and a second
# process over the same store on the Docker bridge, for engines inside
# containers. Neither listens on the machine's own network. Sourced by setup.sh.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

mirror_port=5000
mirror=http://127.0.0.1:$mirror_port
mirror_home=$cache/registry

mirror_answers() { # mirror_answers <address>
  curl --silent --fail --output /dev/null --max-time 3 "http://$1:$mirror_port/v2/"
}

# The address of this machine that every container reaches.
bridge_address() {
  ip -4 -oneline address show docker0 2>/dev/null | sed -n 's#.* inet \([0-9.]*\)/.*#\1#p'
}

mirror_addresses() {
  echo 127.0.0.1
  bridge_address
}

mirror_runs() {
  local address
  for address in $(mirror_addresses); do
    mirror_answers "$address" || return 1
  done
}

mirror_start() {
  command -v docker-registry >/dev/null || {
    debian_install docker-registry
    # The package's own service would take the port on every address.
    if has_systemd; then systemctl disable --now docker-registry >/dev/null 2>&1 || true; fi
  }
  local address
  for address in $(mirror_addresses); do
    mirror_serve "$address"
  done
}

mirror_serve() { # mirror_serve <address>
  local config=$mirror_home/$1.yml log=$mirror_home/$1.log start=$SECONDS
  if mirror_answers "$1"; then
    mirror_is_ours "$1" && return
    fail "port $mirror_port on $1 is taken by another registry" "stop it, or let it mirror Docker Hub and name it in /etc/docker/daemon.json"
  fi
  mkdir -p "$mirror_home/data"
  cat >"$config" <<END
version: 0.1
storage:
  filesystem: { rootdirectory: $mirror_home/data }
  delete: { enabled: true }
http:
  addr: $1:$mirror_port
  headers: { X-Socle-Mirror: [$mirror_home] }
END
  setsid --fork docker-registry serve "$config" >"$log" 2>&1 </dev/null 9>&-
  until mirror_answers "$1"; do
    [ $((SECONDS - start)) -lt 15 ] || fail "the mirror does not answer on $1:$mirror_port" "its log: $log"
    sleep 0.2
  done
  note "mirror serves on $1:$mirror_port (data: $mirror_home)"
}

# A registry of somebody else on the port must not receive our images.
mirror_is_ours() {
  curl --silent --head --max-time 3 "http://$1:$mirror_port/v2/" | tr -d '\r' | grep -qixF "X-Socle-Mirror: $mirror_home"
}

# mirror_name <reference>: where the mirror keeps it: Docker Hub's official
# images live under library/.
mirror_name() {
  case $1 in
    */*) echo "127.0.0.1:$mirror_port/$1" ;;
    *) echo "127.0.0.1:$mirror_port/library/$1" ;;
  esac
}

# mirror_used: the engine asks the mirror. An engine that was there before reads
# its registry mirrors anew on SIGHUP, without touching a container.
mirror_used() {
  docker info --format '{{json .RegistryConfig.Mirrors}}' 2>/dev/null | grep -qF "\"$mirror/\""
}

mirror_use() {
  mirror_used && return
  on_debian_as_root || fail "the Docker engine does not ask the local mirror" \
    "add \"registry-mirrors\": [\"$mirror\"] to the engine's daemon.json and reload it"
  docker_engine_settings
  if has_systemd; then systemctl reload docker; else kill -HUP "$(cat /var/run/docker.pid)"; fi
  sleep 1
  mirror_used && return
  # What a running engine does not take may keep it from starting the next time.
  if docker_engine_settings_back; then note "$daemon_json is as it was: the engine did not take what was added"; fi
  fail "the Docker engine does not ask the local mirror" "$(docker_engine_log)" \
    "add \"registry-mirrors\": [\"$mirror\"] to its settings and restart it, then run again"
}
