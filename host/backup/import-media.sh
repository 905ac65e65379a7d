#!/bin/sh
# Takes uploaded files in from elsewhere.
#
#   import-media.sh TOKEN stage              lays a tar archive from standard input beside the media, and prints as JSON what it holds
#   import-media.sh TOKEN apply OVERWRITE    moves its files among the media; with `yes` also those that are there with
#                                            another content, which otherwise stay as they are
#   import-media.sh TOKEN discard            removes what was staged with that token
#
# Runs in a container of its own that may write the media.
set -eu
token=$1
cd /media
mine() { [ "$(cat .import/token 2>/dev/null)" = "$token" ]; }

case $2 in
  stage)
    rm -rf .import
    mkdir -m 0700 .import .import/files
    echo "$token" >.import/token
    cd .import/files
    tar --extract --file - --no-same-owner --no-same-permissions --delay-directory-restore || {
      echo 'import: the archive is not whole, or no tar archive; nothing was changed.' >&2
      rm -rf /media/.import
      exit 1
    }
    # Names that the product itself uses among the media.
    rm -rf .socle .restore .before .swapping .import
    # Links lead out, and devices and the like are no uploads.
    links=$(find . ! -type f ! -type d -print -exec rm -f {} + | wc -l)
    chmod -R u=rwX,g=rX,o=rX .
    find . -type f -exec sh -c 'for file; do
      if [ ! -e "/media/$file" ]; then echo new; elif cmp -s "$file" "/media/$file"; then echo same; else printf "differs\t%s\n" "${file#./}"; fi
    done' sh {} + >/tmp/found
    bytes=$(find . -type f -printf '%s\n' | awk '{ sum += $1 } END { printf "%d", sum }')
    awk -F '\t' -v bytes="$bytes" -v links="$links" '
      { count[$1]++ }
      $1 == "differs" && count[$1] <= 20 { gsub(/["\\]/, "\\\\&", $2); names = names (names == "" ? "" : ",") "\"" $2 "\"" }
      END { printf "{\"files\":%d,\"bytes\":%s,\"new\":%d,\"same\":%d,\"differs\":%d,\"refused\":%d,\"examples\":[%s]}\n",
        NR, bytes, count["new"], count["same"], count["differs"], links, names }' /tmp/found
    ;;
  apply)
    mine || {
      echo 'import: somebody else staged other files meanwhile; nothing was changed. → Run the same again.' >&2
      exit 1
    }
    cd .import/files
    # Names alone change: a file is there whole or not at all.
    overwrite=$3 find . -type f -exec sh -c 'for file; do
      if [ -e "/media/$file" ] && [ "$overwrite" != yes ]; then continue; fi
      mkdir -p "/media/$(dirname "$file")"
      mv -f "$file" "/media/$file"
    done' sh {} +
    rm -rf /media/.import
    ;;
  discard) if mine; then rm -rf .import; fi ;;
esac
