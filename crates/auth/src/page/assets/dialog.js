// Dialogs: the browser's own, which keep the focus inside and close on Escape.

import { el, uniqueId } from "./dom.js";

/**
 * Opens a dialog with what `make(close)` answers; `close(value)` closes it. Resolves to that value,
 * or to null when it was left.
 */
export function open(title, make) {
  return new Promise((resolve) => {
    let result = null;
    const titleId = uniqueId("dialog");
    const close = (value) => {
      result = value;
      dialog.close();
    };
    const dialog = el("dialog", { "aria-labelledby": titleId }, el("h2", { id: titleId }, title), make(close));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Asks whether to go on. */
export async function confirm({ title, text, action }) {
  const answer = await open(title, (close) => [
    el("p", {}, text),
    el("div", { class: "actions" },
      el("button", { type: "button", class: "button danger", onclick: () => close(true) }, action),
      el("button", { type: "button", class: "button", autofocus: true, onclick: () => close(false) }, "Keep")),
  ]);
  return answer === true;
}
