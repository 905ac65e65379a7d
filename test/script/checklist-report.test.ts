// The checklist report of good and bad stacks, as a browser shows it and as Markdown.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { ProjectCopy } from "../../operations/check/project-copy.ts";
import { checklist, linesOf } from "../../policies/checklist.ts";
import { rules } from "../../policies/catalogue.ts";
import { type Browser, openBrowser } from "../lab/browser.ts";
import { contrasts } from "../lab/contrast.ts";
import { quietly } from "../lab/token.ts";

const script = `<script>document.title = "spoiled"</script>`;

describe("the checklist report", function () {
  this.timeout(300_000);
  let copy: ProjectCopy;
  let browser: Browser;
  let folder: string;
  before(async function () {
    folder = mkdtempSync(join(tmpdir(), "socle-report-"));
    copy = await ProjectCopy.create();
    browser = await quietly(this, () => openBrowser());
  });
  after(async () => {
    await browser.close();
    await copy.remove();
    rmSync(folder, { recursive: true });
  });

  /** Writes both forms of the report on the example with changes, and opens the page. */
  async function report(changes: Record<string, unknown> = {}): Promise<{ said: string; page: string; text: string }> {
    await copy.configure(changes);
    const { code, said } = await copy.run("operations/report/report.ts", "-s", "production", "--output", folder);
    assert.equal(code, 0, said);
    const file = (end: string): string => join(folder, `checklist-production.${end}`);
    await browser.page.goto(`file://${file("html")}`);
    return { said, page: readFileSync(file("html"), "utf8"), text: readFileSync(file("md"), "utf8") };
  }

  /** State of every line, as a reader sees it. */
  async function states(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const section of await browser.page.locator("main section:has(.line)").all()) {
      const part = await section.getByRole("heading", { level: 2 }).textContent();
      const titles = await section.getByRole("heading", { level: 3 }).allTextContents();
      const seen = await section.locator(".line .state").allTextContents();
      for (const [index, title] of titles.entries())
        found[`${part ?? ""}: ${title}`] = (seen[index] ?? "").replace(/^\S /, "");
    }
    return found;
  }
  const verdict = (): Promise<string | null> => browser.page.locator(".verdict p").first().textContent();

  it("has every line of the checklist, in order, and every rule", async () => {
    const { text } = await report();
    assert.deepEqual(
      Object.keys(await states()),
      checklist.map(({ line }) => line),
    );
    const rows = await browser.page.locator("section:has(#rules) tbody th").allTextContents();
    assert.deepEqual(
      rows,
      rules.map(({ id }) => id),
    );
    for (const { plain } of checklist) assert.ok(text.includes(plain), plain);
    for (const { id } of rules) assert.match(text, new RegExp(`^\\| ${id} \\|`, "m"));
    // Each rule that a line names leads to what the appendix says of it.
    for (const link of await browser.page.locator("main .line a").all())
      assert.equal(await browser.page.locator((await link.getAttribute("href")) ?? "").count(), 1);
  });

  it("says of the example what is met and what is waived, until when, by whom and why", async () => {
    const { text } = await report();
    const found = await states();
    for (const line of ["Security: DEBUG off", "Security: TLS on", "Configuration: environment validated"])
      assert.equal(found[line], "Met", line);
    assert.equal(found["Configuration: monitoring on"], "Waived");
    const waiver = /MON-01 is waived for site until \d+ \w+ \d{4} by admin@example\.org: This version of Socle watches/;
    assert.match(await browser.page.locator("main").innerText(), waiver);
    assert.match(text.replaceAll("\\", ""), waiver);
  });

  it("says of a bad stack what is wrong, on which line, and what to do", async () => {
    const documentation = { procedures: "policies/PulumiPolicy.yaml", contacts: "https://example.org/contacts" };
    const { said, text } = await report({
      documentation,
      "policies.waivers": [],
      "site.corsOrigins": ["https://elsewhere.example.net"],
    });
    const found = await states();
    assert.equal(found["Security: CORS strict (no wildcard, https, own domains)"], "Not met");
    assert.equal(found["Configuration: monitoring on"], "Not met");
    assert.equal(found["Documentation: procedures"], "Met");
    assert.equal(found["Documentation: support contacts"], "Met");
    assert.equal(found["Documentation: incident runbook"], "Not met");
    assert.equal(found["Security: DEBUG off"], "Met");
    assert.equal(await verdict(), "The production site must not go out yet.");
    assert.match(said, /The production site must not go out yet\.\n.*lines of the checklist are met/);
    const foreign = /DJ-05: site, site\.corsOrigins\.0: found "https:\/\/elsewhere\.example\.net", not of the site/;
    assert.match(await browser.page.locator("main").innerText(), foreign);
    assert.match(text.replaceAll("\\", ""), foreign);
  });

  it("says where settings are refused, and judges nothing else", async () => {
    await report({ "application.debug": true });
    const found = await states();
    assert.equal(found["Security: DEBUG off"], "Not met");
    assert.equal(found["Configuration: environment validated"], "Not met");
    assert.equal(found["Security: TLS on"], "Not checked");
    assert.match((await verdict()) ?? "", /must not go out: its settings are refused/);
  });

  it("takes nothing of the settings for HTML or Markdown", async () => {
    const waivers = [
      {
        rule: "MON-01",
        resource: "site",
        reason: `${script} | a "reason" & more`,
        by: "<b>Ada</b>",
        expires: "2099-01-01",
      },
    ];
    const { page, text } = await report({ "policies.waivers": waivers });
    assert.ok(!page.includes("<script") && !page.includes("<b>"));
    assert.match(await browser.page.title(), /^Pre-production checklist of production/);
    assert.ok(
      (await browser.page.locator("main").innerText()).includes(`by <b>Ada</b>: ${script} | a "reason" & more`),
    );
    assert.ok(text.includes("\\<script\\>") && text.includes("\\| a") && !/[^\\]<script/.test(text));
    assert.deepEqual(browser.complaints, []);
  });

  it("echoes no secret", async () => {
    const password = "a very secret literal of this test";
    await copy.configure({ "application.environment": { SMTP_PASSWORD: password } });
    const { said, printed } = await copy.run("operations/report/report.ts", "-s", "production", "-o", "-");
    assert.ok(!said.includes(password));
    assert.match(printed, /SMTP\\?_PASSWORD/);
  });

  it("can be read by everybody: language, landmarks, headings, contrast, on a phone, by day and night, on paper", async () => {
    const { page } = browser;
    await report({ "policies.waivers": [] });
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    for (const landmark of ["banner", "main", "contentinfo"] as const)
      assert.equal(await page.getByRole(landmark).count(), 1, landmark);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    const levels: number[] = [];
    for (const heading of await page.getByRole("heading").all())
      for (const level of [1, 2, 3, 4])
        if (await heading.and(page.getByRole("heading", { level })).count()) levels.push(level);
    assert.ok(levels.length > checklist.length);
    for (const [index, level] of levels.entries())
      assert.ok(level <= (levels[index - 1] ?? 0) + 1, "no level is left out");
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const texts = await contrasts(page);
      assert.ok(texts.length > 100);
      assert.deepEqual(
        texts.filter(({ ratio }) => ratio < 4.5),
        [],
        `${colorScheme}: texts of less contrast than WCAG 2.2 AA asks for`,
      );
    }
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    await page.emulateMedia({ media: "screen" });
    await page.setViewportSize({ width: 360, height: 700 });
    assert.ok(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no scrolling sideways");
  });

  it("is printed where a pipeline asks for it, in one form, and refuses what it does not know", async () => {
    await copy.configure();
    const { code, printed } = await copy.run(
      "operations/report/report.ts",
      "-s",
      "production",
      "-o",
      "-",
      "-f",
      "markdown",
    );
    assert.equal(code, 0);
    assert.match(printed, /^# Pre-production checklist of production\n/);
    assert.ok(!printed.includes("<!doctype"));
    for (const [words, answer] of [
      [["-s", "nowhere"], /There is no .*Pulumi\.nowhere\.yaml/],
      [["-s", "production", "-f", "pdf"], /Allowed choices are html, markdown/],
      [[], /required option '-s, --stack <name>' not specified/],
      [["-s", "production", "-o", "Pulumi.yaml"], /Pulumi\.yaml/],
    ] as const) {
      const attempt = await copy.run("operations/report/report.ts", ...words);
      assert.equal(attempt.code, 2, attempt.said);
      assert.match(attempt.said, answer);
    }
  });

  it("speaks of every line that a rule serves", async () => {
    await report();
    const found = await states();
    const unasked = rules.flatMap(linesOf).filter((line) => found[line] === "Not checked");
    assert.deepEqual(unasked, []);
  });
});
