-- A database of some 600 MB: rows that are written once and rows that change, with text that compresses to about a half.
CREATE TABLE bench_copy (
  id bigint PRIMARY KEY,
  owner integer NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  written timestamptz NOT NULL
);
ALTER TABLE bench_copy OWNER TO site;
INSERT INTO bench_copy
SELECT g, g % 1000, 'copy ' || g,
  md5(g::text) || md5((g + 1)::text) || ' ' || md5((g * 7)::text) || repeat(' the quick brown fox', 4),
  timestamptz '2026-01-01' + g * interval '1 second'
FROM generate_series(1, :rows) AS g;
CREATE INDEX ON bench_copy (owner, written);
