// Copying to the clipboard.

import { el } from "./dom.js";
import { attempt, tell, warn } from "./notice.js";

/** A button that copies `text`. */
export function copyButton(text, label) {
  const copy = attempt(async () => {
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied.");
    } catch {
      warn("Your browser does not let us copy. Select the text and copy it yourself.");
    }
  });
  return el("button", { type: "button", class: "button", onclick: copy }, label);
}
