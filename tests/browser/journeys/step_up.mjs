// A proof of identity that is too old: what was begun goes on once it is renewed. The server is
// started with a proof that is good for RECENT_MS.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { addAuthenticator } from "../authenticator.mjs";
import { freshCode } from "../totp.mjs";

/** As AUTH_RECENT_MINUTES, and a second more. */
const RECENT_MS = 0.4 * 60_000 + 1000;

export async function run(browser) {
  await Promise.all([byPasswordAndCode(browser), byPasskey(browser)]);
}

async function byPasswordAndCode(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.goTo("Two-step sign-in");
  await pause(RECENT_MS);
  await ada.press("Set it up");
  const dialog = await asked(ada);
  await ada.photograph("step-up");
  await ada.assertAccessible("the dialog");
  await ada.fill("Password", "not my password");
  await ada.press("Confirm");
  await dialog.locator(".summary:not([hidden])").waitFor();
  await ada.fill("Password", ada.password);
  await ada.press("Confirm");
  // The action goes on by itself.
  const secret = (await ada.page.locator("code.key").textContent()).replaceAll(" ", "");
  await ada.fill("Code", await freshCode(secret));
  await ada.press("Turn it on");
  await ada.page.getByRole("heading", { name: "Keep your recovery codes" }).waitFor();
  await ada.press("I have kept them");
  // The session is a new one: what it changes is accepted, and the old one is over.
  await ada.goTo("Devices");
  await ada.page.getByText("This device").waitFor();
  assert.equal(await ada.page.getByRole("button", { name: /^Sign out Chrome/ }).count(), 0);
  await ada.goTo("Profile");
  await ada.fill("Name", "Countess of Lovelace");
  await ada.press("Save");
  await ada.isTold("Your name is saved");

  await ada.goTo("Two-step sign-in");
  await pause(RECENT_MS);
  await turnOff(ada);
  await (await asked(ada)).getByLabel("Code").waitFor();
  await ada.page.keyboard.press("Escape");
  await ada.page.getByText("On", { exact: true }).waitFor();
  await turnOff(ada);
  await asked(ada);
  await ada.fill("Password", ada.password);
  await ada.fill("Code", await freshCode(secret));
  await ada.press("Confirm");
  await ada.isTold("Two-step sign-in is off");
}

async function turnOff(ada) {
  await ada.press("Turn it off");
  await ada.page.getByRole("dialog", { name: "Turn off two-step sign-in?" }).getByRole("button", { name: "Turn it off" }).click();
}

/** Whoever has a passkey may use it instead. */
async function byPasskey(browser) {
  const bob = await browser.visitor();
  await addAuthenticator(bob);
  await bob.signUp("Bob");
  await bob.goTo("Passkeys");
  await bob.press("Add a passkey");
  await bob.fill("Name", "Key on my ring");
  await bob.press("Save");
  await bob.isTold("is added");
  await pause(RECENT_MS);
  await bob.press("Remove Key on my ring");
  await bob.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  const dialog = await asked(bob);
  await bob.photograph("step-up-passkey");
  await dialog.getByRole("button", { name: "Use a passkey" }).click();
  await bob.isTold("is removed");
  // By the new session.
  await bob.signOut();
}

async function asked({ page }) {
  const dialog = page.getByRole("dialog", { name: "Is it still you?" });
  await dialog.waitFor();
  return dialog;
}
