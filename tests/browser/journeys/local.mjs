// A developer's own machine, gone to at its address: the page goes by its name, as the links in mails do,
// and passkeys can be used there. Nothing is set but the port.

import assert from "node:assert/strict";
import { addAuthenticator } from "../authenticator.mjs";

export async function run(browser) {
  const ada = await browser.visitor();
  await addAuthenticator(ada);
  const address = browser.url.replace("localhost", "127.0.0.1");
  await ada.page.goto(`${address}/account#sign-up`);
  await ada.sees("Create your account");
  assert.equal(ada.page.url(), `${browser.url}/account#sign-up`);
  await ada.signUp();
  await ada.follow("verify-email");
  assert.ok(ada.page.url().startsWith(`${browser.url}/account`), "the link leads to the name");
  await ada.press("Confirm my address");
  await ada.sees("Overview");
  await ada.goTo("Passkeys");
  await ada.press("Add a passkey");
  await ada.fill("Name", "Key on my ring");
  await ada.press("Save");
  await ada.isTold("is added");
}
