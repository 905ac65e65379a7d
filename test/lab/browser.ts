import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { chromium, type Page } from "playwright-core";

import { Proxy, proxyAddress } from "./browser/proxy.ts";
import { quiet } from "./token.ts";

export interface BrowserOptions {
  /** Name → address, or address:port, for sites that no DNS knows. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** In CSS pixels. Default: 1280 × 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** For each action and page load. Default: 15. */
  readonly timeoutSeconds?: number;
}

export interface Browser {
  readonly page: Page;
  /** What the pages complained about: uncaught errors, and error lines of the console. */
  readonly complaints: readonly string[];
  /** A PNG of what is to be seen. */
  screenshot(file: string): Promise<void>;
  close(): Promise<void>;
}

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * Opens a headless Chromium with an empty profile, which accepts any certificate. It is in a network of its own, since one
 * that sees the engine's networks come and go drops its connections (ERR_NETWORK_CHANGED); and it has the machine quiet.
 */
export async function openBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { hosts = {}, viewport = { width: 1280, height: 800 }, timeoutSeconds = 15 } = options;
  const executablePath = process.env.SOCLE_CHROMIUM ?? places.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error(
      `no Chromium at ${places.join(", ")}: install it (Debian: apt-get install chromium) or name one in SOCLE_CHROMIUM`,
    );
  }
  const giveBack = await quiet();
  const proxy = await Proxy.open(hosts);
  const browser = await chromium
    .launch({
      executablePath: join(import.meta.dirname, "browser", "own-network.sh"),
      env: {
        ...process.env,
        SOCLE_BROWSER: executablePath,
        SOCLE_NODE: process.execPath,
        SOCLE_RELAY: join(import.meta.dirname, "browser", "relay.mjs"),
        SOCLE_PROXY: proxy.socket,
      },
      headless: true,
      // Its sandbox does not start for root, as whom CI often runs; it opens pages of the test only.
      chromiumSandbox: false,
      args: [
        // /dev/shm of a container is often too small for it.
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        // Its own errands to its maker fail where there is no way out, and are nobody's test.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        // Also to this machine's own servers.
        `--proxy-server=${proxyAddress}`,
        "--proxy-bypass-list=<-loopback>",
      ],
    })
    .catch(async (error: unknown) => {
      await proxy.close();
      giveBack();
      throw error;
    });
  const close = async (): Promise<void> => {
    // The relay ends with the proxy, and the browser's outputs are closed when the relay has ended too.
    await proxy.close();
    await browser.close();
    giveBack();
  };
  try {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport });
    context.setDefaultTimeout(timeoutSeconds * 1000);
    const complaints: string[] = [];
    context.on("weberror", (error) => complaints.push(error.error().message));
    context.on("console", (message) => {
      // Browsers ask for this icon by themselves, on pages that name none.
      const ownErrand = message.location().url.endsWith("/favicon.ico");
      if (message.type() === "error" && !ownErrand) complaints.push(message.text());
    });
    const page = await context.newPage();
    return {
      page,
      complaints,
      async screenshot(file) {
        await mkdir(dirname(file), { recursive: true });
        await page.screenshot({ path: file });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
