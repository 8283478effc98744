// Recovery codes, shown this once.

import { APP, el } from "./dom.js";
import { user } from "./session.js";
import { copyButton } from "./copy.js";

/** The panel with `codes`; `done` is called when they are kept. */
export function recoveryCodes(codes, done) {
  const text = codes.join("\n");
  return el("section", { class: "panel printed" },
    el("h2", { tabindex: "-1" }, "Keep your recovery codes"),
    el("p", {}, "Each lets you in once when your phone is not at hand. They are shown only now: keep them where you will find them."),
    el("p", { class: "only-print" }, `${APP}, ${user().email}`),
    el("ol", { class: "codes" }, codes.map((code) => el("li", {}, el("code", {}, code)))),
    el("div", { class: "actions" },
      copyButton(text, "Copy"),
      el("button", { type: "button", class: "button", onclick: () => download(text) }, "Download"),
      el("button", { type: "button", class: "button", onclick: () => print() }, "Print"),
      el("button", { type: "button", class: "button primary", onclick: done }, "I have kept them")));
}

function download(text) {
  const url = URL.createObjectURL(new Blob([`${APP}: recovery codes of ${user().email}\n\n${text}\n`], { type: "text/plain" }));
  el("a", { href: url, download: "recovery-codes.txt" }).click();
  // The download has begun by then; before, there would be nothing to read.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
