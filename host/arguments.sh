# shellcheck shell=sh disable=SC2154,SC2163 # takes is the script's; what is exported is an argument, not its name
# Takes a script's arguments by name, NAME=VALUE each. It says before which it takes: takes='NAME NAME NAME='. One with an
# equals sign may be left out, and is empty then.
#
# Fails with status 2, before anything has happened, where one is unknown, given twice or missing.
wrong_arguments() {
  echo "socle: $1" >&2
  exit 2
}
for taken_word in "$@"; do
  taken_known=no
  for taken_name in $takes; do
    if [ "${taken_name%=}" = "${taken_word%%=*}" ]; then taken_known=yes; fi
  done
  case $taken_word in *=*) ;; *) taken_known=no ;; esac
  [ "$taken_known" = yes ] || wrong_arguments "there is no argument ${taken_word%%=*}"
done
for taken_name in $takes; do
  taken_given=no
  export "${taken_name%=}="
  for taken_word in "$@"; do
    [ "${taken_name%=}" = "${taken_word%%=*}" ] || continue
    [ "$taken_given" = no ] || wrong_arguments "the argument ${taken_name%=} was given twice"
    taken_given=yes
    # Not by eval: the value is none of this shell's words.
    export "$taken_word"
  done
  case $taken_name$taken_given in *=no | *yes) ;; *) wrong_arguments "the argument $taken_name is missing" ;; esac
done
