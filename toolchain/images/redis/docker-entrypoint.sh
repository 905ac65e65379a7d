#!/bin/sh
# Start of the stand-in, as the official image's: options or a *.conf alone mean
# redis-server, which runs as the user redis.
set -eu

case ${1:-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis '{}' +
  exec gosu redis "$0" "$@"
fi

# Dumps and logs are for their owner only, unless the caller chose a mask.
if [ "$(umask)" = 0022 ]; then umask 0077; fi

# The official image is compiled with protected mode off. Given first, so that an
# explicit option of the caller still wins.
if [ "$1" = redis-server ]; then
  shift
  case ${1:-} in
    *.conf)
      file=$1
      shift
      set -- "$file" --protected-mode no "$@"
      ;;
    *) set -- --protected-mode no "$@" ;;
  esac
  set -- redis-server "$@"
fi
exec "$@"
