#!/bin/sh
# The end of migrate.sh: what came of it. A failure has four cases: rolled back; part of a migration that is not atomic;
# some applied and reversed; some applied that stay. Each says how the schema is and what to do.
# shellcheck disable=SC2034,SC2154 # variables and functions are those of migrate.sh

if ! plan_into now; then
  stop unknown "the database could not be asked what came of it." "The former release goes on serving." \
    "→ See that PostgreSQL is healthy (npm run -s socle -- status), then run this again: it goes on from where the database is."
fi
latest=now
invalid_indexes | grep -vxF -f "$work/invalid" >"$work/left" 2>/dev/null || true
[ -e "$work/invalid" ] || : >"$work/left"

if [ "${failed:-no}" = no ]; then
  if grep -q '^pending ' "$work/now"; then
    stop failed "the command ended well, and yet these are pending: $(listed pending now | inline)." "The former release goes on serving." \
      "→ See that application.commands.migrate applies all of them."
  fi
  if [ -s "$work/left" ]; then
    stop failed "all are applied, and $(inline <"$work/left") is an invalid index." "The former release goes on serving." \
      "→ $(pasted_sql "REINDEX INDEX CONCURRENTLY $(head -n 1 "$work/left");"), then run this again."
  fi
  unlock
  record applied
  say "$count applied, nothing pending"
  exit 0
fi

# What was pending and no longer is, the last one first.
listed pending now >"$work/still"
grep '^pending ' "$work/plan" | while read -r _ migration rest; do
  grep -qxF "$migration" "$work/still" || echo "$migration $rest"
done >"$work/applied"
culprit=$(listed pending now | head -n 1)
kind=$(awk -v culprit="$culprit" '$1 == "pending" && $2 == culprit { print $3 }' "$work/now")
reason='it failed; its output stands above'
! lock_was_not_free || reason="the lock that it needs was not free in $((retries + 1)) attempts: a long transaction holds it"
serves='The former release goes on serving.'

if [ "$kind" = split ]; then
  stop failed "$culprit is not atomic, and $reason." "$serves Nothing was reversed: part of $culprit may be in the database." \
    "Applied before it: $(cut -d ' ' -f 1 "$work/applied" | inline | grep . || echo none)." \
    "Invalid indexes that it left: $(inline <"$work/left" | grep . || echo none)." \
    "→ Undo what it left$([ ! -s "$work/left" ] || echo " ($(pasted_sql "DROP INDEX CONCURRENTLY $(head -n 1 "$work/left");"))"), mend it, then run this again. See docs/migrations.md."
fi
if [ ! -s "$work/applied" ]; then
  stop failed "$culprit was rolled back: $reason." "$serves The schema is as it was." \
    "→ $(lock_was_not_free && echo "End the long transaction (npm run -s socle -- psql --stack $called -- --command 'SELECT pid, state, xact_start, query FROM pg_stat_activity ORDER BY xact_start;')" || echo 'Mend the migration'), then run this again."
fi
if grep -q ' final$' "$work/applied"; then
  stop kept "$culprit was rolled back: $reason. The ones before it stay: $(cut -d ' ' -f 1 "$work/applied" | inline)." \
    "$serves $(grep ' final$' "$work/applied" | cut -d ' ' -f 1 | inline) cannot be reversed without loss: the schema is between the two releases." \
    "→ Mend $culprit and run this again; or restore the backup, which loses everything written since. See docs/migrations.md."
fi
if [ "$failure" = stop ] || [ -z "$reverse" ]; then
  stop kept "$culprit was rolled back: $reason. The ones before it stay: $(cut -d ' ' -f 1 "$work/applied" | inline)." \
    "$serves The schema is between the two releases (migrations.onFailure is stop, or there is no reverse command)." \
    "→ Mend $culprit and run this again; or go back: npm run -s socle -- migrations reverse --stack $called $(listed before plan | inline)"
fi

# --- back to where it was --------------------------------------------------------------------------------------------
say "$culprit failed; going back over $(cut -d ' ' -f 1 "$work/applied" | inline)"
cp "$work/output" "$work/cause"
# The applications in the order of the way back.
sed 's/\..*//' "$work/applied" | sed '1!G;h;$!d' | awk '!seen[$0]++' >"$work/applications"
while read -r app <&5; do
  head=$(listed before plan | awk -v app="$app." 'index($0, app) == 1 { print substr($0, length(app) + 1); exit }')
  apply "$lock" "$reverse" "$app" "${head:-zero}" || break
done 5<"$work/applications"
cp "$work/cause" "$work/output"
plan_into back || stop unknown "$culprit was rolled back: $reason. Then the way back could not be verified." "$serves" \
  "→ npm run -s socle -- migrations --stack $called"
latest=back
if [ "$(listed before plan)" = "$(listed before back)" ]; then
  stop reversed "$culprit was rolled back: $reason. The ones before it were reversed: $(cut -d ' ' -f 1 "$work/applied" | inline)." \
    "$serves The schema is as it was." "→ Mend $culprit, then run this again."
fi
stop kept "$culprit was rolled back: $reason. Not all before it could be reversed; the output stands above." \
  "$serves The schema is between the two releases; still applied: $(listed before back | grep -vxF "$(listed before plan)" | inline)." \
  "→ Mend $culprit and run this again; or restore the backup, which loses everything written since. See docs/migrations.md."
