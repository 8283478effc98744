// Signing in by a provider: there and back again.

import { ask } from "./api.js";
import { open } from "./dialog.js";
import { el } from "./dom.js";
import { codeField, form } from "./form.js";
import { tell, warn } from "./notice.js";
import { enter } from "./router.js";
import { signIn, user } from "./session.js";
import { explain } from "./words.js";

/** Where somebody was who went to a provider: a view's name, no secret. */
const PLACE = "account.place";

/** That somebody went to a provider from here to sign in. */
const LEFT = "account.left";

/** That somebody went there to prove who they are, though they are signed in. */
const PROOF = "account.proof";

/** Where a provider's sign-in becomes one of ours. */
const EXCHANGE = "auth/oauth/exchange";

const TROUBLE = {
  access_denied: "You did not allow it, so nothing was changed.",
  account_exists: "There is an account with this e-mail address. Sign in to it first, then connect the provider under “Connected accounts”.",
  account_suspended: "This account is suspended.",
  session_ended: "You were signed out meanwhile. Sign in, and connect the account again.",
  already_linked: "You have connected an account of this provider already.",
  not_proved: "The provider did not ask who you are. Confirm it in another way.",
  linked_elsewhere: "That account is connected to somebody else's here.",
  provider_unavailable: "The provider cannot be reached. Try again in a little while.",
  email_missing: "The provider did not tell us an e-mail address.",
};

/** The providers that there are. */
export async function providers() {
  return (await ask("GET", "auth/oauth/providers")).data;
}

/** Goes to a provider to sign in. */
export function leaveFor(name) {
  sessionStorage.setItem(LEFT, "yes");
  const query = new URLSearchParams({ redirect_to: location.pathname });
  location.assign(`/api/v1/auth/oauth/${encodeURIComponent(name)}/authorize?${query}`);
}

/** Goes to a provider that asks who it is, whatever it remembers; comes back to the view `place`. */
export function leaveToProve(name, place) {
  sessionStorage.setItem(PLACE, place);
  sessionStorage.setItem(PROOF, "yes");
  const query = new URLSearchParams({ redirect_to: location.pathname, fresh: "true" });
  location.assign(`/api/v1/auth/oauth/${encodeURIComponent(name)}/authorize?${query}`);
}

/** Goes to where the API says, to connect a provider; comes back to the view `place`. */
export function leaveToConnect(url, place) {
  const target = new URL(url, location.href);
  if (target.protocol !== "https:" && target.protocol !== "http:") throw new Error("not a web address");
  sessionStorage.setItem(PLACE, place);
  location.assign(target.href);
}

/**
 * Deals with what a provider sent back in the address, which says nothing of it any more then.
 * Answers what is to be done once a view is shown; null when that is nothing.
 */
export async function comeBack() {
  const query = new URLSearchParams(location.search);
  const { place, isProof, hasLeft } = takeVisit();
  if (query.size === 0) return null;
  history.replaceState(null, "", location.pathname + (place ? `#${place}` : location.hash));
  if (query.has("error")) return () => warn(TROUBLE[query.get("error")] ?? "The provider could not sign you in. Try again.");
  if (query.has("linked")) return () => tellLinked(query.get("linked"));
  if (!query.has("code") || (user() && !isProof)) return null;
  const body = { code: query.get("code") };
  return hasLeft ? exchange(body, isProof) : () => askWhetherToSignIn(body);
}

/**
 * Nobody went to a provider from here: another site may have sent the browser on a visit to one that knows it, and
 * nobody is to be signed in without wanting it (OWASP ASVS 5.0, 7.6.2).
 */
async function askWhetherToSignIn(body) {
  const wantsTo = await open("Sign in?", (close) => [
    el("p", {}, "A provider says that it knows you, but you did not ask it from this page. Sign in only if you want to."),
    el("div", { class: "actions" },
      el("button", { type: "button", class: "button primary", onclick: () => close(true) }, "Sign in"),
      el("button", { type: "button", class: "button", autofocus: true, onclick: () => close(false) }, "Cancel")),
  ]);
  if (wantsTo !== true) return;
  const then = await exchange(body, false);
  if (then) await then();
  else enter();
}

/** The visit to a provider that is over now, also where somebody gave it up and came back by themselves. */
function takeVisit() {
  const [place, proof, left] = [PLACE, PROOF, LEFT].map((name) => sessionStorage.getItem(name));
  [PLACE, PROOF, LEFT].forEach((name) => sessionStorage.removeItem(name));
  return { place, isProof: proof !== null, hasLeft: left !== null || proof !== null };
}

// A browser that goes back may show the page as it was, and run nothing of it anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) takeVisit();
});

/** Whoever made the address may have put anything into it, so only a provider's own title is told. */
async function tellLinked(name) {
  const provider = (await providers().catch(() => [])).find((one) => one.name === name);
  if (provider) tell(`${provider.title} is connected. You can sign in with it now.`);
}

async function exchange(body, isProof) {
  try {
    await signIn(EXCHANGE, body);
    return isProof ? () => tell("Thank you. Now you can make the change.") : null;
  } catch (error) {
    return error.code === "SECOND_FACTOR_REQUIRED" ? () => askForCode(body) : () => warn(explain(error));
  }
}

async function askForCode(body) {
  const isInside = await open("One more step", (close) => [
    el("p", {}, "Your account asks for a code as well."),
    form({
      fields: [codeField("From your authenticator app, or one of your recovery codes.")],
      submit: "Continue",
      onSubmit: async ({ code }) => {
        await signIn(EXCHANGE, { ...body, otp: code });
        close(true);
      },
      extra: el("button", { type: "button", class: "button", onclick: () => close(false) }, "Cancel"),
    }),
  ]);
  if (isInside) enter();
}
