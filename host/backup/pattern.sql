-- What looks like a person's, and is not what a mask makes (mask.sql): mail, phone, IBAN, or nothing.
CREATE FUNCTION socle_anonymise.pattern(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN strpos(value, '@') > 0 AND EXISTS (
      SELECT FROM regexp_matches(value, '[[:alnum:]._%+-]@([[:alnum:]-]+(?:\.[[:alnum:]-]+)*\.[[:alpha:]]{2,})', 'g') AS found
      WHERE lower(found[1]) !~ '(^|\.)(example\.(com|net|org)|example|invalid|test|localhost)$') THEN 'mail'
    WHEN value ~ '[0-9]{2}' AND EXISTS (
      SELECT FROM regexp_matches(value, '(?<![[:alnum:].])((?:\+|0)[0-9](?:[ ./()-]{0,2}[0-9]){7,13})(?![[:alnum:]])', 'g') AS found
      WHERE ltrim(regexp_replace(found[1], '[^0-9]', '', 'g'), '0') NOT LIKE '999%') THEN 'phone'
    WHEN value ~* '[a-z]{2}[0-9]{2}' AND EXISTS (
      SELECT FROM regexp_matches(upper(value), '\m[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}\M', 'g') AS found,
        LATERAL (SELECT replace(found[1], ' ', '') AS compact) plain,
        -- ISO 7064: the first four characters go to the end, letters count from 10, and 97 leaves 1.
        LATERAL (SELECT string_agg(CASE WHEN c BETWEEN 'A' AND 'Z' THEN (ascii(c) - 55)::text ELSE c END, '' ORDER BY n) AS number
          FROM regexp_split_to_table(substr(compact, 5) || left(compact, 4), '') WITH ORDINALITY AS parts (c, n)) counted
      WHERE substr(compact, 3, 2) BETWEEN '02' AND '98' AND number::numeric % 97 = 1) THEN 'IBAN'
  END
$$;
