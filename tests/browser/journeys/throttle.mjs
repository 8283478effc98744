// Too many wrong passwords: how long to wait is told, and the right one works again then.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.signOut();
  const { password } = ada;
  ada.password = "not my password";
  const alert = ada.page.getByRole("alert").filter({ hasText: /./ });
  const throttled = alert.filter({ hasText: "Too many attempts" });
  // The server is started with AUTH_ACCOUNT_ATTEMPTS=2; the waits grow from a second on.
  for (let count = 0; count < 8 && (await throttled.count()) === 0; count += 1) {
    await ada.enterPassword();
    await alert.waitFor();
  }
  const said = await throttled.textContent();
  const [, seconds] = said.match(/^Too many attempts\. Try again in (\d+) seconds?\.$/) ?? [];
  assert.ok(Number(seconds) >= 1, said);
  await ada.photograph("sign-in-throttled");
  await pause(Number(seconds) * 1000);
  ada.password = password;
  await ada.signIn();
}
