// Another address, which takes the place of the old one by a link, and then the end of the account.

import assert from "node:assert/strict";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await changeEmail(browser, ada);
  await remove(ada);
}

async function changeEmail(browser, ada) {
  const before = ada.email;
  const after = before.replace("visitor", "moved");
  await ada.goTo("Profile");
  await ada.fill("New e-mail address", after);
  await ada.press("Change the address");
  await ada.isTold(`Follow the link in the mail that we sent to ${after}`);
  await ada.page.locator("strong").filter({ hasText: before }).waitFor();
  // On a phone that is not signed in: the link is for the account that asked for it.
  const phone = await browser.visitor();
  Object.assign(phone, { email: before, password: ada.password });
  await phone.follow("confirm-email", after);
  await phone.sees("Sign in");
  await phone.page.getByText("Sign in to confirm your new address.").waitFor();
  await phone.photograph("confirm-email-guest");
  await phone.fill("E-mail address", before);
  await phone.fill("Password", phone.password);
  await phone.press("Sign in");
  await phone.sees("Your new e-mail address");
  await phone.press("Confirm my new address");
  await phone.isTold("your address is confirmed");
  await ada.open("profile");
  await ada.page.locator("strong").filter({ hasText: after }).waitFor();
  await ada.page.getByText("Confirmed", { exact: true }).waitFor();

  await ada.signOut();
  await ada.enterPassword();
  await ada.page.getByRole("alert").filter({ hasText: "nvalid" }).waitFor();
  ada.email = after;
  await ada.signIn();
}

async function remove(ada) {
  await ada.goTo("Profile");
  await ada.page.getByRole("link", { name: "Delete your account" }).click();
  await ada.sees("Delete your account");
  await ada.fill("Your e-mail address", "somebody@example.com");
  await ada.press("Delete my account");
  await ada.page.getByText("Is not the address of this account.").waitFor();
  await ada.fill("Your e-mail address", ada.email);
  await ada.press("Delete my account");
  await ada.isTold("Your account is deleted");
  await ada.sees("Sign in");
  assert.equal(await ada.page.locator("nav").count(), 0);
  await ada.enterPassword();
  await ada.page.getByRole("alert").filter({ hasText: "nvalid" }).waitFor();
}
