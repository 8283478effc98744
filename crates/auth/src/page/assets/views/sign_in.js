// Signing in: by password, and a code when the account has a second factor; by passkey; by provider.

import { ask } from "../api.js";
import { el } from "../dom.js";
import { codeField, field, form } from "../form.js";
import { icon } from "../icons.js";
import { attempt, meet } from "../notice.js";
import * as passkey from "../passkey.js";
import { leaveFor, providers } from "../provider.js";
import { enter, reload } from "../router.js";
import { signIn as begin } from "../session.js";

/** A challenge lives five minutes; the one behind the e-mail field is renewed before that. */
const RENEWED_MS = 4 * 60 * 1000;

export async function signIn({ why, signal }) {
  const offered = await providers().catch(() => []);
  const place = el("div", {});
  if (why) place.append(el("p", {}, why));
  place.append(...firstStep(place, offered));
  // An offer that cannot be made is none; the button says what is wrong to whoever wants it.
  offerInField(signal).catch(() => {});
  return place;
}

function firstStep(place, offered) {
  const others = [passkey.isAvailable() && passkeyButton(), ...offered.map(providerButton)].filter(Boolean);
  return [
    form({
      fields: [
        field({ name: "email", label: "E-mail address", type: "email", autocomplete: "username webauthn", inputmode: "email", autocapitalize: "none", spellcheck: "false", maxlength: "254", missing: "Enter your e-mail address." }),
        field({ name: "password", label: "Password", type: "password", autocomplete: "current-password", maxlength: "128" }),
        el("p", { class: "aside" }, el("a", { href: "#forgot-password" }, "Forgot your password?")),
      ],
      submit: "Sign in",
      onSubmit: (values) => byPassword(values, place),
    }),
    ...(others.length > 0 ? [el("p", { class: "or" }, "or"), el("div", { class: "others" }, others)] : []),
    el("p", { class: "elsewhere" }, "New here? ", el("a", { href: "#sign-up" }, "Create an account")),
  ];
}

async function byPassword(values, place) {
  try {
    await begin("auth/login", values);
  } catch (error) {
    if (error.code !== "SECOND_FACTOR_REQUIRED") throw error;
    place.replaceChildren(...secondStep(values));
    place.querySelector("input[name=code]").focus();
    return;
  }
  enter();
}

/** The password stays in memory until the code is there: the API takes both at once. */
function secondStep(values) {
  return [
    el("p", {}, "Your account asks for one more step."),
    form({
      fields: [codeField("The code that your authenticator app shows, or one of your recovery codes.")],
      submit: "Continue",
      onSubmit: async ({ code }) => {
        await begin("auth/login", { ...values, code });
        enter();
      },
      extra: el("button", { type: "button", class: "button", onclick: reload }, "Start over"),
    }),
  ];
}

function passkeyButton() {
  const use = attempt(async () => {
    inField.abort();
    const { challenge_id, options } = await ask("POST", "auth/passkeys/login/begin", {});
    await byPasskey(challenge_id, await passkey.get(options));
  });
  return el("button", { type: "button", class: "button wide", onclick: use }, icon("passkey"), "Use a passkey");
}

function providerButton({ name, title }) {
  return el("button", { type: "button", class: "button wide", onclick: () => leaveFor(name) }, `Continue with ${title}`);
}

async function byPasskey(challenge, credential) {
  await begin("auth/passkeys/login/finish", { challenge_id: challenge, credential });
  enter();
}

/** What waits for a passkey to be chosen in the e-mail field. A browser lets only one wait. */
let inField = new AbortController();

async function offerInField(left) {
  if (!(await passkey.isOfferedInField())) return;
  while (!left.aborted) {
    inField = new AbortController();
    const { signal } = inField;
    const { challenge_id, options } = await ask("POST", "auth/passkeys/login/begin", {});
    const renewal = setTimeout(() => inField.abort("renewed"), RENEWED_MS);
    const isLeft = () => inField.abort();
    left.addEventListener("abort", isLeft, { once: true });
    const credential = await passkey.get(options, { mediation: "conditional", signal }).catch(() => null);
    left.removeEventListener("abort", isLeft);
    clearTimeout(renewal);
    if (credential) return byPasskey(challenge_id, credential).catch(meet);
    if (signal.reason !== "renewed") return;
  }
}
