// Starts Swagger UI on our own document. Nothing is loaded from elsewhere.
const place = document.getElementById("api-docs");

// No validator badge: it would ask an outside host.
window.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
