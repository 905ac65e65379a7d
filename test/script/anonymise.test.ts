// A backup made anonymous on a real PostgreSQL: what masks make, what the leak scan finds, and what is left of raw rows.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { judge, ruleLines } from "../../operations/refresh/judgement.ts";
import type { Column } from "../../operations/refresh/rule.ts";
import { parseRules } from "../../operations/refresh/rules-file.ts";
import { type Ended, SourceMachine } from "./source-machine.ts";

const folder = join(import.meta.dirname, "anonymise");
const site = readFileSync(join(folder, "site.sql"), "utf8");
const rules = readFileSync(join(folder, "rules.yaml"), "utf8");
const raw = /marchetti|jeanne|courrier|12 34 56|1984-03-12|10\.1\.2\.3|pbkdf2|840312345|3M02|李|hash|0532013000/i;

describe("a backup that is made anonymous", function () {
  this.timeout(300_000);
  let machine: SourceMachine;
  let columns: Column[];
  let backup: string;
  /** A row of the first run. */
  let first: string[] = [];
  before(() => {
    machine = new SourceMachine();
    backup = machine.backUp(site, ["branding/logo.png", "uploads/j.marchetti/a b&c.JPG", "uploads/one.pdf"]);
  });
  after(() => {
    machine.remove();
  });

  const make = (id: string, text: string, among = columns): Ended => {
    const given = parseRules("rules.yaml", text);
    return machine.run(`exec sh /tools/anonymise.sh make ${id} token`, ruleLines(given, judge(given, among)));
  };
  /** Nothing raw is left behind, and nothing may leave. */
  const nothingLeft = (): void => {
    assert.equal(machine.sh("ls -A /backups | grep anonymise | tr '\\n' ' '"), "anonymise.lock");
  };

  it("tells its columns, those of partitions and computed ones apart", () => {
    columns = JSON.parse(machine.sh(`sh /tools/anonymise.sh tables ${backup}`)) as Column[];
    const named = (table: string): string[] =>
      columns.filter((each) => each.named === table).map(({ column, kind }) => `${column} ${kind}`);
    assert.deepEqual(named("further.entry"), ["at date", "text text"]);
    assert.deepEqual(named("further.entry_2026"), []);
    assert.deepEqual(named("subscription"), ["mail text", "person_id number"]);
    assert.ok(!columns.some(({ column }) => column === "shouted"));
    assert.deepEqual(
      columns.filter(({ refers }) => refers !== null).map(({ column, refers }) => [column, refers]),
      [["person_id", "person"]],
    );
    nothingLeft();
  });

  it("has no raw value, keeps forms and joins, and uploaded files as names", () => {
    const { status, stdout, stderr } = make(backup, rules);
    assert.equal(status, 0, stderr);
    const made = JSON.parse(stdout) as Record<string, number>;
    assert.deepEqual([made["files"], made["kept"]], [3, 1]);
    assert.equal(machine.sh("ls -A /backups | grep anonymise | tr '\\n' ' '"), "anonymise.lock anonymised");
    machine.sh(`mkdir /backups/got && cd /backups/got && sh /tools/anonymise.sh send token | tar -xz`);
    const text = machine.sh("pg_restore --file - /backups/got/database.dump");
    assert.doesNotMatch(text, raw);
    assert.doesNotMatch(text, /socle_anonymise/);
    const rows = (table: string): string[][] =>
      (new RegExp(`^COPY ${table} .*;\n([^]*?)\\\\\\.$`, "m").exec(text)?.[1] ?? "")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split("\t"));
    const [person = [], second = []] = rows("public.person").sort();
    const forms = [
      /^1$/,
      /^user-[a-p]{16}$/,
      /^![0-9a-f]{40}$/,
      /^[a-p]{16}@example\.org$/,
      /^[a-p]{8}@example\.org$/,
      /^\+99 \(9\)\d \d\d \d\d \d\d \d\d$/,
      /^FR00 \d{4} \d{4} \d{4} \d{4} \d[A-R]\d\d \d{3}$/,
      /^1984-\d\d-\d\d$/,
      /^2026-\d\d-\d\d 00:00:00\+00$/,
      /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/,
      /^[1-9]-[1-9]{9}$/,
      /^1\d{9}$/,
      /^[\w ,.]{55}$/,
      /^\{\}$/,
      /^\\N$/,
      /^[0-9a-f-]{36}$/,
      /^Q\w{5}-Q\w{4} Q\w{8} Q\w{5} Q?q?\w{2}$/,
    ];
    forms.forEach((form, index) => {
      assert.match(person[index] ?? "", form);
    });
    assert.equal(second[2]?.[0], "!");
    assert.match(second[5] ?? "", /^09\.99\.\d\d\.\d\d\.\d\d$/);
    assert.match(second[6] ?? "", /^de00\d{18}$/);
    assert.equal(second[8], "infinity");
    assert.match(second[16] ?? "", /^Q[A-Z]{5} q'Q\w{4}, [1-9]{2} q\w{2} q\w Q\w{3}$/);
    assert.equal(rows("public.subscription")[0]?.[0], person[3], "the join stays");
    assert.deepEqual([rows("public.session"), rows("public.trail")], [[], []]);
    assert.match(rows("further.entry_2026")[0]?.[1] ?? "", /^q\w Q\w{5}$/);
    assert.match(person[17] ?? "", /^uploads\/[a-p]{24}\.JPG$/);
    assert.match(second[17] ?? "", /^branding\/[a-p]{24}\.png$/);
    assert.equal(
      machine.sh("cd /backups/got/media; find . -type f -exec stat -c '%n %s' {} + | sort"),
      [`./${second[17] ?? ""} 18`, "./uploads/one.pdf 0", `./${person[17] ?? ""} 67`].sort().join("\n"),
    );
    first = person;
    machine.sh("sh /tools/anonymise.sh discard token; rm -rf /backups/got");
    nothingLeft();
  });

  it("is refused where a column has no rule, whoever wrote the rules down", () => {
    const lines = ruleLines(parseRules("rules.yaml", rules), judge(parseRules("rules.yaml", rules), columns));
    const lacking = lines.replace(/^rule\tpublic\tperson\tphone\t.*\n/m, "");
    const { status, stderr } = machine.run(`exec sh /tools/anonymise.sh make ${backup} token`, lacking);
    assert.equal(status, 1);
    assert.match(stderr, /there is no rule for person\.phone/);
    nothingLeft();
  });

  it("is refused where a raw value is found anywhere, naming the place and never the value", () => {
    const leaking = machine.backUp(
      `${site}
       INSERT INTO page VALUES (2, 'Written by JMARCHETTI, in May'), (3, 'Project Nightjar'), (4, 'a second page'), (5, 'See Second o''Brien, 12 rue du port.');
       ALTER TABLE page ADD contact text, ADD other text;
       UPDATE page SET contact = 'x', other = 'o.renard@courrier.fr +33 6 98 76 54 32' WHERE id = 2;`,
      ["branding/logo.png", "uploads/Jeanne.Marchetti@courrier.fr.pdf"],
    );
    const text = columns.find(({ named, column }) => named === "page" && column === "text");
    assert.ok(text);
    const added = ["contact", "other"].map((column) => ({ ...text, column }));
    const page = "page: { id: keep, text: keep, contact: login, other: name }";
    const given = `${rules.replace(/page:.*/, page)}\ncanaries: [nightjar]\nharmless: [person.username in page.text]\n`;
    const { status, stderr } = make(leaking, given, [...columns, ...added]);
    assert.equal(status, 1);
    for (const line of [
      "page.other: looks like mail, in 1 rows",
      "page.text: a canary, in 1 lines",
      "page.text: values of person.full_name, in 1 lines",
      "names of uploaded files: values of person.email, in 1 lines",
    ])
      assert.ok(stderr.includes(`  ${line}\n`), stderr);
    assert.doesNotMatch(stderr, /person\.username/, "what is accepted is no finding");
    assert.doesNotMatch(stderr, raw);
    assert.doesNotMatch(stderr, /nightjar|renard|98 76|brien/i);
    nothingLeft();
  });

  it("is not held up by what masks make: no mask's own form is taken for a person's", () => {
    const many = machine.backUp(
      `${site}
       INSERT INTO person (id, username, password, email, short, phone, account, number, income, note, ip, full_name)
       SELECT n, 'user' || n, 'secret' || n, 'p' || n || '@courrier.fr', n || '@c.fr', '+33 6 ' || 10000000 + n, 'FR14 2004 1010 0505 0001 3M02 ' || n,
         '0' || 600000000 + n, n, repeat('call 06 12 34 56 78 or write to p@courrier.fr. ', n % 9), ('10.0.0.' || n % 250)::inet, 'Anne Nom' || n
       FROM generate_series(3, 1000) n;`,
      [],
    );
    const { status, stderr } = make(many, rules);
    assert.equal(status, 0, stderr);
    // The key is gone with each run.
    const logins = machine.sh(
      "sh /tools/anonymise.sh send token | tar -xzO database.dump | pg_restore --file - | grep -o '\\buser-[a-p]*'",
    );
    assert.ok(first[1] !== undefined && !logins.includes(first[1]));
  });

  it("fault 25: killed in the middle, leaves nothing that can be sent, and its rows go at the next run", () => {
    const lines = ruleLines(parseRules("rules.yaml", rules), judge(parseRules("rules.yaml", rules), columns));
    // At the moment that masking begins.
    const killed = machine.run(
      `cat >/tmp/lines
       sh /tools/anonymise.sh make ${backup} token </tmp/lines >/dev/null 2>&1 & pid=$!
       until [ -e /backups/anonymise/samples ]; do sleep 0.01; done
       kill -9 $pid $(head -n 1 /backups/anonymise/data/postmaster.pid)
       ls -A /backups | grep anonymise | tr '\\n' ' '`,
      lines,
    );
    assert.equal(killed.stdout.trim(), "anonymise anonymise.lock", killed.stderr);
    assert.notEqual(machine.run("sh /tools/anonymise.sh send token").status, 0);
    machine.sh(`sh /tools/anonymise.sh tables ${backup}`);
    nothingLeft();
  });

  it("D9: raw backups of another stack are not fetched from an off-site repository either", () => {
    const refused = machine.run(`
      printf test >/tmp/key-file
      export RESTIC_REPOSITORY=/backups/repository RESTIC_PASSWORD_FILE=/tmp/key-file STACK=socle-staging
      unset RESTIC_PASSWORD
      exec sh /tools/fetch.sh own /backups/fetched latest`);
    const host = machine.sh("hostname");
    assert.equal(refused.status, 1);
    assert.ok(
      refused.stderr.includes(
        `has backups of ${host}: data of one stack is never brought to another; nothing was changed`,
      ),
      refused.stderr,
    );
    assert.match(refused.stderr, /socle refresh/);
    assert.equal(machine.run("ls /backups/fetched").status, 2);
  });
});
