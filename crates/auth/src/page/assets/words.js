// How things are told: times, devices, errors.

/** The reader's own English: others would mix two languages in one sentence. */
const LOCALE = navigator.languages.find((language) => /^en\b/i.test(language)) ?? "en-GB";
const DATE = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium" });
const TIME = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "short" });
const AGO = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

/** `12 May 2026` in the reader's own way. */
export function date(text) {
  return DATE.format(new Date(text));
}

/** The same with the time of the day. */
export function time(text) {
  return TIME.format(new Date(text));
}

/** `5 minutes ago`; the date when it is more than a week ago. */
export function ago(text) {
  const seconds = (Date.now() - new Date(text).getTime()) / 1000;
  if (seconds > 7 * 86400) return date(text);
  const unit = UNITS.find(([, length]) => seconds >= length);
  return unit ? AGO.format(-Math.floor(seconds / unit[1]), unit[0]) : "just now";
}

/** `40 seconds`, `3 minutes`: never less than it is. */
export function duration(seconds) {
  const [count, unit] = seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [Math.ceil(seconds / 60), "minute"] : [Math.ceil(seconds / 3600), "hour"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

const BROWSERS = [["Edg/", "Edge"], ["OPR/", "Opera"], ["Firefox/", "Firefox"], ["HeadlessChrome/", "Chrome"], ["Chrome/", "Chrome"], ["Safari/", "Safari"], ["curl/", "curl"]];
const SYSTEMS = [["iPhone", "iPhone"], ["iPad", "iPad"], ["Android", "Android"], ["Windows", "Windows"], ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]];

/** `Firefox on Linux`, from what a client calls itself. */
export function device(agent) {
  if (!agent) return "Unknown device";
  const named = (table) => table.find(([sign]) => agent.includes(sign))?.[1];
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)];
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? agent.split(" ")[0];
}

/** `must be shorter` as a sentence. */
export function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** What an error says to the one who met it. */
export function explain(error) {
  if (error.status === 429) {
    return error.wait ? `Too many attempts. Try again in ${duration(error.wait)}.` : "Too many attempts. Try again in a little while.";
  }
  if (error.status === 422 && error.fields.some(({ field }) => field === "token")) {
    return "This link cannot be used: it was used already, is too old, or belongs to another account. Ask for a new one.";
  }
  if (error.code === "PRECONDITION_FAILED") return "This was changed somewhere else meanwhile. Reload the page and try again.";
  if (error.status >= 500) return `Something went wrong on our side. Try again${error.requestId ? `; if it stays so, quote ${error.requestId}` : ""}.`;
  return sentence(error.message);
}
