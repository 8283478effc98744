// The dialog that asks once more who it is, before something that matters.

import { ask, api } from "./api.js";
import { open } from "./dialog.js";
import { el } from "./dom.js";
import { codeField, field, form } from "./form.js";
import * as passkey from "./passkey.js";
import { attempt, tell } from "./notice.js";
import { leaveToProve, providers } from "./provider.js";
import { renew, user } from "./session.js";

/** Asks for what the account has; resolves to whether it was proved. Callers meanwhile share it. */
export async function stepUp() {
  asking ??= prove().finally(() => {
    asking = null;
  });
  return asking;
}

let asking = null;

async function prove() {
  const factors = await api("GET", "auth/mfa").catch(() => ({ totp: false, passkeys: 0 }));
  const mustUsePasskey = passkeyCount(factors) > 0 && !factors.totp;
  const hasPassword = user().has_password !== false && !mustUsePasskey;
  const hasPasskey = passkeyCount(factors) > 0 && passkey.isAvailable();
  const hasNothing = !hasPassword && !factors.totp && !mustUsePasskey;
  const provers = hasNothing ? await proversOfMine().catch(() => []) : [];
  const proved = await open("Is it still you?", (close) => {
    if (hasNothing) return elsewhere(provers, close);
    if (mustUsePasskey && !hasPasskey) return byOtherBrowser(close);
    return [
      el("p", {}, "This is a change that matters, so please confirm who you are."),
      (hasPassword || factors.totp) && byForm(hasPassword, factors.totp, close),
      hasPasskey && byPasskey(close),
    ].filter(Boolean);
  });
  return proved === true;
}

/** How many passkeys there are, whether they are counted or listed. */
export function passkeyCount(factors) {
  return Array.isArray(factors.passkeys) ? factors.passkeys.length : Number(factors.passkeys ?? 0);
}

function byForm(hasPassword, hasCode, close) {
  const name = el("input", { type: "text", autocomplete: "username", value: user().email, hidden: true, readonly: true });
  return form({
    fields: [
      name,
      hasPassword && field({ name: "password", label: "Password", type: "password", autocomplete: "current-password" }),
      hasCode && codeField("From your authenticator app, or one of your recovery codes."),
    ].filter(Boolean),
    submit: "Confirm",
    onSubmit: async (values) => {
      await renew("auth/step-up", values);
      close(true);
    },
    extra: cancel(close),
  });
}

function byPasskey(close) {
  const use = attempt(async () => {
    const { challenge_id, options } = await ask("POST", "auth/passkeys/step-up/begin", {});
    await renew("auth/passkeys/step-up/finish", { challenge_id, credential: await passkey.get(options) });
    close(true);
  });
  return el("button", { type: "button", class: "button wide", onclick: use }, "Use a passkey");
}

function byOtherBrowser(close) {
  return [
    el("p", {}, "This is a change that matters. Your account asks for its passkey, which this browser cannot use: make the change where you have it."),
    el("div", { class: "actions" }, cancel(close)),
  ];
}

/**
 * Who signs in by a provider alone proves it there, where the provider asks; else by a mail, with the
 * link for a password.
 */
function elsewhere(provers, close) {
  const { email } = user();
  const byMail = attempt(async () => {
    await ask("POST", "auth/forgot-password", { email });
    close(false);
    tell(`A mail with a link is on its way to ${email}. Sign in with the password that you choose there.`);
  });
  const leave = (name) => () => leaveToProve(name, location.hash.slice(1));
  return [
    el("p", {}, provers.length > 0
      ? "This is a change that matters, so please confirm who you are. Then make it once more."
      : "This is a change that matters, and your account has nothing yet that shows that it is you. Choose a password: we send you a link."),
    el("div", { class: "actions" },
      provers.map(({ name, title }) => el("button", { type: "button", class: "button primary", onclick: leave(name) }, `Confirm with ${title}`)),
      provers.length === 0 && el("button", { type: "button", class: "button primary", onclick: byMail }, "Send the link"),
      cancel(close)),
  ];
}

/** The connected providers that ask who it is when they are told to. */
async function proversOfMine() {
  const [offered, { data: links }] = await Promise.all([providers(), api("GET", "auth/oauth/links")]);
  return offered.filter((one) => one.proves_identity && links.some((link) => link.provider === one.name));
}

function cancel(close) {
  return el("button", { type: "button", class: "button", onclick: () => close(false) }, "Cancel");
}
