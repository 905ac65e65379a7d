#!/bin/sh
# The least that a release without a dropped request takes: a script as somebody who knows how would write it for one
# site. It records nothing, goes back from nothing, and asks nothing but the health path.
#
#   blue-green.sh PROJECT FOLDER IMAGE RELEASE
#
# PROJECT   project of Docker Compose (compose.yaml) that the site was first brought up as
# FOLDER    with its application.env, prepare.sh, serve.sh and nginx/upstream.conf
set -eu
project=$1 folder=$2 image=$3 release=$4

named() { docker ps --quiet --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"; }
nginx=$(named nginx)
shutting_down() { docker exec "$nginx" sh -c 'cat /proc/[0-9]*/cmdline 2>/dev/null' | tr '\0' '\n' | grep -q 'shutting down'; }

# started SERVICE ARGUMENT...
started() {
  service=$1
  shift
  docker run --detach --name "$project-$service-$release" --network "${project}_default" \
    --label "com.docker.compose.project=$project" --label "com.docker.compose.service=$service" \
    --env-file "$folder/application.env" --env "SOCLE_RELEASE=$release" \
    --volume "${project}_static:/srv/static" --volume "${project}_media:/srv/media" --volume "$folder/serve.sh:/srv/serve.sh:ro" \
    "$image" "$@" >/dev/null
}

docker run --rm --user 0:0 --network "${project}_default" --env-file "$folder/application.env" \
  --volume "${project}_static:/srv/static" --volume "${project}_frontend:/srv/frontend" --volume "$folder/prepare.sh:/prepare.sh:ro" \
  "$image" sh /prepare.sh >/dev/null

former=$(named backend)
started backend sh /srv/serve.sh
tries=0
until docker exec "$nginx" curl -fsS --max-time 2 --output /dev/null --header "Host: localhost" "http://$project-backend-$release:8000/health/" 2>/dev/null; do
  tries=$((tries + 1))
  if [ "$tries" -ge 300 ]; then
    echo "The new backend is not healthy." >&2
    exit 1
  fi
  sleep 0.2
done

# shellcheck disable=SC2016 # a variable of Nginx
printf 'set $application %s;\n' "$project-backend-$release" >"$folder/nginx/upstream.conf"
docker exec "$nginx" nginx -c /etc/bench/nginx.conf -s reload 2>/dev/null

former_worker=$(named worker)
started worker celery --app core worker --loglevel=INFO --concurrency=2
docker stop --time 60 "$former_worker" >/dev/null
former_beat=$(named beat)
docker stop "$former_beat" >/dev/null
started beat celery --app core beat --loglevel=INFO --schedule=/tmp/schedule --pidfile=

sleep 1
while shutting_down; do sleep 1; done
docker stop --time 30 "$former" >/dev/null
docker rm "$former" "$former_worker" "$former_beat" >/dev/null
