-- Counts every table and has pg_dump write the same moment: it joins the snapshot of this transaction.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --format=custom --compress=0 --snapshot="$SNAPSHOT" --file=/backups/work/database.dump && touch /backups/work/dumped
\include /tools/counts.sql
COMMIT;
