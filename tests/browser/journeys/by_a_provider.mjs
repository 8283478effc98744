// Signing in by a provider: the first time, with a second factor, and connected to an account by hand.

import assert from "node:assert/strict";
import { agree, leaveBy, refuse } from "../provider.mjs";
import { enrol } from "../totp.mjs";

const NAME = "Stone Guild";

export async function run(browser) {
  const login = `grace-${process.pid}-${Date.now()}@example.com`;
  const grace = await newcomer(browser, login);
  await unasked(browser, grace, login);
  await provesIdentity(grace, login);
  await secondFactor(grace, login);
  await connects(browser, login);
}

async function newcomer(browser, login) {
  const grace = await browser.visitor();
  await leave(grace);
  await refuse(grace);
  await grace.sees("Sign in");
  await grace.isTold("You did not allow it");
  assertClean(grace);

  await leave(grace);
  await agree(grace, login);
  await grace.sees("Overview");
  assertClean(grace);
  await grace.page.getByText("You sign in without a password.").waitFor();
  return grace;
}

/**
 * Signing in there was no proof, since the provider may have asked nothing; it is when it is told to ask.
 * What was to be done is done after that.
 */
async function provesIdentity(grace, login) {
  await grace.goTo("Two-step sign-in");
  await grace.press("Set it up");
  await grace.page.getByRole("dialog", { name: "Is it still you?" }).waitFor();
  await grace.photograph("step-up-provider");
  await leaveBy(grace, `Confirm with ${NAME}`);
  await grace.page.locator("input[name=login]").waitFor();
  await agree(grace, login);
  await grace.isTold("Now you can make the change");
  await grace.sees("Two-step sign-in");
  assertClean(grace);
}

/** A link on another site, to a provider that knows the browser, signs nobody in who does not say so. */
async function unasked(browser, grace, login) {
  await grace.signOut();
  const link = `${browser.url}/api/v1/auth/oauth/oidc/authorize?redirect_to=/account`;
  const dialog = grace.page.getByRole("dialog", { name: "Sign in?" });
  await grace.page.goto(link);
  await agree(grace, login);
  await dialog.waitFor();
  assertClean(grace);
  await grace.photograph("provider-unasked");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await grace.sees("Sign in");
  await grace.page.reload();
  await grace.sees("Sign in");
  await grace.page.goto(link);
  await agree(grace, login);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await grace.sees("Overview");
}

/** The code is asked for at the exchange; leaving it there signs nobody in. */
async function secondFactor(grace, login) {
  // From elsewhere: who goes to where they are sees it made anew, and has pressed what is gone.
  await grace.goTo("Overview");
  const { codes } = await enrol(grace);
  await grace.signOut();
  await leave(grace);
  await agree(grace, login);
  const dialog = grace.page.getByRole("dialog", { name: "One more step" });
  await dialog.waitFor();
  assertClean(grace);
  await grace.photograph("provider-one-more-step");
  await grace.fill("Code", "ABCD-EFGH");
  await grace.press("Continue");
  await dialog.locator(".error:not(:empty), .summary:not([hidden])").first().waitFor();
  await grace.press("Cancel");
  await grace.sees("Sign in");

  await leave(grace);
  await agree(grace, login);
  await grace.fill("Code", codes[0]);
  await grace.press("Continue");
  await grace.sees("Overview");
  await grace.page.getByText("9 recovery codes left.").waitFor();
}

/** By hand, to an account that has a password; an account at the provider belongs to one of ours. */
async function connects(browser, taken) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.goTo("Connected accounts");
  await leaveBy(ada, `Connect ${NAME}`);
  await agree(ada, taken);
  await ada.isTold("connected to somebody else's");
  assertClean(ada);

  const hers = await browser.visitor();
  Object.assign(hers, { email: ada.email, password: ada.password });
  await hers.signIn();
  await hers.goTo("Connected accounts");
  await leaveBy(hers, `Connect ${NAME}`);
  await agree(hers, ada.email);
  await hers.sees("Connected accounts");
  await hers.isTold(`${NAME} is connected`);
  assertClean(hers);
  await hers.photograph("connected-accounts-some");
  await hers.press(`Disconnect ${NAME}`);
  await hers.page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await hers.isTold(`${NAME} is disconnected`);
  await hers.page.getByRole("button", { name: `Connect ${NAME}` }).waitFor();
}

async function leave(visitor) {
  await visitor.open("sign-in");
  await leaveBy(visitor, `Continue with ${NAME}`);
}

/** What the provider sent along has left the address. */
function assertClean({ page, browser }) {
  assert.ok(!page.url().includes("?") && page.url().startsWith(`${browser.url}/account`), "the address is clean");
}
