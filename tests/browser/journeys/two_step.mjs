// The second factor: set up, asked for, and got around with a recovery code, once.

import { enrol, freshCode } from "../totp.mjs";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  const { secret, codes } = await enrol(ada);
  await ada.signOut();

  await ada.enterPassword();
  await ada.fill("Code", "000000");
  await ada.press("Continue");
  await ada.page.locator(".error:not(:empty), .summary:not([hidden])").first().waitFor();
  await ada.fill("Code", await freshCode(secret));
  await ada.press("Continue");
  await ada.sees("Overview");
  await ada.signOut();

  await enterWith(ada, codes[0]);
  await ada.sees("Overview");
  await ada.goTo("Two-step sign-in");
  await ada.page.getByText("You have 9 left.").waitFor();
  await ada.signOut();

  await enterWith(ada, codes[0]);
  await ada.page.locator(".error:not(:empty), .summary:not([hidden])").first().waitFor();
  await ada.fill("Code", codes[1]);
  await ada.press("Continue");
  await ada.sees("Overview");
}

async function enterWith(ada, code) {
  await ada.enterPassword();
  await ada.fill("Code", code);
  await ada.press("Continue");
}
