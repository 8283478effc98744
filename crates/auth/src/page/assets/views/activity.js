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
  "sign_in.failed": "A sign-in failed",
  "totp.enabled": "Two-step sign-in turned on",
  "totp.disabled": "Two-step sign-in turned off",
  "step_up.succeeded": "Identity confirmed",
  "step_up.failed": "Identity not confirmed",
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
