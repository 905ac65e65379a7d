#!/bin/sh
# Prints how a stack is: lines of a key, a tab and a value.
#
#   status.sh STACK
#
#   container    JSON of a container
#   well         name of a container that the engine did not ask yet, and whose health check answers well
#   certificate  PEM of the certificate that Nginx serves, with | for its line ends
#   disk         KiB in all and KiB free where Docker keeps its data
#   queue        a queue of Celery, tab, tasks that wait in it
#   taken        tasks that a worker took and did not end yet
set -eu
stack=$1
# shellcheck source=host/health/ask.sh
. ./health/ask.sh

format='{"name":{{json .Name}},"state":{{json .State.Status}},"health":{{if .State.Health}}{{json .State.Health.Status}}{{else}}null{{end}},'
format="$format"'"started":{{json .State.StartedAt}},"ended":{{json .State.FinishedAt}},"exitCode":{{.State.ExitCode}},"restarts":{{.RestartCount}},'
format="$format"'"outOfMemory":{{.State.OOMKilled}},"image":{{json .Image}},"labels":{{json .Config.Labels}}}'
for container in $(docker ps --all --quiet --filter "label=socle.stack=$stack"); do
  # One that ends meanwhile is none.
  docker inspect --format "container	$format" "$container" 2>/dev/null || true
done

for container in $(docker ps --quiet --filter health=starting --filter "label=socle.stack=$stack"); do
  { (ask_health "$container") >/dev/null 2>&1 && docker inspect --format 'well	{{.Name}}' "$container" 2>/dev/null; } &
done
wait

certificate=$(docker exec "$stack-nginx" sed -n '/BEGIN CERTIFICATE/,/END CERTIFICATE/p;/END CERTIFICATE/q' /etc/certificates/site.pem 2>/dev/null |
  tr '\n' '|') || true
printf 'certificate\t%s\n' "$certificate"

root=$(docker info --format '{{.DockerRootDir}}')
[ -d "$root" ] || root=/
df -Pk "$root" | awk 'NR == 2 { printf "disk\t%s\t%s\n", $2, $4 }'

# shellcheck disable=SC2016 # runs in the container
docker exec "$stack-redis" /bin/sh -c '
  REDISCLI_AUTH=$(cat /run/socle/password)
  export REDISCLI_AUTH
  redis-cli -n 0 --scan --type list | while read -r queue; do
    printf "queue\t%s\t%s\n" "$queue" "$(redis-cli -n 0 llen "$queue")"
  done
  printf "taken\t%s\n" "$(redis-cli -n 0 hlen unacked)"
' 2>/dev/null || true
