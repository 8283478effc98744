// The account at a glance: what is safe, and what could be safer.

import { api, list } from "../api.js";
import { el } from "../dom.js";
import { passkeyCount } from "../step_up.js";
import { user } from "../session.js";
import { date } from "../words.js";
import { sendAgain } from "./profile.js";

export async function overview() {
  const [factors, sessions] = await Promise.all([api("GET", "auth/mfa"), list("auth/sessions")]);
  const me = user();
  const keys = passkeyCount(factors);
  return el("div", {},
    el("p", { class: "lead" }, `Hello ${me.display_name}. You have been with us since ${date(me.created_at)}.`),
    !me.email_verified && unconfirmed(me.email),
    el("div", { class: "tiles" },
      tile("profile", "E-mail address", me.email, me.email_verified ? ["Confirmed", "good"] : ["Not confirmed", "open"]),
      tile("password", "Password", me.has_password ? "You can sign in with a password." : "You sign in without a password.", me.has_password ? ["Set", "good"] : ["None", "plain"]),
      tile("two-step", "Two-step sign-in", factors.totp ? `${factors.recovery_codes_left} recovery codes left.` : "A code from your phone keeps others out.", factors.totp ? ["On", "good"] : ["Off", "open"]),
      tile("passkeys", "Passkeys", keys > 0 ? "Sign in with your device, without a password." : "Sign in with a fingerprint, your face or a key.", keys > 0 ? [String(keys), "good"] : ["None", "plain"]),
      tile("devices", "Devices", "Where you are signed in.", [String(sessions.length), "plain"])));
}

function unconfirmed(email) {
  return el("section", { class: "panel callout", "aria-label": "Confirm your address" },
    el("p", {}, `Follow the link in the mail that we sent to ${email}, so that we know that it is yours.`),
    sendAgain());
}

function tile(target, title, text, [state, kind]) {
  return el("section", { class: "tile" },
    el("h2", {}, el("a", { href: `#${target}` }, title)),
    el("p", { class: `badge ${kind}` }, state),
    el("p", { class: "muted" }, text));
}
