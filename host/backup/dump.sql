-- Counts every table and has pg_dump write the same moment: it joins the snapshot of this transaction. WORK: folder.
-- The transaction waits idle as long as pg_dump takes, which the server else ends after a while.
SET idle_in_transaction_session_timeout = 0;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --compress=0 --snapshot="$SNAPSHOT" --file="$WORK/database.dump" && touch "$WORK/dumped"
\include /tools/counts.sql
COMMIT;
