#!/bin/sh
# Taken in by the scripts that ask smoke checks, as config/smoke-checks.ts writes them: lines that begin with `#: `, which
# Nginx takes for comments. They say in `container` where Nginx runs, and in `input` what holds the lines.
# shellcheck disable=SC2154 # container, input
indented() { sed 's/^/    /'; }

# Asks in Nginx's container; the answer's head and the first 256 KiB of its body, or what curl says.
ask() {
  docker exec "$container" curl --silent --show-error --include --insecure --noproxy '*' "$@" 2>&1 |
    head -c 262144 | tr -d '\000\r'
}
status_of() { sed -n '1s|^HTTP/[0-9.]* \([0-9]*\).*|\1|p'; }

# One smoke check, up to three times a second apart; sets `wrong` where its answer is not as it must be.
one_check() {
  for try in 1 2 3; do
    [ "$try" = 1 ] || sleep 1
    found=$(ask "$@" || true)
    wrong=''
    head=$(printf '%s\n' "$found" | sed '/^$/q')
    body=$(printf '%s\n' "$found" | sed '1,/^$/d')
    got=$(printf '%s\n' "$found" | status_of)
    if [ "$got" != "$status" ]; then
      wrong="expected  status $status
found     ${got:+status }${got:-no answer: $(printf '%s' "$found" | head -n 1)}"
    elif [ -n "$header" ] && ! printf '%s\n' "$head" | HEADER=$header awk '
      BEGIN { at = index(ENVIRON["HEADER"], ": "); name = tolower(substr(ENVIRON["HEADER"], 1, at)); value = substr(ENVIRON["HEADER"], at + 2) }
      tolower(substr($0, 1, length(name))) == name { line = substr($0, length(name) + 1); sub(/^ */, "", line); if (index(line, value) == 1) met = 1 }
      END { exit !met }'; then
      wrong="expected  header $header
found     $(printf '%s\n' "$head" | grep -i "^${header%%:*}:" || echo "no header ${header%%:*}")"
    elif [ -n "$contains" ] && ! printf '%s' "$body" | grep -Fq -e "$contains"; then
      wrong="expected  an answer with the text: $contains
found     one without it"
    fi
    [ -n "$wrong" ] || return 0
  done
  printf 'A smoke check failed.\n' >&2
  printf 'check     %s\nasked     %s %s\n%s\n' "$check" "$method" "$url" "$wrong" | indented >&2
  printf 'answer    %s\n' "$(printf '%s' "$body" | tr '\n' ' ' | head -c 200)" | indented >&2
  return 1
}

smoke() {
  while IFS= read -r line; do
    rest=${line#* }
    case "$line" in
      'check '*)
        check=$rest header='' contains=''
        set -- --connect-to ::127.0.0.1:8443
        ;;
      'ask '*)
        method=${rest%% *} url=${rest#* }
        case "$url" in http:*) set -- --connect-to ::127.0.0.1:8080 ;; esac
        if [ "$method" = HEAD ]; then set -- "$@" --head; else set -- "$@" --request "$method"; fi
        set -- "$@" --url "$url"
        ;;
      'send '*) set -- "$@" --header "$rest" ;;
      'status '*) status=$rest ;;
      'header '*) header=$rest ;;
      'contains '*) contains=$rest ;;
      'within '*) set -- "$@" --max-time "$rest" ;;
      end) one_check "$@" || return 1 ;;
    esac
  done <<CHECKS
$(printf '%s\n' "$input" | sed -n 's/^#: //p')
CHECKS
}
