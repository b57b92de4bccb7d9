"use strict";
// Swagger UI reads the document of this very server; nothing else is loaded.
// The name of an operation is no link: it stands inside a button, and one inside the other cannot be told apart by ear.
const Named = (system) => ({ components: { DeepLink: ({ text }) => system.React.createElement("span", null, text) } });

window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  plugins: [Named],
  onComplete: () => document.getElementById("servers")?.setAttribute("aria-label", "Server"),
});
