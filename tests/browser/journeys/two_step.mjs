// The second factor: set up, asked for, and got around with a recovery code, once.

import assert from "node:assert/strict";
import { freshCode } from "../totp.mjs";

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

async function enrol(ada) {
  await ada.goTo("Two-step sign-in");
  await ada.press("Set it up");
  const picture = ada.page.getByRole("img", { name: /^QR code/ });
  await picture.waitFor();
  assert.ok(await picture.evaluate((image) => image.complete && image.naturalWidth > 0), "the QR code is shown");
  const secret = (await ada.page.locator("code.key").textContent()).replaceAll(" ", "");
  await ada.fill("Code", "12");
  await ada.press("Turn it on");
  await ada.page.locator(".error:not(:empty), .summary:not([hidden])").first().waitFor();
  await ada.fill("Code", await freshCode(secret));
  await ada.press("Turn it on");
  await ada.page.getByRole("heading", { name: "Keep your recovery codes" }).waitFor();
  const codes = await ada.page.locator(".codes code").allTextContents();
  assert.equal(new Set(codes).size, 10);
  const download = ada.page.waitForEvent("download");
  await ada.press("Download");
  assert.equal((await download).suggestedFilename(), "recovery-codes.txt");
  await ada.press("I have kept them");
  await ada.page.getByText("On", { exact: true }).waitFor();
  return { secret, codes };
}
