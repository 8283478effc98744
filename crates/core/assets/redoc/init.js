// Starts Redoc on /redoc. A file of its own because the page's Content-Security-Policy allows no inline script.
"use strict";

// Fonts of the reader's system: Redoc's own choice (Montserrat, Roboto) would have to come from an outside host.
const TEXT = 'system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif';
const CODE = 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace';

Redoc.init(
  "/openapi.json",
  {
    expandResponses: "200,201",
    sortRequiredPropsFirst: true,
    theme: {
      typography: {
        fontFamily: TEXT,
        headings: { fontFamily: TEXT },
        code: { fontFamily: CODE },
      },
    },
  },
  document.getElementById("redoc"),
  (error) => {
    if (error) {
      return; // Redoc shows the error in the page
    }
    const title = document.querySelector("#redoc h1")?.firstChild?.textContent?.trim();
    if (title) {
      document.title = title;
    }
  },
);
