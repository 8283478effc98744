// Passkeys: added, listed, removed.

import { api } from "../api.js";
import { confirm, open } from "../dialog.js";
import { el } from "../dom.js";
import { field, form } from "../form.js";
import { icon } from "../icons.js";
import { attempt, tell } from "../notice.js";
import * as passkey from "../passkey.js";
import { reload } from "../router.js";
import { ago, date, device } from "../words.js";

export async function passkeys() {
  const { data } = await api("GET", "auth/passkeys");
  return el("div", {},
    el("p", { class: "lead" }, "A passkey lets you sign in with your fingerprint, your face or a security key. There is nothing to remember, and nothing that others could make you tell."),
    data.length > 0 ? el("ul", { class: "rows" }, data.map(row)) : el("p", { class: "panel muted" }, "You have no passkeys yet."),
    passkey.isAvailable()
      ? el("p", { class: "actions" }, el("button", { type: "button", class: "button primary", onclick: attempt(add) }, "Add a passkey"))
      : el("p", { class: "muted" }, "This browser cannot make passkeys that work here."));
}

function row(one) {
  return el("li", { class: "item" },
    icon("passkey"),
    el("div", { class: "what" },
      el("h2", {}, one.name),
      el("p", { class: "muted" }, `Added ${date(one.created_at)}, ${one.last_used_at ? `last used ${ago(one.last_used_at)}` : "not used yet"}`)),
    el("button", { type: "button", class: "button", "aria-label": `Remove ${one.name}`, onclick: removal(one) }, "Remove"));
}

async function add() {
  const { challenge_id, options } = await api("POST", "auth/passkeys/register/begin", {});
  const credential = await passkey.create(options);
  const name = await open("Name your passkey", (close) => form({
    fields: [field({ name: "name", label: "Name", value: device(navigator.userAgent), maxlength: "100", hint: "So that you know it again." })],
    submit: "Save",
    onSubmit: async (values) => {
      await api("POST", "auth/passkeys/register/finish", { challenge_id, name: values.name, credential });
      close(values.name);
    },
    // A touch screen has no Escape.
    extra: el("button", { type: "button", class: "button", onclick: () => close(null) }, "Cancel"),
  }));
  if (name === null) return;
  await reload();
  tell(`The passkey “${name}” is added.`);
}

function removal({ id, name }) {
  return attempt(async () => {
    if (!(await confirm({ title: `Remove “${name}”?`, text: "You cannot sign in with it any more. Your device may still list it; delete it there too.", action: "Remove" }))) return;
    await api("DELETE", `auth/passkeys/${id}`);
    await reload();
    tell(`The passkey “${name}” is removed.`);
  });
}
