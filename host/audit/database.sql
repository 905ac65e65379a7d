-- What an audit asks of the database, a line each: what, and its values after bars.
SELECT 'checksums|' || current_setting('data_checksums');
SELECT 'failures|' || coalesce(datname, 'shared') || '|' || coalesce(checksum_failures, 0) FROM pg_stat_database
WHERE checksum_failures > 0;
-- One that is being built is not valid yet.
SELECT 'invalid|' || i.indexrelid::regclass FROM pg_index i
WHERE NOT i.indisvalid AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid);
