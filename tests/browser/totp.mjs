// Codes as an authenticator app makes them (RFC 6238: SHA-1, six digits, 30 seconds).

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_MS = 30_000;

/** The step of the last code, by the secret. */
const used = new Map();

/** A code that was not used before: each is good once, so this waits for the next step if need be. */
export async function freshCode(secret) {
  const now = () => Math.floor(Date.now() / STEP_MS);
  const step = Math.max(now(), (used.get(secret) ?? 0) + 1);
  // One step ahead is accepted, for clocks that differ.
  while (step > now() + 1) await pause(1000);
  used.set(secret, step);
  return code(secret, step);
}

/** Turns two-step sign-in on, with a mistake on the way; answers the secret and the recovery codes. */
export async function enrol(ada) {
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

function code(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", decoded(secret)).update(counter).digest();
  const offset = digest[digest.length - 1] & 15;
  const number = (digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, "0");
}

/** Base 32 (RFC 4648, 6). */
function decoded(text) {
  const bits = [...text.replace(/[\s=]/g, "")].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
}
