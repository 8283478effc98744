// Changing the password, or choosing a first one.

import { api } from "../api.js";
import { el } from "../dom.js";
import { field, form, newPasswordField } from "../form.js";
import { tell } from "../notice.js";
import { reload } from "../router.js";
import { load, user } from "../session.js";

export function password() {
  const hasOne = user().has_password !== false;
  return el("section", { class: "panel" },
    el("p", {}, hasOne ? "Changing it signs you out on all other devices." : "You sign in without a password so far. You may choose one as well."),
    form({
      fields: [
        // Password managers want to know whose password it is.
        el("input", { type: "text", autocomplete: "username", value: user().email, hidden: true, readonly: true }),
        hasOne && field({ name: "current_password", label: "Current password", type: "password", autocomplete: "current-password", maxlength: "128" }),
        newPasswordField("New password"),
      ].filter(Boolean),
      submit: hasOne ? "Change the password" : "Set the password",
      onSubmit: async (values) => {
        await api("POST", "auth/change-password", values);
        await load();
        await reload();
        tell("Your password is changed.");
      },
    }));
}
