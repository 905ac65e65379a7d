#!/bin/sh
# /etc/nginx/templates/NAME.template becomes /etc/nginx/conf.d/NAME, with the
# variables of the environment filled in; Nginx's own variables stay.
set -eu
templates=${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}
output=${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}
[ -d "$templates" ] || exit 0
defined=$(env | cut -d= -f1 | sed 's/.*/${&}/' | tr '\n' ' ')
find "$templates" -follow -type f -name '*.template' | while read -r template; do
  target=$output/${template#"$templates/"}
  target=${target%.template}
  mkdir -p "$(dirname "$target")"
  envsubst "$defined" <"$template" >"$target"
done
