// The dialog that asks once more who it is, before something that matters.

import { ask, api } from "./api.js";
import { open } from "./dialog.js";
import { el } from "./dom.js";
import { codeField, field, form } from "./form.js";
import * as passkey from "./passkey.js";
import { attempt } from "./notice.js";
import { renew, signOut, user } from "./session.js";

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
  const hasPassword = user().has_password !== false;
  const hasPasskey = passkeyCount(factors) > 0 && passkey.isAvailable();
  const proved = await open("Is it still you?", (close) => {
    if (!hasPassword && !factors.totp && !hasPasskey) return anew(close);
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

/** Who signs in by a provider alone proves it there. */
function anew(close) {
  const leave = attempt(async () => {
    await signOut();
    close(false);
    location.hash = "sign-in";
  });
  return [
    el("p", {}, "You signed in a while ago. Sign in once more, then make this change."),
    el("div", { class: "actions" },
      el("button", { type: "button", class: "button primary", onclick: leave }, "Sign in again"), cancel(close)),
  ];
}

function cancel(close) {
  return el("button", { type: "button", class: "button", onclick: () => close(false) }, "Cancel");
}
