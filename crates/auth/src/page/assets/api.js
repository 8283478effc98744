// The API as the page uses it: tokens stay in cookies that no script can read.

const BASE = "/api/v1/";
const SAFE = new Set(["GET", "HEAD"]);

/** What proves that a request is this page's own; known again by asking, never stored. */
let csrfToken = null;
let refreshing = null;
let askForProof = async () => false;

/** An answer that is no success. */
export class ApiError extends Error {
  constructor(status, body, retryAfter) {
    const error = body?.error ?? {};
    super(error.message ?? "Something went wrong on our side.");
    this.status = status;
    this.code = error.code ?? "UNKNOWN";
    this.fields = Array.isArray(error.details) ? error.details : [];
    this.requestId = error.request_id;
    /** Seconds to wait before it is worth another try; null when nothing was said. */
    this.wait = retryAfter === null ? null : Number.parseInt(retryAfter, 10);
  }
}

/** Somebody thought better of it: nothing to show. */
export class Cancelled extends Error {}

/** Nobody is signed in any more. */
export class SignedOut extends Error {}

/** Has `ask` prove who it is when the API wants that; it resolves to whether it was proved. */
export function onStepUp(ask) {
  askForProof = ask;
}

/** Keeps what a sign-in answered. */
export function signedIn(answer) {
  csrfToken = answer.csrf_token ?? null;
}

/** Forgets what belongs to a sign-in. */
export function signedOut() {
  csrfToken = null;
}

/** Asks as somebody who may not be signed in: sign-in, reset and the like. Answers the body. */
export async function ask(method, path, body) {
  return (await answered(method, path, { body })).body;
}

/**
 * Asks as whoever is signed in: a token that ended is renewed once, and a proof that is too old is
 * asked for. Answers the body.
 */
export async function api(method, path, body, headers) {
  return (await call(method, path, body, headers)).body;
}

/** As `api`, with the answer's version: `{body, etag}`. */
export async function call(method, path, body, headers) {
  const request = { body, headers };
  try {
    return await authenticated(method, path, request);
  } catch (error) {
    if (error.code !== "STEP_UP_REQUIRED") throw error;
    if (!(await askForProof())) throw new Cancelled();
    return authenticated(method, path, request);
  }
}

/** All pages of a list, up to `limit` rows. */
export async function list(path, limit = 200) {
  const rows = [];
  let after = null;
  do {
    const page = await api("GET", `${path}?limit=100${after ? `&after=${encodeURIComponent(after)}` : ""}`);
    rows.push(...page.data);
    after = page.pagination?.next_cursor ?? null;
  } while (after && rows.length < limit);
  return rows;
}

async function authenticated(method, path, request) {
  const isUnsafe = !SAFE.has(method);
  if (isUnsafe && csrfToken === null) await learnCsrfToken();
  try {
    return await answered(method, path, request);
  } catch (error) {
    if (error.status === 401 && error.code === "UNAUTHORIZED") await refresh();
    // Another tab may have signed in anew: then there is another proof.
    else if (!(isUnsafe && error.code === "FORBIDDEN" && (await learnCsrfToken()))) throw error;
    return answered(method, path, request);
  }
}

/** Renews the token. Requests that need it at once share one answer. */
async function refresh() {
  refreshing ??= renew().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** The proof is asked for each time: another tab may have signed in anew. */
async function renew() {
  await learnCsrfToken();
  await orSignedOut(async () => signedIn(await ask("POST", "auth/refresh", {})));
}

/** Asks for the proof; true when it is another one than before. */
async function learnCsrfToken() {
  const before = csrfToken;
  await orSignedOut(async () => signedIn(await ask("GET", "auth/csrf")));
  return csrfToken !== before;
}

/** What answers 401 now has no cookie that is good for anything. */
async function orSignedOut(work) {
  try {
    await work();
  } catch (error) {
    if (error.status !== 401) throw error;
    signedOut();
    throw new SignedOut();
  }
}

async function answered(method, path, { body, headers = {} }) {
  const sent = { Accept: "application/json", ...headers };
  if (body !== undefined) sent["Content-Type"] = "application/json";
  if (!SAFE.has(method) && csrfToken) sent["X-CSRF-Token"] = csrfToken;
  const answer = await fetch(BASE + path, {
    method,
    headers: sent,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
  }).catch(() => {
    throw new ApiError(0, { error: { code: "OFFLINE", message: "We cannot be reached. Check your connection and try again." } }, null);
  });
  const text = await answer.text();
  const content = text === "" ? null : parsed(text);
  if (!answer.ok) throw new ApiError(answer.status, content, answer.headers.get("Retry-After"));
  return { body: content, etag: answer.headers.get("ETag") };
}

/** A proxy in between may answer with something else. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
