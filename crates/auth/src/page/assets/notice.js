// Short messages that come and go, told to screen readers too.

import { Cancelled, SignedOut } from "./api.js";
import { forget } from "./session.js";
import { explain } from "./words.js";

/** Long enough to be read without haste. */
const SHOWN_MS = 8000;

let timer = 0;

/** Tells that something was done. */
export function tell(text) {
  show(text, false);
}

/** Tells that something went wrong. */
export function warn(text) {
  show(text, true);
}

/** Takes away what is shown: somebody went on. */
export function dismiss() {
  const notice = document.getElementById("notice");
  notice.className = "notice";
  notice.textContent = "";
}

/** A listener that does `work` once at a time, and tells what went wrong. */
export function attempt(work) {
  return async (event) => {
    const button = event.currentTarget;
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await work(event);
    } catch (error) {
      meet(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
}

/** Deals with an error that belongs to no field. */
export function meet(error) {
  if (error instanceof Cancelled) return;
  if (error instanceof SignedOut) {
    forget();
    location.hash = "sign-in";
    warn("You were signed out. Sign in again to go on.");
    return;
  }
  warn(explain(error));
}

function show(text, isWarning) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  notice.className = isWarning ? "notice shown warning" : "notice shown";
  clearTimeout(timer);
  timer = setTimeout(dismiss, SHOWN_MS);
}
