// Signing in by keyboard alone, with mistakes on the way.

import assert from "node:assert/strict";

export async function run(browser) {
  const ada = await browser.visitor();
  await ada.signUp();
  await ada.signOut();
  await ada.page.reload();
  await ada.sees("Sign in");
  const { keyboard } = ada.page;
  const focused = () => ada.page.evaluate(() => document.activeElement.name || document.activeElement.textContent.trim());

  await tabTo(ada.page, focused, "Skip to content");
  await keyboard.press("Enter");
  await tabTo(ada.page, focused, "email");
  await keyboard.type("not an address");
  await keyboard.press("Enter");
  assert.equal(await focused(), "email", "the focus goes to the first mistake");
  await ada.page.getByText("Enter an address like name@example.com.").waitFor();
  await keyboard.press("Control+A");
  await keyboard.type(ada.email);
  await tabTo(ada.page, focused, "password");
  await keyboard.type("not my password");
  await keyboard.press("Enter");
  await ada.page.getByRole("alert").filter({ hasText: "nvalid" }).waitFor();
  assert.equal(await ada.page.evaluate(() => document.activeElement.className), "summary", "the focus goes to what is wrong");
  await tabTo(ada.page, focused, "password");
  await keyboard.press("Control+A");
  await keyboard.type(ada.password);
  await tabTo(ada.page, focused, "Sign in");
  await keyboard.press("Space");
  await ada.sees("Overview");
  assert.equal(await focused(), "Overview", "the focus follows to the new heading");
  await tabTo(ada.page, focused, "Devices", "Shift+Tab");
  await keyboard.press("Enter");
  await ada.sees("Devices");
  await ada.page.goBack();
  await ada.sees("Overview");
}

/** Goes from one control to the next until the one that is wanted; each shows that it has the focus. */
async function tabTo(page, focused, wanted, key = "Tab") {
  const seen = [];
  for (let step = 0; step < 30; step += 1) {
    await page.keyboard.press(key);
    const name = await focused();
    seen.push(name);
    const isShown = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      const after = getComputedStyle(document.activeElement, "::after");
      return [style, after].some((one) => one.outlineStyle !== "none" && Number.parseFloat(one.outlineWidth) >= 2);
    });
    assert.ok(isShown, `the focus is seen on “${name}”`);
    if (name === wanted) return;
  }
  assert.fail(`${wanted} is not reached: ${seen.join(", ")}`);
}
