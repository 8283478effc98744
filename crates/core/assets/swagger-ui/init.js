// Starts Swagger UI on /docs. A file of its own because the page's Content-Security-Policy allows no inline script.
"use strict";

// With the client id left empty, Swagger UI still sends `Authorization: Basic Og==` (":") to the token endpoint.
// There is no client to authenticate, and a malformed credential may be refused before the form is read.
const EMPTY_CLIENT_CREDENTIALS = "Basic " + btoa(":");

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null, // the public validator would be told every document's address
  requestInterceptor(request) {
    if (request.headers?.Authorization === EMPTY_CLIENT_CREDENTIALS) {
      delete request.headers.Authorization;
    }
    return request;
  },
  onComplete() {
    const title = ui.specSelectors.info().get("title");
    if (title) {
      document.title = title;
    }
  },
});
