// Registering.

import { ask } from "../api.js";
import { el } from "../dom.js";
import { field, form, newPasswordField } from "../form.js";
import { tell } from "../notice.js";
import { enter } from "../router.js";
import { signIn } from "../session.js";

export function signUp() {
  return el("div", {},
    form({
      fields: [
        field({ name: "display_name", label: "Name", autocomplete: "name", maxlength: "100", hint: "What we call you. You can change it." }),
        field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username", inputmode: "email", autocapitalize: "none", spellcheck: "false", maxlength: "254", missing: "Enter your e-mail address." }),
        newPasswordField(),
      ],
      submit: "Create account",
      onSubmit: register,
    }),
    el("p", { class: "elsewhere" }, "Have an account? ", el("a", { href: "#sign-in" }, "Sign in")));
}

async function register({ display_name, email, password }) {
  await ask("POST", "users", { display_name, email, password });
  await signIn("auth/login", { email, password });
  enter();
  tell(`Welcome. We have sent a mail to ${email}: follow its link to confirm the address.`);
}
