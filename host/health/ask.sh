# Asks a container's own health check, as the engine does; the engine asks for the first time when its interval is over.
# shellcheck shell=sh
#
#   ask_health CONTAINER [SECONDS]
#
# SECONDS: what a check that knows SOCLE_HEALTH_WAIT waits itself for what only has to start, which is cheaper than to be
# started often. Default 0.
ask_health() {
  health_of=$1 health_wait=${2:-0}
  # Its words, quoted for this shell.
  health_words=$(docker inspect --format "$(
    cat <<'TEMPLATE'
{{with .Config.Healthcheck}}{{range .Test}}'{{join (split . "'") "'\\''"}}' {{end}}{{end}}
TEMPLATE
  )" "$health_of")
  eval "set -- $health_words"
  health_kind=${1:-NONE}
  [ "$#" = 0 ] || shift
  case $health_kind in
    CMD) docker exec --env "SOCLE_HEALTH_WAIT=$health_wait" "$health_of" "$@" ;;
    CMD-SHELL) docker exec --env "SOCLE_HEALTH_WAIT=$health_wait" "$health_of" /bin/sh -c "$1" ;;
    *) false ;;
  esac
}
