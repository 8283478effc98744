// The second factor: codes from an authenticator app, and recovery codes for when it is lost.

import { api } from "../api.js";
import { confirm } from "../dialog.js";
import { el } from "../dom.js";
import { codeField, form } from "../form.js";
import { attempt, tell } from "../notice.js";
import { reload } from "../router.js";
import { load } from "../session.js";
import { copyButton } from "../copy.js";
import { recoveryCodes } from "../recovery_codes.js";

export async function twoStep() {
  const factors = await api("GET", "auth/mfa");
  const place = el("div", {});
  place.append(...(factors.totp ? whenOn(factors, place) : whenOff(place)));
  return place;
}

function whenOff(place) {
  const enrol = attempt(async () => {
    const enrolment = await api("POST", "auth/mfa/totp");
    place.replaceChildren(...setUp(enrolment, place));
    place.querySelector("h2").focus();
  });
  return [el("section", { class: "panel" },
    el("p", { class: "row" }, el("strong", {}, "Authenticator app"), el("span", { class: "badge open" }, "Off")),
    el("p", {}, "After your password you also enter a code from an app on your phone. Whoever has your password alone stays outside."),
    el("div", { class: "actions" }, el("button", { type: "button", class: "button primary", onclick: enrol }, "Set it up")))];
}

function setUp({ secret, uri, qr }, place) {
  return [el("section", { class: "panel" },
    el("h2", { tabindex: "-1" }, "Scan this with your app"),
    el("div", { class: "enrol" },
      el("img", { class: "qr", src: `data:image/svg+xml;utf8,${encodeURIComponent(qr)}`, alt: "QR code for your authenticator app", width: "200", height: "200" }),
      el("div", {},
        el("p", {}, "Or enter this key by hand:"),
        el("p", {}, el("code", { class: "key" }, secret.replace(/(.{4})(?=.)/g, "$1 "))),
        el("p", { class: "actions" }, copyButton(secret, "Copy the key"), el("a", { class: "button", href: uri }, "Open the app")))),
    form({
      fields: [codeField("The six digits that the app shows now.")],
      submit: "Turn it on",
      onSubmit: async ({ code }) => {
        const { recovery_codes: codes } = await api("POST", "auth/mfa/totp/confirm", { code });
        await load();
        show(codes, place);
        tell("Two-step sign-in is on.");
      },
      extra: el("button", { type: "button", class: "button", onclick: reload }, "Cancel"),
    }))];
}

function whenOn(factors, place) {
  return [
    el("section", { class: "panel" },
      el("p", { class: "row" }, el("strong", {}, "Authenticator app"), el("span", { class: "badge good" }, "On")),
      el("p", {}, "Your account asks for a code from your app when you sign in with your password."),
      el("div", { class: "actions" }, el("button", { type: "button", class: "button danger-quiet", onclick: turnOff() }, "Turn it off"))),
    el("section", { class: "panel" },
      el("h2", {}, "Recovery codes"),
      el("p", {}, `You have ${factors.recovery_codes_left} left. Each lets you in once without the app.`),
      el("div", { class: "actions" }, el("button", { type: "button", class: "button", onclick: renew(place) }, "Make new ones"))),
  ];
}

function turnOff() {
  return attempt(async () => {
    const text = "From then on your password alone is enough to sign in, and your recovery codes are void.";
    if (!(await confirm({ title: "Turn off two-step sign-in?", text, action: "Turn it off" }))) return;
    await api("DELETE", "auth/mfa/totp");
    await load();
    await reload();
    tell("Two-step sign-in is off.");
  });
}

function renew(place) {
  return attempt(async () => {
    if (!(await confirm({ title: "Make new recovery codes?", text: "Those that you have now will not work any more.", action: "Make new ones" }))) return;
    show((await api("POST", "auth/mfa/recovery-codes")).recovery_codes, place);
  });
}

function show(codes, place) {
  place.replaceChildren(recoveryCodes(codes, reload));
  place.querySelector("h2").focus();
}
