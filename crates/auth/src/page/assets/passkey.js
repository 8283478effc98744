// Passkeys (Web Authentication): between the API's JSON and the browser's objects.

import { ApiError, Cancelled } from "./api.js";

/** Whether this browser can do what is needed here. */
export function isAvailable() {
  return typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}

/** Whether it offers passkeys in the field of the e-mail address. */
export async function isOfferedInField() {
  return isAvailable() && (await PublicKeyCredential.isConditionalMediationAvailable?.()) === true;
}

/** Makes a passkey for what the API began. */
export async function create(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey ?? options);
  return whole(await answered(navigator.credentials.create({ publicKey })));
}

/** Answers the API's challenge; `further` may have a signal, and how the browser asks. */
export async function get(options, further = {}) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey ?? options);
  return whole(await answered(navigator.credentials.get({ publicKey, ...further })));
}

function whole(credential) {
  if (credential === null) throw new Cancelled();
  return credential.toJSON();
}

/** The browser says the same when somebody says no and when time is up. */
async function answered(ceremony) {
  try {
    return await ceremony;
  } catch (error) {
    if (error.name === "NotAllowedError" || error.name === "AbortError") throw new Cancelled();
    const message = error.name === "InvalidStateError" ? "This device has a passkey for your account already." : "The passkey could not be used here.";
    throw new ApiError(0, { error: { code: "PASSKEY", message } }, null);
  }
}
