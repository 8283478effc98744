// Links of mails that confirm an address. They are used by a button, not by opening them: programs
// that look into mail open links too.

import { api } from "../api.js";
import { el } from "../dom.js";
import { form } from "../form.js";
import { tell } from "../notice.js";
import { go } from "../router.js";
import { load } from "../session.js";

/** For whoever registered with it alone: a link to an address with which somebody else registered verifies nothing. */
export function verifyEmail({ token }) {
  return confirmation(token, (body) => api("POST", "auth/verify-email", body), "Confirm that this address is yours.", "Confirm my address");
}

/** For whoever asked for it alone: a link that somebody else had sent confirms nothing. */
export function confirmEmail({ token }) {
  return confirmation(token, (body) => api("POST", "auth/confirm-email", body), "Confirm that this address is yours. From then on you sign in with it.", "Confirm my new address");
}

function confirmation(token, confirm, text, submit) {
  const onward = el("p", { class: "elsewhere" }, el("a", { href: "#overview" }, "To your account"));
  if (!token) return el("div", {}, el("p", {}, "This link is not complete, or was used already. You can have a new one sent from your profile."), onward);
  return el("div", {},
    el("p", {}, text),
    form({
      fields: [],
      submit,
      onSubmit: async () => {
        await confirm({ token });
        await load();
        go("overview");
        tell("Thank you, your address is confirmed.");
      },
    }),
    onward);
}
