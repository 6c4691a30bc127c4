// Shows the gateway's own document. validatorUrl: null keeps the library from asking a service on the internet.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
