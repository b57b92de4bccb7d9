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

// What is drawn when an operation is opened: each field is named after its parameter, each example can be scrolled by keyboard.
new MutationObserver(() => {
  for (const field of document.querySelectorAll("tr[data-param-name] :is(select, input, textarea):not([aria-label])")) {
    field.setAttribute("aria-label", field.closest("tr").dataset.paramName);
  }
  for (const menu of document.querySelectorAll(".examples-select-element:not([aria-label])")) menu.setAttribute("aria-label", "Example");
  for (const example of document.querySelectorAll("pre.microlight:not([tabindex])")) example.tabIndex = 0;
}).observe(document.getElementById("docs"), { childList: true, subtree: true });
