// Leaving for good.

import { el } from "../dom.js";
import { field, form } from "../form.js";
import { ApiError } from "../api.js";
import { tell } from "../notice.js";
import { go } from "../router.js";
import { load, remove, user } from "../session.js";

export async function deleteAccount() {
  await load();
  return el("section", { class: "panel" },
    el("p", {}, "This ends all your sign-ins and keys, and cannot be taken back."),
    form({
      danger: true,
      fields: [field({ name: "email", label: "Your e-mail address", type: "email", autocomplete: "off", autocapitalize: "none", spellcheck: "false", hint: `Enter ${user().email}, so that this does not happen by accident.` })],
      submit: "Delete my account",
      onSubmit: async ({ email }) => {
        if (email.toLowerCase() !== user().email.toLowerCase()) throw mismatch();
        await remove();
        go("sign-in");
        tell("Your account is deleted.");
      },
      extra: el("a", { class: "button", href: "#profile" }, "Keep it"),
    }));
}

function mismatch() {
  const details = [{ field: "email", message: "is not the address of this account" }];
  return new ApiError(422, { error: { code: "VALIDATION_ERROR", message: "Not the address of this account.", details } }, null);
}
