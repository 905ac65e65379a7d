# What a preparation changes of an engine's settings: decided from facts alone.
#
# An engine with nobody else's containers gets all that is missing. One that serves others gets what no container notices:
# live-restore, by a reload. The stack relies on none of it: each of its containers sets its own.
# shellcheck shell=sh

# engine_plan: facts (facts.sh) on standard input; lines NAME=VALUE
#   refuse, instead   why the host is not fit, and the way out
#   file              daemon.json
#   add               what it gets: live-restore, log-rotation, no-new-privileges
#   how               reload or restart: what brings them in force
#   say, remark       for people
engine_plan() {
  engine='' file='' json='' keys='' flags='' driver='' live='' hardened='' swarm='' others=''
  while IFS='=' read -r name value; do
    case $name in
      engine) engine=$value ;;
      file) file=$value ;;
      json) json=$value ;;
      keys) keys=$value ;;
      flags) flags=$value ;;
      driver) driver=$value ;;
      live) live=$value ;;
      hardened) hardened=$value ;;
      swarm) swarm=$value ;;
      others) others=$value ;;
    esac
  done
  case $engine in
    podman) refuse "\`docker\` is Podman there, which the stack does not run on" "Install Docker (https://docs.docker.com/engine/install/) in the place of podman-docker." ;;
    client) refuse "Docker's client is installed, its engine (dockerd) is not" "Install the engine from where the client is (docker-ce for docker-ce-cli, docker.io for docker-cli), or remove the client." ;;
    snap) settings_elsewhere "is Docker's snap" ;;
    rootless) settings_elsewhere 'is rootless' ;;
    unknown) settings_elsewhere 'was not started by this server as docker.service' ;;
    *)
      if [ "$json" = broken ]; then
        refuse "$file is not a JSON object" "Correct it (\`jq . $file\` names the place) or move it away, then run pulumi up again."
      elif [ "$engine" = docker ]; then
        change
      fi
      ;;
  esac
}

refuse() { printf 'refuse=%s\ninstead=%s\n' "$1" "$2"; }

settings_elsewhere() { echo "remark=The engine $1 and reads its settings elsewhere than in $file: they are left as they are. The stack does not rely on them."; }

change() {
  add=$(missing_settings)
  if [ -z "$add" ]; then
    return
  elif [ "$others" = 0 ] && [ "$swarm" = inactive ]; then
    change_all
  else
    change_little
  fi
}

# in_list WORD LIST
in_list() { case " $2 " in *" $1 "*) true ;; *) false ;; esac }

# What the engine's command line says is left to whoever wrote it: said in the file too, it keeps the engine from starting.
missing_settings() {
  words=''
  if ! in_list live-restore "$flags" && ! live_restore_stays; then words='live-restore'; fi
  # Other drivers know no max-file: the engine would not start again.
  if [ "$driver" = json-file ] && ! in_list log-driver "$flags" && ! in_list log-opt "$flags"; then
    if ! in_list log-opts.max-size "$keys" || ! in_list log-opts.max-file "$keys"; then words="$words log-rotation"; fi
  fi
  if [ "$hardened" != true ] && ! in_list no-new-privileges "$flags" && ! in_list no-new-privileges "$keys"; then
    words="$words no-new-privileges"
  fi
  echo "${words# }"
}

# In force, and so after a restart too. What the file sets cannot be read without jq.
live_restore_stays() { [ "$live" = true ] && { in_list live-restore=true "$keys" || [ "$json" = unread ]; }; }

change_all() {
  how=restart force='is restarted'
  if [ "$add" = live-restore ]; then how=reload force='reads it again'; fi
  where=''
  if [ "$json" = unread ]; then where=', where it does not set them'; fi
  printf 'file=%s\nadd=%s\nhow=%s\n' "$file" "$add" "$how"
  echo "say=$file gets $(named "$add")$where, and the engine $force: no containers but this stack's are on it."
}

change_little() {
  who="containers that are not this stack's ($others)"
  # The engine of a swarm does not start with live-restore; where the file sets it, it is somebody's choice.
  if in_list live-restore "$add" && [ "$swarm" = inactive ] && ! in_list live-restore "$keys"; then
    printf 'file=%s\nadd=live-restore\nhow=reload\n' "$file"
    echo "say=$file gets live-restore, and the engine reads it again: $who run on, from now on through a restart of the engine too."
  fi
  left=$(echo "$add" | sed 's/live-restore *//')
  [ -n "$left" ] || return 0
  if [ "$swarm" = inactive ]; then because="$who are on it"; else because='it is a node of a swarm'; fi
  echo "remark=Left unset for the engine: $(named "$left"). That takes a restart, and $because. The stack does not rely on it. By hand: $(lines "$left") in $file, then \`systemctl restart docker\` when that suits all who use it."
}

# For people: "live-restore log-rotation" → "live-restore, log rotation"
named() { echo "$1" | sed 's/ /, /g; s/log-rotation/log rotation/'; }

lines() { echo "$1" | sed 's/ /, /; s/no-new-privileges/"no-new-privileges": true/; s/log-rotation/"log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "5"}/'; }
