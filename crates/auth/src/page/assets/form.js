// Forms: fields with their labels, hints and errors, and a button that says when it is busy.

import { el, uniqueId } from "./dom.js";
import { ApiError, Cancelled, SignedOut } from "./api.js";
import { icon } from "./icons.js";
import { meet } from "./notice.js";
import { explain, sentence } from "./words.js";

/**
 * A field: `{name, label, type, hint, missing, …}`; what else it has are attributes of its input.
 * A field may be left empty when it is `optional`.
 */
export function field({ name, label, type = "text", hint, missing, optional, ...attributes }) {
  const id = uniqueId(name);
  const [hintId, errorId] = [`${id}-hint`, `${id}-error`];
  const input = el("input", {
    id, name, type, required: !optional,
    "aria-describedby": hint ? `${hintId} ${errorId}` : errorId,
    ...attributes,
  });
  input.dataset.missing = missing ?? `Enter your ${label.toLowerCase()}.`;
  return el("div", { class: "field" },
    el("label", { for: id }, label, optional && el("span", { class: "optional" }, " (optional)")),
    hint && el("p", { class: "hint", id: hintId }, hint),
    type === "password" ? el("div", { class: "secret" }, input, reveal(input, label)) : input,
    el("p", { class: "error", id: errorId }));
}

/** The field of a code from an authenticator app. */
export function codeField(hint) {
  return field({
    name: "code", label: "Code", hint, missing: "Enter the code.",
    autocomplete: "one-time-code", autocapitalize: "none", spellcheck: "false", maxlength: "64", class: "code",
  });
}

/** The field of a password that is chosen, with what is asked of it. */
export function newPasswordField(label = "Password") {
  return field({
    name: "password", label, type: "password", autocomplete: "new-password", minlength: "8", maxlength: "128",
    missing: "Choose a password.",
    hint: "At least 8 characters. A few words in a row are strong and easy to keep; common passwords are refused.",
  });
}

/**
 * A form that hands its values to `onSubmit`. What that throws is shown at the field it is about,
 * else above the form. `fields` may be any elements.
 */
export function form({ fields, submit, onSubmit, danger = false, extra = [] }) {
  const summary = el("div", { class: "summary", role: "alert", tabindex: "-1", hidden: true });
  const button = el("button", { type: "submit", class: danger ? "button danger" : "button primary" }, submit);
  const self = el("form", { novalidate: true, method: "post" },
    summary, fields, el("div", { class: "actions" }, button, extra));
  self.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    clear(self, summary);
    if (!isComplete(self)) return;
    button.setAttribute("aria-busy", "true");
    try {
      await onSubmit(values(self));
    } catch (error) {
      refuse(self, summary, error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return self;
}

function reveal(input, label) {
  const toggle = (event) => {
    const isShown = input.type === "password";
    input.type = isShown ? "text" : "password";
    event.currentTarget.setAttribute("aria-pressed", String(isShown));
  };
  return el("button", { type: "button", class: "reveal", "aria-label": `Show ${label.toLowerCase()}`, "aria-pressed": "false", onclick: toggle }, icon("eye"));
}

function inputs(self) {
  return [...self.querySelectorAll("input[name], select[name]")];
}

/** The values by name; those that were left empty are left out, boxes are lists of what is ticked. */
function values(self) {
  const found = {};
  for (const input of inputs(self)) {
    if (input.type === "checkbox") {
      found[input.name] ??= [];
      if (input.checked) found[input.name].push(input.value);
    } else if (input.value !== "") {
      found[input.name] = input.type === "password" || input.autocomplete.includes("password") ? input.value : input.value.trim();
    }
  }
  return found;
}

function clear(self, summary) {
  summary.hidden = true;
  summary.textContent = "";
  for (const input of inputs(self)) {
    input.removeAttribute("aria-invalid");
    const place = document.getElementById(`${input.id}-error`);
    if (place) place.textContent = "";
  }
}

/** What can be told without asking anybody. */
function isComplete(self) {
  const wrong = inputs(self).filter((input) => !input.validity.valid);
  for (const input of wrong) blame(input, complaint(input));
  wrong[0]?.focus();
  return wrong.length === 0;
}

function complaint(input) {
  const { validity } = input;
  if (validity.valueMissing) return input.dataset.missing;
  if (validity.tooShort) return `Use at least ${input.minLength} characters.`;
  if (validity.typeMismatch && input.type === "email") return "Enter an address like name@example.com.";
  return input.validationMessage;
}

function blame(input, text) {
  input.setAttribute("aria-invalid", "true");
  const place = document.getElementById(`${input.id}-error`);
  if (place) place.textContent = text;
}

/** Shows each message at its field, and above the form what belongs to none. */
function refuse(self, summary, error) {
  if (error instanceof Cancelled) return;
  if (error instanceof SignedOut) {
    meet(error);
    return;
  }
  if (!(error instanceof ApiError)) throw error;
  const named = inputs(self).filter((input) => input.type !== "checkbox" && about(error, input.name));
  for (const input of named) blame(input, about(error, input.name));
  named[0]?.focus();
  // A link's token is in no field: what is wrong with it is all that there is to say.
  const rest = error.fields.filter((one) => one.field !== "token" && !named.some((input) => isAbout(one, input.name)));
  if (named.length > 0 && rest.length === 0) return;
  summary.hidden = false;
  summary.textContent = [explain(error), ...rest.map((one) => sentence(`${one.field}: ${one.message}`))].join(" ");
  if (named.length === 0) summary.focus();
}

function about(error, name) {
  const found = error.fields.find((one) => isAbout(one, name));
  return found && sentence(found.message);
}

function isAbout({ field: path }, name) {
  return path === name || path.startsWith(`${name}[`);
}
