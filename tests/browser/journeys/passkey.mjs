// Passkeys, with an authenticator that Chromium plays itself.

import assert from "node:assert/strict";
import { addAuthenticator } from "../authenticator.mjs";

export async function run(browser) {
  const ada = await browser.visitor();
  await addAuthenticator(ada);
  await ada.signUp();
  await ada.goTo("Passkeys");
  await ada.press("Add a passkey");
  await ada.fill("Name", "Key on my ring");
  await ada.press("Save");
  await ada.isTold("is added");
  await ada.page.getByRole("heading", { name: "Key on my ring" }).waitFor();

  // The page offers it in the field, to which Chromium's authenticator may agree by itself, or by the button. Not by both:
  // the second would lead away from where the journey is by then.
  await ada.press("Sign out");
  const inside = ada.page.getByRole("heading", { level: 1, name: "Overview" });
  const isInside = await inside.waitFor({ timeout: 10_000 }).then(() => true, () => false);
  if (!isInside) await ada.press("Use a passkey");
  await ada.sees("Overview");
  await ada.goTo("Devices");
  await ada.page.getByText(/by passkey/).waitFor();

  await ada.goTo("Passkeys");
  await ada.press("Remove Key on my ring");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await ada.isTold("is removed");
  assert.equal(await ada.page.getByRole("heading", { name: "Key on my ring" }).count(), 0);
}
