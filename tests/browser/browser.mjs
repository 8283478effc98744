// The browser, and what no page in it may do: fail, break its policy, ask another host.

import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Visitor } from "./visitor.mjs";

/** Nothing here talks to anybody but the server that is tested. */
const FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Refusals that the page deals with. The browser writes them down as errors. */
const REFUSED = /the server responded with a status of (400|401|403|409|422|429)/;

export class Browser {
  /** Begins with an empty profile. */
  static async launch(url, screenshots) {
    const require = createRequire(import.meta.url);
    const { chromium } = require(process.env.TEST_PLAYWRIGHT);
    // Chromium's sandbox does not work for root.
    const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    const chrome = await chromium.launch({ executablePath: process.env.TEST_CHROMIUM, headless: true, args: [...FLAGS, ...sandbox] });
    return new Browser(chrome, url, screenshots, await readFile(process.env.TEST_AXE, "utf8"));
  }

  constructor(chrome, url, screenshots, axe) {
    // A machine of one's own has an address too, at which the page begins.
    this.origins = [url, url.replace("//localhost:", "//127.0.0.1:")];
    Object.assign(this, { chrome, url, screenshots, axe, problems: [], pages: [] });
  }

  /** Somebody with a browser of their own: no cookies, nothing remembered. */
  async visitor(options = {}) {
    const context = await this.chrome.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    this.watch(page);
    return new Visitor(this, page);
  }

  /** Fails when a page did what it must not. */
  assertClean() {
    if (this.problems.length > 0) throw new Error(`the pages did what they must not:\n${this.problems.join("\n")}`);
  }

  /** A picture of each page; answers where they are. */
  async photograph(name) {
    const open = this.pages.filter((page) => !page.isClosed());
    return Promise.all(open.map(async (page, place) => {
      const path = `${name}-${place}.png`;
      await page.screenshot({ path, fullPage: true }).catch(() => {});
      return `${path} (${page.url().split("=")[0]})`;
    }));
  }

  picture(name) {
    return join(this.screenshots, `${name}.png`);
  }

  close() {
    return this.chrome.close();
  }

  watch(page) {
    this.pages.push(page);
    page.on("pageerror", (error) => this.problems.push(`uncaught: ${error.stack}`));
    page.on("console", (message) => {
      const isRefusal = message.location().url.startsWith(`${this.url}/api/v1/`) && REFUSED.test(message.text());
      if (message.type() === "error" && !isRefusal && !isAtProvider(message.location().url)) this.problems.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("request", (request) => {
      const isOurs = this.origins.some((origin) => request.url().startsWith(`${origin}/`)) || /^(data|blob):/.test(request.url());
      if (!isOurs && !isVisit(request)) this.problems.push(`asked another host: ${request.url()}`);
    });
  }
}

/** Whether the browser goes to the provider, or that page asks its own server; none of our pages does. */
function isVisit(request) {
  return isAtProvider(request.url()) && (request.isNavigationRequest() || isAtProvider(request.frame().url()));
}

/** What the provider's page does there, such as to have no icon, is its own affair. */
function isAtProvider(url) {
  const provider = process.env.BROWSER_PROVIDER;
  return provider !== undefined && url.startsWith(`${provider}/`);
}
