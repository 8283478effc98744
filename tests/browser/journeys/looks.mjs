// Every view as it looks in light, in dark or on a small screen: pictures, and what axe-core says.

import { addAuthenticator } from "../authenticator.mjs";
import { freshCode } from "../totp.mjs";

const GUEST = ["sign-in", "sign-up", "forgot-password", "reset-password=nothing", "verify-email=nothing", "verify-email"];
const USER = ["Overview", "Profile", "Password", "Two-step sign-in", "Passkeys", "Connected accounts", "Devices", "API keys", "Activity"];

const LOOKS = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  mobile: { colorScheme: "light", viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
};

export async function run(browser, look) {
  const ada = await browser.visitor({ reducedMotion: "reduce", ...LOOKS[look] });
  await asGuest(ada, look);
  await ada.signUp("Ada Lovelace");
  for (const title of USER) {
    await ada.goTo(title);
    await keep(ada, look, title.toLowerCase().replaceAll(" ", "-"));
  }
  await links(ada, look);
  await menus(ada, look);
  await secrets(ada, look);
  await passkeys(browser, look);
  await longNames(browser, look);
}

/** What links of mails lead to, whole and cut short. */
async function links(ada, look) {
  for (const [view, name] of [["verify-email=nothing", "verify-email-user"], ["verify-email", "verify-email-void"], ["confirm-email=nothing", "confirm-email-user"]]) {
    await ada.open(view);
    await keep(ada, look, name);
  }
}

/** Of somebody who has no second factor yet, and so is not asked for it. */
async function passkeys(browser, look) {
  const ada = await browser.visitor({ reducedMotion: "reduce", ...LOOKS[look] });
  await ada.signUp("Ada Lovelace");
  await addAuthenticator(ada);
  await ada.goTo("Passkeys");
  await ada.press("Add a passkey");
  await ada.page.getByRole("dialog").waitFor();
  await keep(ada, look, "passkey-name");
  await ada.press("Save");
  await ada.isTold("is added");
  await keep(ada, look, "passkeys-some");
}

/** Somebody whose name and address are as long as they may be, without a place to break. */
async function longNames(browser, look) {
  const bob = await browser.visitor({ reducedMotion: "reduce", ...LOOKS[look] });
  await bob.signUp("Wolfeschlegelsteinhausenbergerdorff".repeat(3).slice(0, 100), "a-very-long-address-of-somebody");
  for (const title of ["Overview", "Profile", "Devices", "Activity"]) {
    if (title !== "Overview") await bob.goTo(title);
    await keep(bob, look, `long-${title.toLowerCase()}`);
  }
  await bob.open("delete-account");
  await keep(bob, look, "long-delete-account");
}

async function asGuest(ada, look) {
  for (const view of GUEST) {
    await ada.open(view);
    await keep(ada, look, view.split("=")[0]);
  }
  await ada.open("sign-in");
  await ada.press("Sign in");
  await ada.page.getByText("Enter your password.").waitFor();
  await keep(ada, look, "sign-in-refused");
  await ada.open("confirm-email=nothing");
  await keep(ada, look, "confirm-email");
  await ada.open("reset-password=nothing");
  await ada.fill("New password", "seven dry stone walls");
  await ada.press("Save the password");
  await ada.page.locator(".summary:not([hidden])").waitFor();
  await keep(ada, look, "reset-password-refused");
  await ada.open("reset-password");
  await keep(ada, look, "reset-password-void");
}

async function menus(ada, look) {
  await ada.open("delete-account");
  await keep(ada, look, "delete-account");
  const menu = ada.page.getByRole("button", { name: /^Menu:/ });
  if (!(await menu.isVisible())) return;
  await menu.click();
  await keep(ada, look, "menu");
}

/** What is shown only once. */
async function secrets(ada, look) {
  await ada.goTo("API keys");
  await ada.fill("Name", "Backup script");
  await ada.page.getByRole("checkbox").first().check();
  await ada.press("Create the key");
  await ada.page.locator("#new-key").waitFor();
  await keep(ada, look, "api-key-made");
  await ada.press("I have kept it");
  await ada.page.getByRole("button", { name: /^Revoke/ }).waitFor();
  await keep(ada, look, "api-keys-some");
  await ada.press("Revoke Backup script");
  await ada.page.getByRole("dialog").waitFor();
  await keep(ada, look, "dialog");
  await ada.page.keyboard.press("Escape");
  await ada.goTo("Two-step sign-in");
  await ada.press("Set it up");
  await ada.page.getByRole("img", { name: /^QR code/ }).waitFor();
  await keep(ada, look, "two-step-set-up");
  const secret = (await ada.page.locator("code.key").textContent()).replaceAll(" ", "");
  await ada.fill("Code", await freshCode(secret));
  await ada.press("Turn it on");
  await ada.page.getByRole("heading", { name: "Keep your recovery codes" }).waitFor();
  await keep(ada, look, "recovery-codes");
}

async function keep(ada, look, view) {
  const what = `${view} (${look})`;
  await ada.photograph(`${view}-${look}`);
  await ada.assertFits(what);
  await ada.assertAccessible(what);
}
