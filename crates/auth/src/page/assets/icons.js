// The page's drawings: lines on a grid of 24, in the colour of the text beside them.

import { svg } from "./dom.js";

const PATHS = {
  home: ["M4 11l8-7 8 7", "M6 9.5V20h12V9.5", "M10 20v-5h4v5"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  shield: ["M12 3l7 3v5c0 4.5-2.8 8-7 10-4.2-2-7-5.5-7-10V6z", "M9 12l2 2 4-4"],
  passkey: ["M9.5 14a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z", "M13 12l8 8", "M17 16l2.5-2.5"],
  link: ["M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1", "M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"],
  device: ["M4 5h16v10H4z", "M9 19h6", "M12 15v4"],
  code: ["M8 8l-4 4 4 4", "M16 8l4 4-4 4", "M13.5 6l-3 12"],
  activity: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 7v5l3.5 2"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z", "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
};

/** The drawing `name`, as decoration: what it means is said in text. */
export function icon(name) {
  const paths = PATHS[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, paths);
}

/** The product's mark. */
export function mark() {
  const stones = "M7 8h11v7H7zM20 8h5v7h-5zM7 17h5v7H7zM14 17h11v7H14z";
  return svg("svg", { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    svg("rect", { width: "32", height: "32", rx: "7" }), svg("path", { d: stones }));
}
