// Accounts at providers with which one can sign in.

import { api } from "../api.js";
import { confirm } from "../dialog.js";
import { el } from "../dom.js";
import { icon } from "../icons.js";
import { attempt, tell } from "../notice.js";
import { leaveToConnect, providers } from "../provider.js";
import { reload } from "../router.js";
import { date } from "../words.js";

export async function connections() {
  const [offered, { data: links }] = await Promise.all([providers(), api("GET", "auth/oauth/links")]);
  const free = offered.filter(({ name }) => !links.some((link) => link.provider === name));
  return el("div", {},
    el("p", { class: "lead" }, "Sign in with an account that you have somewhere else."),
    offered.length + links.length === 0 && el("p", { class: "panel muted" }, "There is none to choose from here."),
    el("ul", { class: "rows" }, links.map(connected), free.map(unconnected)));
}

function connected(link) {
  const run = attempt(async () => {
    if (!(await confirm({ title: `Disconnect ${link.title}?`, text: "You cannot sign in with it any more.", action: "Disconnect" }))) return;
    await api("DELETE", `auth/oauth/${encodeURIComponent(link.provider)}`);
    await reload();
    tell(`${link.title} is disconnected.`);
  });
  return el("li", { class: "item" },
    icon("link"),
    el("div", { class: "what" },
      el("h2", {}, link.title, el("span", { class: "badge good" }, "Connected")),
      el("p", { class: "muted" }, `${link.account ? `${link.account}, ` : ""}since ${date(link.linked_at)}`)),
    el("button", { type: "button", class: "button", "aria-label": `Disconnect ${link.title}`, onclick: run }, "Disconnect"));
}

function unconnected({ name, title }) {
  const run = attempt(async () => {
    const { authorize_url } = await api("POST", `auth/oauth/${encodeURIComponent(name)}/link`, { redirect_to: location.pathname });
    leaveToConnect(authorize_url, "connections");
  });
  return el("li", { class: "item" },
    icon("link"),
    el("div", { class: "what" }, el("h2", {}, title), el("p", { class: "muted" }, "Not connected")),
    el("button", { type: "button", class: "button", "aria-label": `Connect ${title}`, onclick: run }, "Connect"));
}
