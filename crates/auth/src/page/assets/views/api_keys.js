// API keys: for programs that act as their owner.

import { api, list } from "../api.js";
import { confirm } from "../dialog.js";
import { copyButton } from "../copy.js";
import { el, uniqueId } from "../dom.js";
import { field, form } from "../form.js";
import { icon } from "../icons.js";
import { attempt, tell } from "../notice.js";
import { reload } from "../router.js";
import { ago, date } from "../words.js";

const DAY_MS = 24 * 60 * 60 * 1000;
const LIFETIMES = [["30", "30 days"], ["90", "90 days"], ["365", "1 year"]];

export async function apiKeys() {
  const [keys, { data: scopes }] = await Promise.all([list("auth/api-keys"), api("GET", "auth/api-keys/scopes")]);
  const place = el("div", {});
  place.append(
    el("p", { class: "lead" }, "Keys let your scripts and programs use the API as you. Give each as little as it needs."),
    keys.length > 0 ? el("ul", { class: "rows" }, keys.map(row)) : el("p", { class: "panel muted" }, "You have no keys yet."),
    creation(scopes, place));
  return place;
}

function row(key) {
  return el("li", { class: "item" },
    icon("code"),
    el("div", { class: "what" },
      el("h2", {}, key.name, el("code", {}, `${key.prefix}…`)),
      el("p", { class: "muted" }, key.scopes.map(titleOf).join(", ")),
      el("p", { class: "muted" }, [key.expires_at ? `Until ${date(key.expires_at)}` : "Without end", key.last_used_at ? `last used ${ago(key.last_used_at)}` : "not used yet"].join(", "))),
    el("button", { type: "button", class: "button", "aria-label": `Revoke ${key.name}`, onclick: revocation(key) }, "Revoke"));
}

function creation(scopes, place) {
  return el("section", { class: "panel" },
    el("h2", {}, "New key"),
    form({
      fields: [
        field({ name: "name", label: "Name", maxlength: "100", hint: "What it is for.", autocomplete: "off" }),
        lifetime(),
        permissions(scopes.map((scope) => scope.name ?? scope)),
      ],
      submit: "Create the key",
      onSubmit: async ({ name, days, scopes: chosen }) => {
        const expires_at = new Date(Date.now() + Number(days) * DAY_MS).toISOString();
        const made = await api("POST", "auth/api-keys", { name, scopes: chosen, expires_at });
        place.replaceChildren(shown(made));
        place.querySelector("h2").focus();
      },
    }));
}

function lifetime() {
  const id = uniqueId("days");
  const options = LIFETIMES.map(([days, title]) => el("option", { value: days, selected: days === "90" }, title));
  return el("div", { class: "field" }, el("label", { for: id }, "Good for"), el("select", { id, name: "days" }, options), el("p", { class: "error", id: `${id}-error` }));
}

function permissions(scopes) {
  const boxes = scopes.map((scope) => {
    const id = uniqueId("scope");
    return el("div", { class: "box" },
      el("input", { type: "checkbox", id, name: "scopes", value: scope }), el("label", { for: id }, titleOf(scope)));
  });
  return el("fieldset", {}, el("legend", {}, "May"), el("div", { class: "boxes" }, boxes));
}

function titleOf(scope) {
  return scope === "*" ? "Everything that you may do" : scope;
}

function shown({ name, key }) {
  return el("section", { class: "panel callout" },
    el("h2", { tabindex: "-1" }, `Your key “${name}”`),
    el("p", {}, "Copy it now: it is shown only this once."),
    el("p", {}, el("code", { class: "key", id: "new-key" }, key)),
    el("div", { class: "actions" }, copyButton(key, "Copy the key"), el("button", { type: "button", class: "button primary", onclick: reload }, "I have kept it")));
}

function revocation({ id, name }) {
  return attempt(async () => {
    if (!(await confirm({ title: `Revoke “${name}”?`, text: "What uses it stops working at once.", action: "Revoke" }))) return;
    await api("DELETE", `auth/api-keys/${id}`);
    await reload();
    tell(`The key “${name}” is revoked.`);
  });
}
