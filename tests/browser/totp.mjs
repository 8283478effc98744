// Codes as an authenticator app makes them (RFC 6238: SHA-1, six digits, 30 seconds).

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
