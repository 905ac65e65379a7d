#!/bin/sh
# Sets the password of Redis: in its files, and in the running server without a restart.
#
#   password.sh NAME=VALUE...
#
# Standard input: the password. The previous one goes on for `seconds`, for those who still work with it.
set -eu
takes='container volume image owner seconds'
# shellcheck source=host/arguments.sh
. ./arguments.sh
IFS= read -r password
hash=$(printf %s "$password" | sha256sum | cut -d' ' -f1)

running() { [ "$(docker inspect --format '{{.State.Running}}' "$container" 2>/dev/null)" = true ]; }

# The server takes the new password before the files change: a restart in between finds the former in both.
former=''
if running; then
  # shellcheck disable=SC2016 # runs in the container
  former=$(docker exec "$container" sha256sum /run/socle/password)
  former=${former%% *}
  # shellcheck disable=SC2016 # runs in the container
  docker exec "$container" sh -euc '
    REDISCLI_AUTH=$(cat /run/socle/password) redis-cli --no-raw ACL SETUSER default "#$1" | grep -q OK
  ' password "$hash" || { echo "Redis did not take the new password." >&2; exit 1; }
fi

# Only the password's SHA-256 stands in the file of users (redis.io: ACL, "#<hash>").
# shellcheck disable=SC2016 # runs in the container
printf '%s' "$password" | docker run --rm --interactive --network none --user 0:0 --read-only --cap-drop ALL --cap-add CHOWN --cap-add DAC_OVERRIDE --cap-add FOWNER \
  --security-opt no-new-privileges:true --log-driver none --mount "type=volume,source=$volume,target=/files,volume-nocopy" --entrypoint /bin/sh "$image" -euc '
    umask 077
    cd /files
    cat >password.new
    printf "user default on sanitize-payload #%s ~* &* +@all\n" "$1" >users.acl.new
    chown "$2" password.new users.acl.new
    mv users.acl.new users.acl
    mv password.new password
    chmod 0755 .
    chown "$2" .
  ' files "$hash" "$owner"

# Detached: the former password ends by itself, also when nobody waits for it. Only that one: another rotation may have
# followed meanwhile, and its password is the one in use.
# shellcheck disable=SC2016 # runs in the container
if [ -n "$former" ] && [ "$former" != "$hash" ]; then
  docker exec --detach "$container" sh -c '
    sleep "$2"
    REDISCLI_AUTH=$(cat /run/socle/password)
    export REDISCLI_AUTH
    [ "$(printf %s "$REDISCLI_AUTH" | sha256sum | cut -d" " -f1)" = "$1" ] || redis-cli ACL SETUSER default "!$1"
  ' former "$former" "$seconds"
fi
