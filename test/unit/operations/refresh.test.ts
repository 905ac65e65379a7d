// The rules of a refresh: what a file may say, how it is laid against the columns of a backup, what is suggested.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { judge, ruleLines } from "../../../operations/refresh/judgement.ts";
import { type Column, misfit, suggestion } from "../../../operations/refresh/rule.ts";
import { parseRules } from "../../../operations/refresh/rules-file.ts";

const column = (named: string, name: string, further: Partial<Column> = {}): Column => ({
  schema: named.includes(".") ? (named.split(".")[0] ?? "") : "public",
  table: named.split(".").at(-1) ?? named,
  column: name,
  named,
  ...{ type: "text", kind: "text", most: null, nullable: false, primary: false, refers: null },
  ...further,
});

describe("the rules of a refresh", () => {
  it("are read with a bare null, empty tables and an empty file", () => {
    const { tables } = parseRules("r.yaml", "tables:\n  a: truncate\n  b: { c: null, d: keep }\n");
    assert.deepEqual(tables, { a: "truncate", b: { c: "null", d: "keep" } });
    assert.deepEqual(parseRules("r.yaml", "").tables, {});
  });

  it("take presets in, which their own lines override", () => {
    const given =
      "presets: [django, celery]\ntables:\n  auth_user: { last_login: null }\n  django_site: truncate\n  django_session: { session_key: token }\n";
    const { tables, own } = parseRules("r.yaml", given);
    assert.deepEqual(Object.keys(own), ["auth_user", "django_site", "django_session"]);
    assert.equal((tables["auth_user"] as Record<string, string>)["last_login"], "null");
    assert.equal((tables["auth_user"] as Record<string, string>)["email"], "mail");
    assert.equal((tables["auth_user"] as Record<string, string>)["password"], "password");
    assert.equal(tables["django_site"], "truncate");
    assert.deepEqual(tables["django_session"], { session_key: "token" });
    assert.equal(tables["django_admin_log"], "truncate");
    assert.equal(tables["django_celery_results_taskresult"], "truncate");
  });

  it("are refused with every mistake at once, and without the value of a canary", () => {
    const text = `presets: [djangoo]
table: {}
tables:
  a: empty
  b: { c: mask, d: keep }
canaries: [abc]
harmless: [a.b]
media: images
`;
    assert.throws(() => parseRules("r.yaml", text), {
      code: "refresh.rules-mistaken",
      facts: {
        file: "r.yaml",
        mistakes: [
          "table: there is no such key; use one of: presets, tables, media, canaries, harmless",
          "presets: there is no djangoo; use one of: django, celery",
          "tables.a: is neither truncate nor a group of columns",
          'tables.b.c: there is no rule "mask"; use one of: keep, null, empty, mail, login, name, phone, iban, path, text, password, digits, date, ip, token',
          'harmless: "a.b" is not COLUMN in PLACE, as the leak scan writes them',
          "canaries: one has fewer than 4 characters",
          "media: is no list of texts of one line each",
        ],
      },
    });
    assert.throws(() => parseRules("r.yaml", "tables: ["), { code: "refresh.rules-not-yaml" });
    assert.throws(() => parseRules("r.yaml", "[]"), { code: "refresh.rules-no-group", facts: { file: "r.yaml" } });
  });

  it("leave no column without one: all that have none are listed, ready to paste", () => {
    const rules = parseRules("r.yaml", "tables:\n  person: { id: keep }\n");
    const columns = [
      column("person", "id", { kind: "number", type: "integer" }),
      column("person", "email"),
      column("person", "team_id", { kind: "number", refers: "team" }),
      column("log.line", "client_ip", { kind: "inet", type: "inet" }),
      column("log.line", "body", { kind: "json", type: "jsonb", nullable: true }),
    ];
    assert.throws(() => judge(rules, columns), {
      code: "refresh.rules-unsuitable",
      facts: { file: "r.yaml", mistakes: [], missing: columns.slice(1) },
    });
  });

  it("suit the columns that they name, and name those that are there", () => {
    const rules = parseRules(
      "r.yaml",
      "tables:\n  person: { id: mail, emial: mail, email: mail, note: null, session_id: keep }\n  persn: truncate\n  session: truncate\n",
    );
    const columns = [
      column("person", "id", { kind: "number", type: "integer" }),
      column("person", "email"),
      column("person", "note"),
      column("person", "session_id", { refers: "session", nullable: true }),
      column("session", "id"),
    ];
    assert.throws(() => judge(rules, columns), {
      code: "refresh.rules-unsuitable",
      facts: {
        file: "r.yaml",
        mistakes: [
          "tables.person.emial: there is no such column; did you mean email?",
          "tables.persn: there is no such table; did you mean person?",
          "tables.person.id: is integer, which mail does not suit; use one of: keep, digits",
          "tables.person.note: may not be null; use empty, or a mask",
          "tables.person.session_id: names rows of session, which is emptied; use null",
        ],
        missing: [],
      },
    });
  });

  it("reach the host a line each, a name with a tab in it too", () => {
    const rules = parseRules(
      "r.yaml",
      'tables:\n  "odd\\ttable": { a: keep }\n  t: truncate\nmedia: ["a/**"]\ncanaries: [secret]\nharmless: [t.a in u.b]\n',
    );
    const ruled = judge(rules, [column("odd\ttable", "a"), column("t", "b")]);
    assert.equal(
      ruleLines(rules, ruled),
      "rule\tpublic\todd\\ttable\ta\tkeep\nrule\tpublic\tt\tb\ttruncate\nmedia\ta/**\ncanary\tsecret\nharmless\tt.a in u.b\n",
    );
  });

  it("are suggested by name and kind, and what is suggested suits", () => {
    const cases: [string, Partial<Column>, string][] = [
      ["contact_email", {}, "mail"],
      ["phone_number", {}, "phone"],
      ["last_name", {}, "name"],
      ["avatar", {}, "path"],
      ["api_token", {}, "token"],
      ["birth_date", { kind: "date", type: "date" }, "date"],
      ["created", { kind: "date", type: "timestamptz" }, "keep"],
      ["email_verified", { kind: "other", type: "boolean" }, "keep"],
      ["body", {}, "text"],
      ["photo", { kind: "bytea", type: "bytea" }, "empty"],
      ["shape", { kind: "other", type: "geometry", nullable: true }, "null"],
      ["number", { kind: "number", type: "bigint" }, "digits"],
      ["amount", { kind: "number", type: "numeric" }, "keep"],
    ];
    for (const [name, further, expected] of cases) {
      const each = column("t", name, further);
      assert.equal(suggestion(each), expected, name);
      assert.equal(misfit(suggestion(each), each), undefined, name);
    }
  });
});
