-- Changes one row of a hundred: those that lie side by side, or one here and one there.
UPDATE bench_copy SET body = md5(body || clock_timestamp()) || substr(body, 33)
WHERE CASE WHEN :'how' = 'clustered' THEN id BETWEEN :rows / 2 AND :rows / 2 + :rows / 100 ELSE id % 100 = 0 END;
