// Every view as it looks in light, in dark or on a small screen: pictures, and what axe-core says.

import { freshCode } from "../totp.mjs";

const GUEST = ["sign-in", "sign-up", "forgot-password", "reset-password=nothing", "verify-email=nothing"];
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
  await menus(ada, look);
  await secrets(ada, look);
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
