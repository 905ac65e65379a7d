# Changes an engine's settings so that it runs afterwards: checked first, the previous ones kept and put back. Takes what
# facts.sh has.
# shellcheck shell=sh

# engine_apply FILE ADD HOW     as engine_plan says; FILE.socle-previous is what was there
#
# Between the change and its outcome nothing is printed, and no lost connection ends it: a deployer that dies must not
# leave an engine that does not start. The signals are caught, not ignored: what is ignored the engine would inherit.
engine_apply() {
  file=$1 add=$2 how=$3 settings=$2
  trap : HUP INT PIPE TERM
  mkdir -p "$(dirname "$file")"
  write_candidate
  if ! said=$(engine_accepts "$file.new"); then
    rm "$file.new"
    echo "Remark: $file is left as it is. With $add it would be refused: $(echo "$said" | tail -n 1)"
  else
    put_in_place
    "bring_by_$how"
  fi
  trap - HUP INT PIPE TERM
}

write_candidate() {
  rm -f "$file.new"
  # With owner and mode of what is there.
  if [ -e "$file" ]; then cp -p "$file" "$file.new"; fi
  added=$(printf '%s' "$add" | jq -R 'split(" ") | map({
    "live-restore": {"live-restore": true},
    "log-rotation": {"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "5"}},
    "no-new-privileges": {"no-new-privileges": true}
  }[.]) | add')
  # What somebody set stays, but for live-restore.
  merged=$({ cat "$file" 2>/dev/null || true; } | jq -s --argjson added "$added" '$added * (.[0] // {}) | if $added["live-restore"] then .["live-restore"] = true else . end')
  printf '%s\n' "$merged" >"$file.new"
}

# Whether dockerd takes a file together with its command line. Those before 23 cannot say.
engine_accepts() {
  program=/proc/$(engine_process)
  if ! "$program/exe" --help 2>&1 | grep -q -e --validate; then return; fi
  # The last --config-file counts. The first word is the program's name.
  # shellcheck disable=SC2016 # the inner shell's words
  { cat "$program/cmdline"; printf '%s\0' --validate --config-file "$1"; } | xargs -0 sh -c 'shift; exec "$0" "$@" 2>&1' "$program/exe"
}

put_in_place() {
  if cmp -s "$file" "$file.new"; then
    rm "$file.new"
    return
  fi
  rm -f "$file.socle-previous"
  if [ -e "$file" ]; then cp -p "$file" "$file.socle-previous"; fi
  mv "$file.new" "$file"
}

put_back() {
  if [ -e "$file.socle-previous" ]; then
    cp -p "$file.socle-previous" "$file.new"
    mv "$file.new" "$file"
  else
    rm -f "$file"
  fi
}

bring_by_reload() {
  reload_engine
  live_restore_comes || take_back "the engine, reloaded, has no live-restore: $(engine_said)"
}

# Only with live-restore in force, or where nothing runs: a restart would stop containers.
bring_by_restart() {
  reload_engine
  case $add in *live-restore*) live_restore_comes || true ;; esac
  if ! live_restore && [ -n "$(docker ps --quiet)" ]; then
    take_back 'the engine takes a restart, which would stop containers: live-restore is not in force'
    return
  fi
  with=''
  case $add in *live-restore*) if live_restore; then with=live-restore; fi ;; esac
  engine_service restart || true
  if engine_up; then return; fi
  said=$(engine_said)
  if start_with_previous "$with" || start_with_previous ''; then
    state="The engine runs with its previous settings again${with:+, and with live-restore}."
  else
    state='Its previous settings are back, but it does not start with them either.'
  fi
  printf 'The Docker engine does not start with %s in %s: %s\n%s\n    -> Set on the server what is to be set, or set host.prepare to false; then run pulumi up again.\n' "$settings" "$file" "$said" "$state" >&2
  exit 1
}

# Containers that a stopped engine left running are stopped by one that starts without live-restore.
start_with_previous() {
  with=$1
  put_back
  if [ -n "$with" ]; then
    add=$with
    write_candidate
    mv "$file.new" "$file"
  fi
  engine_service start || true
  engine_up
}

take_back() {
  put_back
  reload_engine
  echo "Remark: $file is as it was: $1"
}

reload_engine() { kill -HUP "$(engine_process)"; }

live_restore() { [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ]; }

live_restore_comes() {
  tries=0
  until live_restore; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || return 1
    sleep 0.2
  done
}

# engine_service start|restart
engine_service() {
  if [ -d /run/systemd/system ]; then
    systemctl enable docker
    # One that failed a few times in a row is not started again.
    systemctl reset-failed docker.service docker.socket
    systemctl "$1" docker
  else
    service docker "$1"
  fi >/dev/null 2>&1
}

# Whether the engine answers within 60 s; not waited for where its process is gone.
engine_up() {
  tries=0 gone=0
  until docker info >/dev/null 2>&1; do
    if engine_alive; then gone=0; else gone=$((gone + 1)); fi
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] && [ "$gone" -lt 5 ] || return 1
    sleep 1
  done
}

engine_alive() {
  if [ -d /run/systemd/system ]; then
    case $(systemctl is-active docker) in active | activating | reloading) true ;; *) false ;; esac
  else
    service docker status >/dev/null 2>&1
  fi
}

# The engine's last complaint.
engine_said() {
  if [ -d /run/systemd/system ]; then
    journalctl --unit docker --lines 50 --output cat --no-pager
  else
    tail -n 50 /var/log/docker.log
  fi 2>/dev/null | { grep -E 'failed to start|unable to configure|level=(error|fatal)' || echo 'it said nothing'; } | tail -n 1
}
