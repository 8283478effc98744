// Somebody at an OpenID provider: its forms, which ask who one is and whether one agrees.

/** Goes there by the button `name`, which may lead straight back when the provider knows all that it asks. */
export async function leaveBy(visitor, name) {
  await Promise.all([visitor.page.waitForEvent("framenavigated"), visitor.press(name)]);
}

/** Says who one is, agrees to all, and comes back to the page. Asked only what the provider does not know yet. */
export async function agree(visitor, login) {
  await answered(visitor, async (page) => {
    const name = page.locator("input[name=login]");
    if (await name.count()) await name.fill(login);
  });
}

/** Says no, and comes back to the page. */
export async function refuse(visitor) {
  await answered(visitor, (page) => page.locator("form").evaluate((form) => {
    const no = Object.assign(document.createElement("input"), { name: "deny", value: "yes" });
    form.append(no);
  }));
}

/** Fills in each form with `fill` until the provider sends the browser back. */
async function answered({ page, browser }, fill) {
  const button = page.getByRole("button", { name: "Go on", exact: true });
  const back = page.locator("#shell h1");
  for (;;) {
    await button.or(back).first().waitFor();
    if (page.url().startsWith(`${browser.url}/`)) return;
    await fill(page);
    await Promise.all([page.waitForEvent("framenavigated"), button.click()]);
  }
}
