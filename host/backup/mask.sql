-- Masks: each makes another value of the same form, the same for the same value within this session and never again. The
-- key (RFC 2104, HMAC-SHA-256) is in this session's memory alone. What they make can be told from real data: words begin with
-- a q, addresses of mail are of example.org, phone numbers begin with 999, which no country has, IBANs have the check digits
-- 00, which none has. So the leak scan finds no fault with it, and nobody is ever written to or called.
DO $$
DECLARE key bytea := '\x';
BEGIN
  FOR n IN 1..4 LOOP key := key || uuid_send(gen_random_uuid()); END LOOP;
  PERFORM set_config('socle.inner', '\x' || string_agg(lpad(to_hex(get_byte(key, n) # 54), 2, '0'), '' ORDER BY n), false),
    set_config('socle.outer', '\x' || string_agg(lpad(to_hex(get_byte(key, n) # 92), 2, '0'), '' ORDER BY n), false)
  FROM generate_series(0, 63) n;
END $$;

SET search_path = socle_anonymise, pg_catalog;

CREATE FUNCTION hash(value text) RETURNS bytea LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT sha256(current_setting('socle.outer')::bytea || sha256(current_setting('socle.inner')::bytea || convert_to(value, 'UTF8')))
$$;

-- 64 letters: no digit, so that they are never taken for a number.
CREATE FUNCTION letters(value text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT translate(encode(socle_anonymise.hash(value), 'hex'), '0123456789', 'ghijklmnop')
$$;

-- MOST: characters that fit, where there is a limit.
CREATE FUNCTION mail(value text, most integer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN value = '' THEN '' ELSE left(socle_anonymise.letters(value), greatest(least(16, most - 12), 1)) || '@example.org' END
$$;

CREATE FUNCTION login(value text, most integer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN value = '' THEN '' ELSE left(CASE WHEN most < 21 THEN '' ELSE 'user-' END || left(socle_anonymise.letters(value), 16), most) END
$$;

CREATE FUNCTION token(value text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT left(repeat(socle_anonymise.letters(value), length(value) / 64 + 1), length(value))
$$;

-- Of the same length and case.
CREATE FUNCTION word(value text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  h bytea := socle_anonymise.hash(lower(value));
  made text := 'q';
BEGIN
  FOR n IN 1..length(value) - 1 LOOP
    made := made || CASE n % 2
      WHEN 1 THEN substr('aeio', 1 + get_byte(h, n % 32) % 4, 1)
      ELSE substr('bcdfghjklmnprstvwz', 1 + get_byte(h, n % 32) % 18, 1)
    END;
  END LOOP;
  IF length(value) > 1 AND value = upper(value) AND value <> lower(value) THEN RETURN upper(made); END IF;
  RETURN CASE WHEN left(value, 1) = upper(left(value, 1)) THEN upper(left(made, 1)) || substr(made, 2) ELSE made END;
END $$;

-- None becomes a 0, with which a phone number could begin.
CREATE FUNCTION digits(value text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  h bytea := socle_anonymise.hash(value);
  made text := '';
  c text;
BEGIN
  FOR n IN 1..length(value) LOOP
    c := substr(value, n, 1);
    made := made || CASE WHEN c BETWEEN '0' AND '9' THEN (1 + get_byte(h, n % 32) % 9)::text ELSE c END;
  END LOOP;
  RETURN made;
END $$;

-- Words and numbers, one by one; spaces and punctuation stay. Whatever is neither is a word, in any script.
CREATE FUNCTION name(value text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  made text := '';
  part text;
BEGIN
  FOR part IN SELECT match[1] FROM regexp_matches(value, '[0-9]+|[\s!-/:-@\[-`{-~]+|[^\s0-9!-/:-@\[-`{-~]+', 'g') AS match LOOP
    made := made || CASE
      WHEN part ~ '^[0-9]' THEN socle_anonymise.digits(part)
      WHEN part ~ '^[\s!-/:-@\[-`{-~]' THEN part
      ELSE socle_anonymise.word(part)
    END;
  END LOOP;
  RETURN made;
END $$;

-- Zeros at its beginning stay, so that a national number looks like one.
CREATE FUNCTION phone(value text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  h bytea := socle_anonymise.hash(value);
  made text := '';
  rank integer := 0;
  c text;
BEGIN
  FOR n IN 1..length(value) LOOP
    c := substr(value, n, 1);
    IF c BETWEEN '1' AND '9' OR (rank > 0 AND c = '0') THEN
      rank := rank + 1;
      c := CASE WHEN rank <= 3 THEN '9' ELSE (get_byte(h, n % 32) % 10)::text END;
    ELSIF c NOT BETWEEN '0' AND '9' AND c !~ '[[:space:]!-/:-@]' THEN
      c := 'q';
    END IF;
    made := made || c;
  END LOOP;
  RETURN made;
END $$;

-- Its country stays; what is no IBAN has nothing that stays.
CREATE FUNCTION iban(value text) RETURNS text LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  h bytea := socle_anonymise.hash(value);
  made text := '';
  rank integer := 0;
  c text;
BEGIN
  IF value !~* '^\s*[a-z]{2}\s*[0-9]{2}[a-z0-9\s-]*$' THEN RETURN socle_anonymise.token(value); END IF;
  FOR n IN 1..length(value) LOOP
    c := substr(value, n, 1);
    IF c ~* '[a-z0-9]' THEN
      rank := rank + 1;
      IF rank > 4 THEN
        c := CASE WHEN c BETWEEN '0' AND '9' THEN (1 + get_byte(h, n % 32) % 9)::text ELSE substr('ABCDEFGHJKLMNPQR', 1 + get_byte(h, n % 32) % 16, 1) END;
      ELSIF rank > 2 THEN
        c := '0';
      END IF;
    END IF;
    made := made || c;
  END LOOP;
  RETURN made;
END $$;

-- As many digits, and the sign.
CREATE FUNCTION number(value numeric) RETURNS numeric LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN abs(value) < 1 OR value IN ('NaN', 'Infinity', '-Infinity') THEN 0 ELSE (
    SELECT sign(value) * (least + mod(('x0' || substr(encode(socle_anonymise.hash(value::text), 'hex'), 1, 15))::bit(64)::bigint, least))
    FROM (SELECT power(10::numeric, length(trunc(abs(value))::text) - 1)::numeric(200, 0) AS least) digits
  ) END
$$;

-- Another day of the same year: ages stay about right.
CREATE FUNCTION day(value timestamp) RETURNS timestamp LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN NOT isfinite(value) THEN value ELSE date_trunc('year', value) + make_interval(days => (get_byte(h, 0) * 256 + get_byte(h, 1)) % 365) END
  FROM socle_anonymise.hash(value::text) h
$$;

-- Of the ranges that are kept for documents (RFC 5737, RFC 3849).
CREATE FUNCTION ip(value text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN value = '' THEN ''
    WHEN value LIKE '%:%' THEN '2001:db8::' || encode(substr(h, 1, 2), 'hex') || ':' || encode(substr(h, 3, 2), 'hex')
    ELSE (ARRAY['192.0.2.', '198.51.100.', '203.0.113.'])[1 + get_byte(h, 0) % 3] || (1 + get_byte(h, 1) % 254)
  END
  FROM socle_anonymise.hash(value) h
$$;

-- Of the same length; of the text itself nothing is in it.
CREATE FUNCTION filler(value text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT substr(repeat(lorem, length(value) / length(lorem) + 2), 1 + get_byte(socle_anonymise.hash(value), 0) % length(lorem), length(value))
  FROM (VALUES ('Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris. ')) filling (lorem)
$$;

-- Of an uploaded file: another name in the same first folder, with the same ending.
CREATE FUNCTION path(value text, most integer) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN value = '' THEN '' ELSE
    coalesce(root, '') || left(socle_anonymise.letters(value), greatest(least(24, most - length(coalesce(root, '')) - length(coalesce(ending, ''))), 1)) || coalesce(ending, '')
  END
  FROM (SELECT substring(value FROM '^[^/]+/') AS root, substring(value FROM '\.[[:alnum:]]{1,8}$') AS ending) parts
$$;

-- What Django's set_unusable_password() leaves: nobody signs in by it.
CREATE FUNCTION password(value text) RETURNS text LANGUAGE sql VOLATILE STRICT AS $$
  SELECT '!' || left(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 40)
$$;

-- The value that a rule puts in a column's place, as SQL.
CREATE FUNCTION expression(rule text, kind text, type text, most integer, name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE rule
    WHEN 'null' THEN 'NULL'
    WHEN 'empty' THEN CASE kind WHEN 'text' THEN '''''' WHEN 'bytea' THEN '''\x''' ELSE '''{}''' END
    WHEN 'mail' THEN format('socle_anonymise.mail(%I::text, %L)::%s', name, most, type)
    WHEN 'login' THEN format('socle_anonymise.login(%I::text, %L)::%s', name, most, type)
    WHEN 'path' THEN format('socle_anonymise.path(%I::text, %L)::%s', name, most, type)
    WHEN 'digits' THEN CASE kind WHEN 'number' THEN format('socle_anonymise.number(%I)::%s', name, type) ELSE format('socle_anonymise.digits(%I::text)::%s', name, type) END
    WHEN 'date' THEN format('socle_anonymise.day(%I::timestamp)::%s', name, type)
    WHEN 'ip' THEN CASE kind WHEN 'inet' THEN format('socle_anonymise.ip(host(%I))::%s', name, type) ELSE format('socle_anonymise.ip(%I::text)::%s', name, type) END
    WHEN 'token' THEN CASE kind WHEN 'uuid' THEN format('encode(substr(socle_anonymise.hash(%I::text), 1, 16), ''hex'')::uuid::%s', name, type) ELSE format('socle_anonymise.token(%I::text)::%s', name, type) END
    WHEN 'text' THEN format('socle_anonymise.filler(%I::text)::%s', name, type)
    WHEN 'name' THEN format('socle_anonymise.name(%I::text)::%s', name, type)
    WHEN 'phone' THEN format('socle_anonymise.phone(%I::text)::%s', name, type)
    WHEN 'iban' THEN format('socle_anonymise.iban(%I::text)::%s', name, type)
    WHEN 'password' THEN format('socle_anonymise.password(%I::text)::%s', name, type)
  END
$$;
RESET search_path;
