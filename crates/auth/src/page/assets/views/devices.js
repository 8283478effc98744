// Where somebody is signed in.

import { api, list } from "../api.js";
import { confirm } from "../dialog.js";
import { el } from "../dom.js";
import { icon } from "../icons.js";
import { attempt, tell } from "../notice.js";
import { reload } from "../router.js";
import { ago, device, time } from "../words.js";

const METHODS = { password: "password", pwd: "password", otp: "code", totp: "code", recovery: "recovery code", passkey: "passkey", hwk: "passkey", provider: "provider", fed: "provider" };

export async function devices() {
  const sessions = await list("auth/sessions");
  sessions.sort((one, other) => Number(other.current) - Number(one.current));
  return el("div", {},
    el("p", { class: "lead" }, "Something you do not know? Sign it out, then change your password."),
    el("ul", { class: "rows" }, sessions.map(row)),
    sessions.length > 1 && endOthers(sessions.length - 1));
}

function row(session) {
  const name = device(session.user_agent);
  const how = (session.methods ?? []).map((method) => METHODS[method] ?? method).join(" and ");
  return el("li", { class: "item" },
    icon("device"),
    el("div", { class: "what" },
      el("h2", {}, name, session.current && el("span", { class: "badge good" }, "This device")),
      el("p", { class: "muted" }, `Last used ${ago(session.last_used_at)}${session.address ? ` from ${session.address}` : ""}`),
      el("p", { class: "muted" }, `Signed in ${time(session.created_at)}${how ? ` by ${how}` : ""}`)),
    !session.current && end(session, name));
}

function end(session, name) {
  const run = attempt(async () => {
    await api("DELETE", `auth/sessions/${session.id}`);
    await reload();
    tell(`${name} is signed out.`);
  });
  return el("button", { type: "button", class: "button", "aria-label": `Sign out ${name}, signed in ${time(session.created_at)}`, onclick: run }, "Sign out");
}

function endOthers(count) {
  const run = attempt(async () => {
    const text = count === 1 ? "The other device has to sign in again." : `The ${count} other devices have to sign in again.`;
    if (!(await confirm({ title: "Sign out everywhere else?", text, action: "Sign out all others" }))) return;
    await api("DELETE", "auth/sessions?except_current=true");
    await reload();
    tell("All other devices are signed out.");
  });
  return el("p", { class: "actions" }, el("button", { type: "button", class: "button danger-quiet", onclick: run }, "Sign out all others"));
}
