// What goes wrong is told where it belongs, in words, and nothing is lost.

import assert from "node:assert/strict";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.signOut();
  await wrongPassword(ada);
  await takenAddress(browser, ada);
  await weakPassword(browser);
  await voidLink(browser);
  await strangers(browser);
}

/** The same words whether or not there is such an account. */
async function wrongPassword(ada) {
  const { email, password } = ada;
  const said = [];
  for (const address of [email, "nobody@example.com"]) {
    Object.assign(ada, { email: address, password: "not my password" });
    await ada.enterPassword();
    const alert = ada.page.getByRole("alert").filter({ hasText: /./ });
    await alert.waitFor();
    said.push(await alert.textContent());
    assert.equal(await ada.page.getByLabel("E-mail address", { exact: true }).inputValue(), address, "what was filled in stays");
  }
  assert.equal(said[0], said[1]);
  Object.assign(ada, { email, password });
}

async function takenAddress(browser, ada) {
  const other = await browser.visitor();
  await other.open("sign-up");
  await other.fill("Name", "Somebody else");
  await other.fill("E-mail address", ada.email);
  await other.fill("Password", ada.password);
  await other.press("Create account");
  await other.page.locator(".error, .summary").filter({ hasText: "already registered" }).first().waitFor();
}

/** The rule is the server's, and told at the field. */
async function weakPassword(browser) {
  const guest = await browser.visitor();
  await guest.open("sign-up");
  await guest.fill("Name", "Bob");
  await guest.fill("E-mail address", `bob-${Date.now()}@example.com`);
  await guest.fill("Password", "password1");
  await guest.press("Create account");
  const field = guest.page.getByLabel("Password", { exact: true });
  await guest.page.locator("input[name=password][aria-invalid]").waitFor();
  const described = await field.evaluate((input) => input.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" "));
  assert.match(described, /common/, "a screen reader tells what is wrong");
  await guest.press("Show password");
  assert.equal(await field.getAttribute("type"), "text");
}

/** A token that is nobody's; it leaves the address before anything else happens. */
async function voidLink(browser) {
  const guest = await browser.visitor();
  await guest.signUp();
  for (const [view, button] of [["verify-email", "Confirm my address"], ["reset-password", "Save the password"]]) {
    await guest.open(`${view}=ash_none_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`);
    assert.ok(!guest.page.url().includes("="), "the token has left the address");
    if (view === "reset-password") await guest.fill("New password", "seven dry stone walls");
    await guest.press(button);
    await guest.page.locator(".summary:not([hidden])").waitFor();
  }
}

/** Views of an account are shown to nobody else. */
async function strangers(browser) {
  const guest = await browser.visitor();
  for (const view of ["overview", "devices", "api-keys", "no-such-view"]) {
    await guest.open(view);
    await guest.sees("Sign in");
    assert.equal(await guest.page.locator("nav").count(), 0);
  }
}
