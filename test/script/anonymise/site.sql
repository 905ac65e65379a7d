CREATE DOMAIN mail_address AS varchar(60);
CREATE TABLE person (
  id integer PRIMARY KEY,
  username varchar(150) UNIQUE NOT NULL,
  password varchar(128) NOT NULL,
  email varchar(254) NOT NULL,
  short varchar(20),
  phone text,
  account varchar(34),
  born date,
  seen timestamptz,
  ip inet,
  number text,
  income integer,
  note text NOT NULL,
  meta jsonb,
  tags text[],
  ref uuid,
  full_name text,
  photo varchar(100),
  shouted text GENERATED ALWAYS AS (upper(full_name)) STORED
);
CREATE TABLE subscription (mail mail_address PRIMARY KEY, person_id integer REFERENCES person);
CREATE TABLE session (key text PRIMARY KEY, data text);
CREATE TABLE page (id integer PRIMARY KEY, text text);
CREATE SCHEMA further;
CREATE TABLE further.entry (at date NOT NULL, text text) PARTITION BY RANGE (at);
CREATE TABLE further.entry_2026 PARTITION OF further.entry FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE trail (text text);
CREATE FUNCTION remember() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO trail VALUES (OLD.email); RETURN NEW; END $$;
CREATE TRIGGER remembers AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION remember();
INSERT INTO person (id, username, password, email, short, phone, account, born, seen, ip, number, income, note, meta, tags, ref, full_name, photo) VALUES
  (1, 'jmarchetti', 'pbkdf2_sha256$1$salt$hash', 'Jeanne.Marchetti@courrier.fr', 'jm@c.fr', '+33 (0)6 12 34 56 78',
   'FR14 2004 1010 0505 0001 3M02 606', '1984-03-12', '2026-01-01 10:00+00', '10.1.2.3', '1-840312345', 2147483647,
   E'Called 06 12 34 56 78\nthen jeanne.marchetti@courrier.fr', '{"mail": "jeanne.marchetti@courrier.fr"}', '{a,"jeanne marchetti"}',
   '7b0e3f52-93c5-4d3c-9a54-0a6c9d7d1f11', 'Jeanne-Marie Marchetti Éluard 李小龙', 'uploads/j.marchetti/a b&c.JPG'),
  (2, 'second', '', 'second@courrier.fr', NULL, '06.11.22.33.44', 'de89370400440532013000', '2000-02-29', 'infinity', NULL, '12', 7, '', NULL, NULL, NULL,
   'SECOND o''Brien, 12 rue du Port', 'branding/logo.png');
INSERT INTO subscription VALUES ('Jeanne.Marchetti@courrier.fr', 1);
INSERT INTO session VALUES ('abcdefghijklmnop', 'of jeanne.marchetti@courrier.fr');
INSERT INTO page VALUES (1, 'About us');
INSERT INTO further.entry VALUES ('2026-05-01', 'by Jeanne');
