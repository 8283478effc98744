// What happened to the account.

import { list } from "../api.js";
import { el } from "../dom.js";
import { device, time } from "../words.js";

/** Actions whose names need better words than their own. */
const WORDS = {
  "user.registered": "Account created",
  "session.started": "Signed in",
  "session.ended": "Signed out",
  "session.reused": "A stolen sign-in was stopped",
  "login.failed": "A sign-in failed",
  "login.throttled": "Sign-in paused after too many attempts",
  "totp.enabled": "Two-step sign-in turned on",
  "totp.disabled": "Two-step sign-in turned off",
  "recovery_codes.renewed": "New recovery codes made",
  "second_factor.failed": "A wrong code was entered",
  "second_factors.reset": "Second factors removed by an administrator",
  "step_up.succeeded": "Identity confirmed",
  "step_up.failed": "Identity not confirmed",
  "email.verification_requested": "Link to confirm the address sent",
  "email.verified": "Address confirmed",
  "email.change_requested": "Change of address asked for",
  "email.changed": "Address changed",
  "password.reset_requested": "Link for a new password asked for",
  "password.reset": "New password chosen by a link",
  "provider.linked": "Provider connected",
  "provider.unlinked": "Provider disconnected",
  "api_key.created": "API key created",
  "api_key.revoked": "API key revoked",
};

export async function activity() {
  const entries = await list("auth/activity", 100);
  return el("div", {},
    el("p", { class: "lead" }, "What happened lately, the newest first. Something that was not you? Change your password."),
    entries.length === 0
      ? el("p", { class: "panel muted" }, "Nothing yet.")
      : el("ol", { class: "rows events" }, entries.map(row)));
}

function row(entry) {
  const where = [entry.user_agent && device(entry.user_agent), entry.address].filter(Boolean).join(", ");
  return el("li", { class: "item" },
    el("div", { class: "what" }, el("p", {}, words(entry.action)), where && el("p", { class: "muted" }, where)),
    el("time", { class: "muted", datetime: entry.at ?? entry.created_at }, time(entry.at ?? entry.created_at)));
}

/** `recovery_code.used` reads as `Recovery code used`. */
function words(action) {
  const text = action.replace(/[._]/g, " ");
  return WORDS[action] ?? text.charAt(0).toUpperCase() + text.slice(1);
}
