// A person's path through a running stack, in a browser.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";

import { type Browser, openBrowser } from "../../lab/browser.ts";
import { until } from "../../lab/deadline.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import { quietly } from "../../lab/token.ts";
import { pdf } from "../../lab/pdf.ts";

const picture = join(import.meta.dirname, "..", "..", "..", "docs", "images", "site.png");

export function person(site: () => LocalSite): void {
  describe("a person's path through a local stack", function () {
    this.timeout(300_000);
    let browser: Browser;
    /** Answers that a page asked for in vain. */
    const refused: string[] = [];
    /** What the page asked for and has no answer to yet. */
    const asked = new Set<unknown>();
    before(async function () {
      browser = await quietly(this, () => openBrowser());
      browser.page.on("request", (request) => asked.add(request));
      browser.page.on("requestfinished", (request) => asked.delete(request));
      browser.page.on("requestfailed", (request) => asked.delete(request));
      browser.page.on("response", (answer) => {
        if (answer.status() >= 400) refused.push(`${answer.status()} ${answer.url()}`);
      });
    });
    after(() => browser.close());
    const at = (id: string) => browser.page.getByTestId(id);
    /** The page has all that it asked for; until then it may replace what is filled in. */
    const shown = () => browser.page.locator("main:not([aria-busy]) h1").waitFor();
    const address = (path: string): string => `${site().visitor().origin}${path}`;
    /** What the steps so far complained about; each test begins with none. */
    let complaints = 0;
    const content = (): void => {
      const latest = browser.complaints.slice(complaints);
      complaints = browser.complaints.length;
      assert.deepEqual([...latest, ...refused.splice(0)], []);
    };

    it("signs in on the page", async () => {
      await browser.page.goto(address("/"));
      await at("start").click();
      await at("username").fill(site().output.adminUser ?? "");
      await at("password").fill(site().output.adminPassword ?? "");
      await at("sign-in-submit").click();
      await at("sign-out").waitFor();
      await at("live").filter({ hasText: "on" }).waitFor();
      assert.equal(await at("release").textContent(), site().output.release);
      content();
    });

    it("uploads a PDF, and sees its result arrive without a reload", async () => {
      await at("nav-copies").click();
      await shown();
      await browser.page.evaluate("window.sameDocument = true");
      await at("title").fill("A copy of three pages");
      await at("file").setInputFiles({ name: "three.pdf", mimeType: "application/pdf", buffer: pdf(3) });
      const asked: string[] = [];
      browser.page.on("request", (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
      await at("upload-submit").click();
      const copy = at("copy").filter({ hasText: "A copy of three pages" });
      await copy.getByText("Processed").waitFor();
      assert.equal((await copy.getByTestId("copy-pages").textContent())?.trim(), "3 pages");
      assert.equal(await browser.page.evaluate("window.sameDocument"), true);
      assert.deepEqual(asked, ["POST /api/copies/"], "the result came by the WebSocket, nothing was asked for again");
      if (process.env["SOCLE_SCREENSHOTS"] === "1") await browser.screenshot(picture);
      content();
    });

    it("finds a copy again by its own address, and downloads it", async () => {
      await at("copy-link").filter({ hasText: "A copy of three pages" }).click();
      await at("sha256").waitFor();
      const deep = browser.page.url();
      assert.match(deep, /\/copies\/[0-9a-f-]{36}$/);
      await browser.page.reload();
      assert.equal(await at("pages").textContent(), "3");
      assert.equal(browser.page.url(), deep);
      const [download] = await Promise.all([browser.page.waitForEvent("download"), at("download").click()]);
      assert.equal(await download.failure(), null);
      assert.equal(download.suggestedFilename(), "three.pdf");
      content();
    });

    it("administers the site, with its styles", async () => {
      const page = browser.page;
      await page.goto(address("/admin/copies/copy/"));
      await page.getByRole("link", { name: "A copy of three pages" }).waitFor();
      const styles = await page.evaluate(
        "[...document.styleSheets].filter((sheet) => sheet.cssRules.length > 0).length",
      );
      assert.ok(Number(styles) > 0, "no style sheet was loaded");
      await until("beat has left a trace", 30, async () => {
        await page.goto(address("/admin/copies/trace/"));
        return (await page.locator("#result_list tbody tr").count()) > 0;
      });
      await page.locator("#result_list tbody tr").first().waitFor();
      content();
    });

    it("signs in to the administration on its own page", async () => {
      const page = browser.page;
      await page.context().clearCookies();
      await page.goto(address("/admin/"));
      await page.locator("#id_username").fill(site().output.adminUser ?? "");
      await page.locator("#id_password").fill(site().output.adminPassword ?? "");
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("heading", { name: "Site administration" }).waitFor();
      content();
    });

    it("signs out", async () => {
      await browser.page.goto(address("/copies"));
      await shown();
      // Once it is live, the page asks for what it may have missed: who signs out before the answer gets a 401.
      await at("live").filter({ hasText: "on" }).waitFor();
      await until("the page has its answers", 10, async () => {
        // The browser tells of a request a moment after the page shows what it was made for.
        await sleep(500);
        return asked.size === 0;
      });
      await at("sign-out").click();
      await at("nav-sign-in").waitFor();
      await at("live").filter({ hasText: "off" }).waitFor();
      await browser.page.goto(address("/copies"));
      await at("sign-in").waitFor();
      assert.match(browser.page.url(), /\/sign-in\?next=%2Fcopies$/);
      content();
    });
  });
}
