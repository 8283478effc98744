// A password that was forgotten: the mail with the link, and what the link leads to.

import { ask } from "../api.js";
import { el, uniqueId } from "../dom.js";
import { field, form, newPasswordField } from "../form.js";
import { tell } from "../notice.js";
import { go } from "../router.js";
import { load } from "../session.js";

export function forgotPassword() {
  const place = el("div", {});
  place.append(
    el("p", {}, "Tell us your e-mail address, and we send you a link to choose a new one."),
    form({
      fields: [field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username", inputmode: "email", autocapitalize: "none", spellcheck: "false", maxlength: "254", missing: "Enter your e-mail address." })],
      submit: "Send the link",
      onSubmit: async ({ email }) => {
        await ask("POST", "auth/forgot-password", { email });
        place.replaceChildren(...sent(email));
        place.querySelector("p").focus();
      },
    }),
    elsewhere());
  return place;
}

/** Says the same whether or not there is such an account, as the API does. */
function sent(email) {
  return [
    el("p", { tabindex: "-1" }, `If there is an account for ${email}, a mail with a link is on its way. It works once, and not for long.`),
    el("p", { class: "muted" }, "Nothing there after a few minutes? Look into the spam folder, or try again."),
    elsewhere(),
  ];
}

export function resetPassword({ token }) {
  if (!token) return unusable();
  return form({
    fields: [newPasswordField("New password"), keysBox()],
    submit: "Save the password",
    onSubmit: async ({ password, keys }) => {
      await ask("POST", "auth/reset-password", { token, password, revoke_api_keys: keys.length > 0 });
      await load();
      go("sign-in");
      tell("Your password is changed, and all devices are signed out. Sign in with the new one.");
    },
  });
}

/** Programs depend on keys, so a new password leaves them alone, unless somebody else may have made one. */
function keysBox() {
  const [id, hintId] = [uniqueId("keys"), uniqueId("keys-hint")];
  return el("div", { class: "field" },
    el("div", { class: "box" },
      el("input", { type: "checkbox", id, name: "keys", value: "all", "aria-describedby": hintId }), el("label", { for: id }, "Revoke my API keys too")),
    el("p", { class: "hint", id: hintId }, "If somebody else may have been in your account. Programs that use them stop working."));
}

function unusable() {
  return el("div", {},
    el("p", {}, "This link is not complete, or was used already."),
    el("p", { class: "elsewhere" }, el("a", { href: "#forgot-password" }, "Ask for a new one")));
}

function elsewhere() {
  return el("p", { class: "elsewhere" }, el("a", { href: "#sign-in" }, "Back to sign in"));
}
