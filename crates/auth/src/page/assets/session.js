// Who is signed in.

import { ask, api, call, signedIn, signedOut, SignedOut } from "./api.js";

let current = null;

/** Whoever is signed in, as `GET /auth/me` tells it; null when nobody is. */
export function user() {
  return current?.body ?? null;
}

/** Asks anew who is signed in. */
export async function load() {
  try {
    current = await call("GET", "auth/me");
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    current = null;
  }
  return user();
}

/** Signs in with what `path` takes: a password, a passkey's answer, a provider's code. */
export async function signIn(path, body) {
  signedIn(await ask("POST", path, { ...body, cookies: true }));
  return load();
}

/** Proves by `path` that it is still the same person: the session is another one then. */
export async function renew(path, body) {
  signedIn(await ask("POST", path, body));
}

/** Ends this sign-in, here and on the server. */
export async function signOut() {
  await api("POST", "auth/logout").catch((error) => {
    if (!(error instanceof SignedOut)) throw error;
  });
  forget();
}

/** Forgets who was signed in, once the server has. */
export function forget() {
  signedOut();
  current = null;
}

/** Changes one's own record, unless somebody else has meanwhile. */
export async function change(fields) {
  current = await call("PATCH", `users/${user().id}`, fields, { "If-Match": current.etag });
}

/** Deletes one's own account. */
export async function remove() {
  await call("DELETE", `users/${user().id}`, undefined, { "If-Match": current.etag });
  forget();
}
