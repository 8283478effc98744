// What surrounds a view: a card for guests; a header and the way around for who is signed in.

import { APP, el } from "./dom.js";
import { icon, mark } from "./icons.js";
import { signOut, user } from "./session.js";
import { attempt, dismiss } from "./notice.js";

const SECTIONS = [
  ["overview", "Overview", "home"],
  ["profile", "Profile", "person"],
  ["password", "Password", "lock"],
  ["two-step", "Two-step sign-in", "shield"],
  ["passkeys", "Passkeys", "passkey"],
  ["connections", "Connected accounts", "link"],
  ["devices", "Devices", "device"],
  ["api-keys", "API keys", "code"],
  ["activity", "Activity", "activity"],
];

/** Shows `content` below `heading` as the view `name`. */
export function frame(name, isInside, heading, content) {
  const shell = document.getElementById("shell");
  shell.className = isInside ? "shell inside" : "shell outside";
  const main = el("main", { id: "main", tabindex: "-1" },
    isInside ? [heading, content] : el("div", { class: "card" }, heading, content));
  if (isInside) shell.replaceChildren(header(name), el("div", { class: "columns" }, navigation(name), main));
  else shell.replaceChildren(el("header", { class: "door" }, brand("#sign-in")), main);
}

function brand(target) {
  return el("a", { class: "brand", href: target }, mark(), el("span", {}, APP));
}

function header(name) {
  const leave = attempt(async () => {
    await signOut();
    location.hash = "sign-in";
  });
  return el("header", { class: "top" },
    brand("#overview"),
    el("p", { class: "whoami" }, user().email),
    el("button", { type: "button", class: "button quiet", onclick: leave }, "Sign out"),
    menuButton(name));
}

/** On a small screen the way around is folded away. */
function menuButton(name) {
  const here = SECTIONS.find(([section]) => section === name)?.[1] ?? "Menu";
  const toggle = (event) => unfold(event.currentTarget.getAttribute("aria-expanded") !== "true");
  return el("button", { id: "menu", type: "button", class: "button menu", "aria-expanded": "false", "aria-controls": "sections", onclick: toggle },
    icon("menu"), el("span", { class: "unseen" }, "Menu: "), here);
}

function unfold(isOpen) {
  document.getElementById("menu").setAttribute("aria-expanded", String(isOpen));
  document.getElementById("sections").classList.toggle("open", isOpen);
}

function navigation(name) {
  const leave = (event) => {
    dismiss();
    unfold(false);
    // The way to where one is shows it anew.
    if (event.currentTarget.hasAttribute("aria-current")) dispatchEvent(new HashChangeEvent("hashchange"));
  };
  const links = SECTIONS.map(([section, title, drawing]) => {
    const isHere = section === name;
    const attributes = { href: `#${section}`, "aria-current": isHere && "page", onclick: leave };
    return el("li", {}, el("a", attributes, icon(drawing), title));
  });
  return el("nav", { id: "sections", class: "sections", "aria-label": "Account" }, el("ul", {}, links));
}
