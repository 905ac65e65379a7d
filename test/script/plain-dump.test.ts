// What of a plain dump is run, and what stays behind because it belongs to the former server.
import assert from "node:assert/strict";
import { join } from "node:path";

import { describe, it } from "mocha";

import { lines, run } from "../lab/command.ts";

const program = join(import.meta.dirname, "..", "..", "host", "backup", "plain.awk");
const filtered = (input: string) => run("awk", ["-f", program], { input, check: false });

describe("a plain dump that is taken in", () => {
  it("leaves owners, privileges, roles, extensions and databases behind, over several lines too", async () => {
    const { code, stdout, stderr } = await filtered(`\\restrict token
CREATE DATABASE site WITH TEMPLATE = template0;
\\connect site
SET transaction_timeout = 0;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
COMMENT ON EXTENSION "uuid-ossp" IS 'ids';
CREATE TABLE public.copy (id int);
ALTER TABLE public.copy OWNER TO former;
GRANT SELECT ON TABLE public.copy
    TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE former GRANT ALL ON TABLES TO reader;
CREATE SCHEMA public;
CREATE SCHEMA publications;
ALTER TABLE ONLY public.copy ADD CONSTRAINT copy_pkey PRIMARY KEY (id);
\\unrestrict token
`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(lines(stdout), [
      "CREATE TABLE public.copy (id int);",
      "CREATE SCHEMA publications;",
      "ALTER TABLE ONLY public.copy ADD CONSTRAINT copy_pkey PRIMARY KEY (id);",
    ]);
    assert.deepEqual(lines(stderr), [
      "database",
      "connection to another database",
      "setting of the former server",
      "extension\tuuid-ossp",
      "comment on an extension",
      "owner",
      "privilege",
      "privilege",
      "schema public",
    ]);
  });

  it("passes data and bodies of functions as they are", async () => {
    const text = `COPY public.copy (id, note) FROM stdin;
1\tit's $$
GRANT ALL ON x TO y;
\\.
CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS $body$ BEGIN
GRANT ALL ON x TO y; -- $$
END $body$;
COMMENT ON TABLE public.copy IS 'costs $$ and it''s $$';
-- a remark with $$
CREATE FUNCTION public.g() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE TABLE public.last (id int);
`;
    const { stdout, stderr } = await filtered(`${text}GRANT ALL ON public.last TO x;\n`);
    assert.equal(stdout, text);
    assert.deepEqual(lines(stderr), ["privilege"]);
  });

  it("is refused where it commands psql, which could run anything", async () => {
    const { code, stderr } = await filtered("CREATE TABLE a (id int);\n\\! touch /tmp/x\n");
    assert.equal(code, 1);
    assert.equal(stderr, "refused\t2: a command of psql\n");
  });
});
