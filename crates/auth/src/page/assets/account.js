// The sign-in page: which views there are, and how it begins.

import { onStepUp } from "./api.js";
import { meet } from "./notice.js";
import { load } from "./session.js";
import { start } from "./router.js";
import { stepUp } from "./step_up.js";
import { comeBack } from "./provider.js";
import { activity } from "./views/activity.js";
import { apiKeys } from "./views/api_keys.js";
import { connections } from "./views/connections.js";
import { deleteAccount } from "./views/delete_account.js";
import { devices } from "./views/devices.js";
import { forgotPassword, resetPassword } from "./views/reset.js";
import { overview } from "./views/overview.js";
import { passkeys } from "./views/passkeys.js";
import { password } from "./views/password.js";
import { profile } from "./views/profile.js";
import { signIn } from "./views/sign_in.js";
import { signUp } from "./views/sign_up.js";
import { twoStep } from "./views/two_step.js";
import { confirmEmail, verifyEmail } from "./views/verify.js";

const ROUTES = {
  "sign-in": { title: "Sign in", view: signIn, for: "guest" },
  "sign-up": { title: "Create your account", view: signUp, for: "guest" },
  "forgot-password": { title: "Forgot your password?", view: forgotPassword, for: "guest" },
  "reset-password": { title: "Choose a new password", view: resetPassword, for: "all" },
  "verify-email": { title: "Your e-mail address", view: verifyEmail, for: "user", door: "Sign in to confirm your address." },
  "confirm-email": { title: "Your new e-mail address", view: confirmEmail, for: "user", door: "Sign in to confirm your new address." },
  overview: { title: "Overview", view: overview, for: "user" },
  profile: { title: "Profile", view: profile, for: "user" },
  password: { title: "Password", view: password, for: "user" },
  "two-step": { title: "Two-step sign-in", view: twoStep, for: "user" },
  passkeys: { title: "Passkeys", view: passkeys, for: "user" },
  connections: { title: "Connected accounts", view: connections, for: "user" },
  devices: { title: "Devices", view: devices, for: "user" },
  "api-keys": { title: "API keys", view: apiKeys, for: "user" },
  activity: { title: "Activity", view: activity, for: "user" },
  "delete-account": { title: "Delete your account", view: deleteAccount, for: "user" },
};

/** The fragment names the view, so this link must not change it. */
function skip(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

/**
 * On one's own machine the page goes by its name: browsers take no address for passkeys, and what they
 * keep for the one they do not send to the other.
 */
function goByName() {
  const isLocal = "local" in document.documentElement.dataset;
  if (!isLocal || !["127.0.0.1", "[::1]"].includes(location.hostname)) return false;
  const place = new URL(location.href);
  place.hostname = "localhost";
  location.replace(place);
  return true;
}

async function begin() {
  if (goByName()) return;
  document.querySelector(".skip").addEventListener("click", skip);
  onStepUp(stepUp);
  await load().catch(meet);
  const goOn = await comeBack();
  await start(ROUTES);
  await goOn?.();
}

begin();
