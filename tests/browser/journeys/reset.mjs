// A forgotten password: the link in the mail works once, and everybody is signed out.

import assert from "node:assert/strict";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  const guest = await browser.visitor();
  Object.assign(guest, { email: ada.email, password: "eleven tall oak doors" });
  await forgets(guest, "nobody@example.com");
  await forgets(guest, ada.email);
  await guest.follow("reset-password");
  await guest.fill("New password", "short");
  await guest.press("Save the password");
  await guest.page.getByText("Use at least 8 characters.").waitFor();
  assert.equal(await guest.page.evaluate(() => document.activeElement.name), "password", "the focus is where the mistake is");
  await guest.page.getByLabel("Revoke my API keys too").check();
  await guest.fill("New password", guest.password);
  await guest.press("Save the password");
  await guest.sees("Sign in");
  await guest.isTold("Your password is changed");
  await guest.signIn();
  await ada.page.reload();
  await ada.sees("Sign in");
  // The browser's way back does not bring the token back.
  await guest.page.goBack();
  assert.ok(!guest.page.url().includes("="));
}

/** The page says the same to an address that nobody has. */
async function forgets(guest, email) {
  await guest.open("forgot-password");
  await guest.fill("E-mail address", email);
  await guest.press("Send the link");
  await guest.page.getByText(`If there is an account for ${email}, a mail with a link is on its way.`).waitFor();
}
