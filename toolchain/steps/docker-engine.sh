# The Docker engine: the one that answers, else Debian's docker.io.
# shellcheck shell=bash disable=SC2034,SC2154 # state, clone and the like are shared with setup.sh

daemon_json=/etc/docker/daemon.json

docker_engine_state() {
  local version
  if ! command -v docker >/dev/null; then
    state='no docker command'
    return 1
  fi
  if version=$(timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null) && [ -n "$version" ]; then
    state="$version, ${DOCKER_HOST:-$(docker_socket)}"
    return
  fi
  state="no engine answers at ${DOCKER_HOST:-$(docker_socket)}"
  return 1
}

docker_socket() { echo unix:///var/run/docker.sock; }

docker_engine_make() {
  [ -z "${DOCKER_HOST:-}" ] ||
    fail "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST" "start that engine, or unset DOCKER_HOST to use one on this machine"
  if [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
    fail "this user may not use the Docker engine of this machine" "sudo usermod -aG docker $(id -un), log in anew, then run again"
  fi
  on_debian_as_root || fail "no Docker engine on this machine" \
    "install Docker (https://docs.docker.com/engine/install/) and start it, or run this as root on Debian or Ubuntu" \
    "or name a running engine: export DOCKER_HOST=ssh://user@host"
  if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null || ! command -v iptables >/dev/null; then
    local packages=(docker.io iptables)
    # Since Debian 13 the client is a package of its own.
    if apt-cache show docker-cli >/dev/null 2>&1; then packages+=(docker-cli); fi
    debian_install "${packages[@]}"
  fi
  docker_engine_run
}

# With what is added to its settings, or else with those that it had.
docker_engine_run() {
  docker_engine_settings
  if docker_engine_start; then return; fi
  tail -n 15 "$cache/log/dockerd.log" | sed 's/^/      | /' >&2
  docker_engine_settings_back || fail "the Docker engine does not start" "$(docker_engine_log)"
  note "$daemon_json is as it was: the engine did not start with what was added"
  docker_engine_start || fail "the Docker engine does not start, with its previous settings either" "$(docker_engine_log)"
}

# Log rotation always; the local mirror only where Docker Hub is out of reach; the
# network's own packet size where it is below Ethernet's, or large answers stall.
# Never overrides what daemon.json says already.
docker_engine_settings() {
  local settings=(--log-rotation) mtu said
  registry_answers || settings+=(--mirror "$mirror")
  mtu=$(docker_engine_mtu)
  if [ "$mtu" -lt 1500 ]; then settings+=(--mtu "$mtu"); fi
  mkdir -p "$(dirname "$daemon_json")"
  settings_before=$(cat "$daemon_json" 2>/dev/null) || true
  said=$("$clone/node_modules/.bin/node" "$toolchain/daemon-settings.ts" "$daemon_json" "${settings[@]}") ||
    fail "the Docker engine's settings cannot be read" "see what stands above; nothing was changed in $daemon_json"
  note "$said"
}

# Undoes docker_engine_settings; fails where that changed nothing. An option that is also a flag of the engine's unit,
# for one, keeps it from starting.
docker_engine_settings_back() {
  [ "$settings_before" != "$(cat "$daemon_json" 2>/dev/null)" ] || return 1
  if [ -e "$daemon_json.socle-previous" ]; then mv "$daemon_json.socle-previous" "$daemon_json"; else rm "$daemon_json"; fi
}

docker_engine_mtu() {
  local device
  device=$(ip -o route show default 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  cat "/sys/class/net/${device:-none}/mtu" 2>/dev/null || echo 1500
}

docker_engine_log() {
  if has_systemd; then echo 'journalctl -u docker says why'; else echo "its log: $cache/log/dockerd.log"; fi
}

# Fails where the engine does not answer within 60 s, or ends before.
docker_engine_start() {
  local log=$cache/log/dockerd.log pid_file=$cache/dockerd.pid start=$SECONDS
  mkdir -p "$cache/log"
  # What an engine said that hung or crashed is wanted after the next start.
  if [ -s "$log" ]; then mv -f "$log" "$log.previous"; fi
  if has_systemd; then
    note 'starting docker.service'
    systemctl reset-failed docker >/dev/null 2>&1 || true
    systemctl enable --now docker >"$log" 2>&1 || return 1
  else
    # Not a child of this process: npm ends, the engine stays. A pid file of a
    # machine that was switched off would stop the start.
    note "starting dockerd in the background (log: $log)"
    if [ -f /var/run/docker.pid ] && ! kill -0 "$(cat /var/run/docker.pid)" 2>/dev/null; then rm -f /var/run/docker.pid; fi
    rm -f "$pid_file"
    # shellcheck disable=SC2016 # the inner shell's words
    setsid --fork sh -c 'echo $$ >"$1"; exec dockerd' sh "$pid_file" >"$log" 2>&1 </dev/null 9>&-
  fi
  until timeout 5 docker version >/dev/null 2>&1; do
    [ $((SECONDS - start)) -lt 60 ] || return 1
    if [ -s "$pid_file" ] && ! has_systemd; then kill -0 "$(cat "$pid_file")" 2>/dev/null || return 1; fi
    sleep 0.5
  done
  note "answered after $((SECONDS - start)) s"
}
