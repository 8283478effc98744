// Somebody at the page, and the steps that journeys share.

import assert from "node:assert/strict";
import { linkFor } from "./mailbox.mjs";

export const PASSWORD = "seven dry stone walls";

let count = 0;

export class Visitor {
  constructor(browser, page) {
    Object.assign(this, { browser, page });
  }

  /** Opens the page at a view, anew also when it is there already. */
  async open(view = "") {
    await this.page.goto("about:blank");
    await this.page.goto(`${this.browser.url}/account${view && `#${view}`}`);
    await this.page.locator("h1").waitFor();
  }

  /** Waits until a view is shown. */
  async sees(title) {
    await this.page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
    assert.ok((await this.page.title()).startsWith(`${title} · `), "the tab says where one is");
  }

  /** Waits for a message. */
  async isTold(text) {
    await this.page.getByRole("status").filter({ hasText: text }).waitFor();
  }

  async fill(label, text) {
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  async press(name) {
    await this.page.getByRole("button", { name, exact: true }).click();
  }

  /** Goes by the navigation. */
  async goTo(title) {
    const menu = this.page.getByRole("button", { name: /^Menu:/ });
    if ((await menu.isVisible()) && (await menu.getAttribute("aria-expanded")) === "false") await menu.click();
    await this.page.getByRole("navigation", { name: "Account" }).getByRole("link", { name: title, exact: true }).click();
    await this.sees(title);
  }

  /** Registers somebody new, who is signed in then. */
  async signUp(name = "Ada Lovelace", title = "visitor") {
    count += 1;
    this.email = `${title}-${process.pid}-${Date.now()}-${count}@example.com`;
    this.password = PASSWORD;
    await this.open("sign-up");
    await this.fill("Name", name);
    await this.fill("E-mail address", this.email);
    await this.fill("Password", this.password);
    await this.press("Create account");
    await this.sees("Overview");
  }

  /** Fills in the form of the sign-in; what follows depends on the account. */
  async enterPassword() {
    await this.open("sign-in");
    await this.sees("Sign in");
    await this.fill("E-mail address", this.email);
    await this.fill("Password", this.password);
    await this.press("Sign in");
  }

  async signIn() {
    await this.enterPassword();
    await this.sees("Overview");
  }

  async signOut() {
    await this.press("Sign out");
    await this.sees("Sign in");
  }

  /** Follows the link of the newest mail that is for this purpose. */
  async follow(purpose, email = this.email) {
    const link = await linkFor(this.browser.url, email, purpose);
    // Another fragment alone would not load the page, as a link in a mail does.
    await this.page.goto("about:blank");
    await this.page.goto(link);
    await this.page.locator("h1").waitFor();
    assert.ok(!this.page.url().includes("="), "the token has left the address");
  }

  /** Keeps a picture of the whole page. */
  async photograph(name) {
    await this.page.screenshot({ path: this.browser.picture(name), fullPage: true });
  }

  /** Fails unless axe-core (WCAG 2.2 A and AA) finds nothing serious in what is shown. */
  async assertAccessible(what) {
    await this.page.evaluate(this.browser.axe);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }));
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const told = serious.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}\n  ${node.failureSummary}`));
    assert.deepEqual(told, [], `${what} keeps people out`);
  }

  /** Fails when something sticks out of the window. */
  async assertFits(what) {
    const wide = await this.page.evaluate(() => {
      const width = document.documentElement.clientWidth;
      const isOut = (element) => element.getBoundingClientRect().right > width + 0.5 && !element.closest(".unseen");
      return document.documentElement.scrollWidth > width ? [...document.querySelectorAll("body *")].filter(isOut).map((element) => element.outerHTML.slice(0, 120)) : [];
    });
    assert.deepEqual(wide, [], `${what} is wider than the window`);
  }
}
