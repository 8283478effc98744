// Name and e-mail address.

import { api } from "../api.js";
import { el } from "../dom.js";
import { field, form } from "../form.js";
import { attempt, tell } from "../notice.js";
import { reload } from "../router.js";
import { change, load, user } from "../session.js";

export async function profile() {
  await load();
  return el("div", {}, name(), email(), ending());
}

/** The button that has the mail with the link sent once more. */
export function sendAgain() {
  const send = attempt(async () => {
    await api("POST", "auth/verify-email/request");
    tell(`A mail with the link is on its way to ${user().email}.`);
  });
  return el("button", { type: "button", class: "button", onclick: send }, "Send the mail again");
}

function name() {
  return el("section", { class: "panel" },
    el("h2", {}, "Your name"),
    form({
      fields: [field({ name: "display_name", label: "Name", autocomplete: "name", maxlength: "100", value: user().display_name })],
      submit: "Save",
      onSubmit: async ({ display_name }) => {
        await change({ display_name });
        tell("Your name is saved.");
      },
    }));
}

function email() {
  const { email: address, email_verified: isVerified } = user();
  return el("section", { class: "panel" },
    el("h2", {}, "E-mail address"),
    el("p", { class: "row" }, el("strong", { class: "breakable" }, address),
      el("span", { class: isVerified ? "badge good" : "badge open" }, isVerified ? "Confirmed" : "Not confirmed")),
    !isVerified && sendAgain(),
    form({
      fields: [field({ name: "email", label: "New e-mail address", type: "email", autocomplete: "email", inputmode: "email", autocapitalize: "none", spellcheck: "false", maxlength: "254", hint: "We send a link there. Nothing changes until you follow it.", missing: "Enter the new address." })],
      submit: "Change the address",
      onSubmit: async (values) => {
        await api("POST", "auth/change-email", values);
        await reload();
        tell(`Follow the link in the mail that we sent to ${values.email}.`);
      },
    }));
}

function ending() {
  return el("section", { class: "panel" },
    el("h2", {}, "Leave"),
    el("p", {}, "Deletes your account and what belongs to it."),
    el("p", {}, el("a", { class: "button danger-quiet", href: "#delete-account" }, "Delete your account")));
}
