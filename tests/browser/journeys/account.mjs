// A new account: signing up, confirming the address, coming back, another password, other devices.

import assert from "node:assert/strict";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.isTold("We have sent a mail");
  await ada.page.getByText("Not confirmed", { exact: true }).waitFor();
  await ada.follow("verify-email");
  await ada.press("Confirm my address");
  await ada.sees("Overview");
  await ada.page.getByText("Confirmed", { exact: true }).waitFor();
  await keepsNothing(ada);
  await outlivesToken(ada);
  await ada.signOut();
  await ada.open("devices");
  await ada.sees("Sign in");
  await ada.fill("E-mail address", ada.email);
  await ada.fill("Password", ada.password);
  await ada.press("Sign in");
  // Where one was going.
  await ada.sees("Devices");
  await changePassword(browser, ada);
  await endSessions(browser, ada);
}

/** No token is where a script could read it (OWASP ASVS 4.0, 3.4.2 and 8.2.2). */
async function keepsNothing(ada) {
  const kept = await ada.page.evaluate(() => ({ cookies: document.cookie, local: { ...localStorage }, session: { ...sessionStorage } }));
  assert.deepEqual(kept, { cookies: "", local: {}, session: {} });
  const cookies = await ada.page.context().cookies();
  assert.ok(cookies.length > 0, "there are cookies");
  for (const cookie of cookies) assert.ok(cookie.httpOnly && cookie.sameSite !== "None", `${cookie.name} is kept from scripts and other sites`);
}

/** A token that is over is renewed without a word, for reading as for changing. */
async function outlivesToken(ada) {
  const context = ada.page.context();
  const { name } = (await context.cookies()).find(({ path }) => path === "/");
  for (const act of [() => ada.goTo("Devices"), () => rename(ada), () => ada.page.reload()]) {
    await context.clearCookies({ name });
    await act();
  }
  await ada.page.getByText("Hello Ada <b>King</b>.").waitFor();
}

async function rename(ada) {
  await ada.goTo("Profile");
  await ada.fill("Name", "Ada <b>King</b>");
  await ada.press("Save");
  await ada.isTold("Your name is saved");
  await ada.goTo("Overview");
  // Data is text, whatever it looks like.
  await ada.page.getByText("Hello Ada <b>King</b>.").waitFor();
}

async function changePassword(browser, ada) {
  const phone = await browser.visitor();
  Object.assign(phone, { email: ada.email, password: ada.password });
  await phone.signIn();
  await ada.goTo("Password");
  await ada.fill("Current password", "not my password");
  await ada.fill("New password", "nine wet brick roads");
  await ada.press("Change the password");
  await ada.page.locator(".error:not(:empty), .summary:not([hidden])").first().waitFor();
  await ada.fill("Current password", ada.password);
  await ada.press("Change the password");
  await ada.isTold("Your password is changed");
  ada.password = "nine wet brick roads";
  await phone.page.reload();
  await phone.sees("Sign in");
}

async function endSessions(browser, ada) {
  const phone = await browser.visitor();
  const tablet = await browser.visitor();
  for (const other of [phone, tablet]) {
    Object.assign(other, { email: ada.email, password: ada.password });
    await other.signIn();
  }
  await ada.goTo("Devices");
  await ada.page.getByText("This device").waitFor();
  const others = ada.page.getByRole("button", { name: /^Sign out Chrome/ });
  assert.equal(await others.count(), 2);
  await others.first().click();
  await ada.isTold("is signed out");
  assert.equal(await others.count(), 1);
  await ada.press("Sign out all others");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Sign out all others" }).click();
  await ada.isTold("All other devices are signed out");
  assert.equal(await others.count(), 0);
  for (const other of [phone, tablet]) {
    await other.page.reload();
    await other.sees("Sign in");
  }
  await ada.page.reload();
  await ada.sees("Devices");
}
