// An API key: made on the page, used by a program, revoked.

import assert from "node:assert/strict";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.goTo("API keys");
  await ada.fill("Name", "Backup script");
  await ada.press("Create the key");
  // A key that may do nothing is refused, and what was filled in stays.
  await ada.page.locator(".summary:not([hidden])").waitFor();
  await ada.page.getByLabel("projects:read", { exact: true }).check();
  await ada.press("Create the key");
  const key = await ada.page.locator("#new-key").textContent();
  const use = (method, path) => fetch(`${browser.url}/api/v1/${path}`, { method, headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await use("GET", "projects")).status, 200);
  await ada.press("I have kept it");
  await ada.page.getByRole("button", { name: "Revoke Backup script" }).waitFor();
  const shown = await ada.page.locator("main").textContent();
  assert.ok(shown.includes("Backup script") && !shown.includes(key), "the key is shown once");
  await ada.press("Revoke Backup script");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await ada.isTold("is revoked");
  assert.equal((await use("GET", "projects")).status, 401);
}
