// Runs one journey in a headless Chromium: `node run.mjs <journey> [<variant>]`, told by variables where things
// are. It ends with 1 and a screenshot when the journey fails.
//
// BROWSER_URL          the server, by the name that passkeys are bound to: http://localhost:<port>
// BROWSER_PROVIDER     the OpenID provider, for the journey that goes there
// BROWSER_SCREENSHOTS  the folder for pictures
// TEST_CHROMIUM        the browser's executable
// TEST_PLAYWRIGHT      the folder of the npm package playwright-core
// TEST_AXE             the script of the npm package axe-core

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Browser } from "./browser.mjs";

const [journey, variant] = process.argv.slice(2);
const screenshots = process.env.BROWSER_SCREENSHOTS;
await mkdir(screenshots, { recursive: true });
const { run } = await import(`./journeys/${journey}.mjs`);
const browser = await Browser.launch(process.env.BROWSER_URL, screenshots);
try {
  await run(browser, variant);
  browser.assertClean();
} catch (error) {
  const pictures = await browser.photograph(join(screenshots, `failed-${journey}`));
  console.error(`${error.stack}\n\nwhat was seen:\n${pictures.join("\n")}\n${browser.problems.join("\n")}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
