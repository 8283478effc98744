// The way from the address to a view. The fragment names the view, so that going back works and no
// server learns of it. A fragment with a token loses it at once, before anything else happens.

import { APP, el } from "./dom.js";
import { Cancelled, SignedOut } from "./api.js";
import { forget, user } from "./session.js";
import { explain } from "./words.js";
import { frame } from "./shell.js";

/** Where views begin for who is signed in, and for who is not. */
const HOME = "overview";
const DOOR = "sign-in";

let routes = {};
let turn = 0;
let leaving = new AbortController();

/** What somebody wanted to see who has to sign in first: `{name, token}`. */
let wanted = null;

/**
 * Begins to show views. Each route is `{title, view, for, door}`: `view({token, why, signal})` answers
 * what is shown, and `for` is who it is for: "guest", "user" or "all". The signal aborts when it is
 * left. Who has to sign in first is told why: what `door` says.
 */
export function start(table) {
  routes = table;
  addEventListener("hashchange", () => show(true));
  return show(false);
}

/** Goes to the view `name`; shows it anew when it is there already. */
export function go(name) {
  if (location.hash === `#${name}`) return show(true);
  location.hash = name;
  return undefined;
}

/** Goes on after signing in: to what was asked for before, else to the beginning. */
export function enter() {
  return go(wanted?.name ?? HOME);
}

/** Shows the view of this address anew. */
export function reload() {
  return show(true);
}

async function show(takesFocus) {
  const mine = (turn += 1);
  const { name, token, why } = address();
  leaving.abort();
  leaving = new AbortController();
  const route = routes[name];
  const content = await contentOf(route, { token, why });
  // Somebody went on while it was made.
  if (mine !== turn || content === null) return;
  document.title = `${route.title} · ${APP}`;
  const heading = el("h1", { tabindex: "-1" }, route.title);
  frame(name, user() && route.for !== "all", heading, content);
  scrollTo(0, 0);
  if (takesFocus) heading.focus({ preventScroll: true });
}

/** Which view the address names, once it is clear who may see it. */
function address() {
  const [name, token] = splitOnce(location.hash.slice(1));
  if (token !== undefined) history.replaceState(null, "", `${location.pathname}#${name}`);
  const known = Object.hasOwn(routes, name) ? name : user() ? HOME : DOOR;
  const audience = routes[known].for;
  if (audience === "user" && !user()) {
    wanted = { name: known, token };
    return settle(DOOR, routes[known].door);
  }
  const kept = wanted?.name === known ? wanted.token : undefined;
  if (user()) wanted = null;
  if (audience === "guest" && user()) return settle(HOME);
  return known === name ? { name, token: token ?? kept } : settle(known);
}

/** The address says what is shown, without a step in the history. */
function settle(name, why) {
  history.replaceState(null, "", `${location.pathname}#${name}`);
  return { name, token: undefined, why };
}

async function contentOf(route, given) {
  try {
    return await route.view({ ...given, signal: leaving.signal });
  } catch (error) {
    if (error instanceof Cancelled) return null;
    if (error instanceof SignedOut) {
      forget();
      show(true);
      return null;
    }
    return failure(error);
  }
}

function failure(error) {
  return el("section", { class: "panel" },
    el("p", { role: "alert" }, explain(error)),
    el("button", { type: "button", class: "button", onclick: reload }, "Try again"));
}

function splitOnce(text) {
  const place = text.indexOf("=");
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + 1)];
}
