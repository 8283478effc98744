// What was mailed: the server's own mailbox, which it has when no mail server is set.

import { setTimeout as pause } from "node:timers/promises";

const PATIENCE_MS = 20_000;
const PACE_MS = 100;

/** Links that were followed: the next of its kind is another. */
const followed = new Set();

/** The link in the newest mail to `email` whose fragment is for `purpose`, as soon as it is there. */
export async function linkFor(url, email, purpose) {
  const begun = Date.now();
  while (Date.now() - begun < PATIENCE_MS) {
    const link = (await mails(url)).filter(({ to }) => to === email).flatMap(({ text }) => links(text, purpose)).find((one) => !followed.has(one));
    if (link) {
      followed.add(link);
      return link;
    }
    await pause(PACE_MS);
  }
  throw new Error(`no mail to ${email} has a link for ${purpose}`);
}

async function mails(url) {
  const answer = await fetch(`${url}/dev/mailbox.json`);
  if (!answer.ok) throw new Error(`the mailbox answers ${answer.status}`);
  return (await answer.json()).data;
}

function links(text, purpose) {
  return text.match(new RegExp(`https?://\\S+#${purpose}=[\\w.~-]+`, "g")) ?? [];
}
