// Renders the contract, with a form for every operation.

const page = document.getElementById("page");
const METHODS = ["post", "get", "put", "delete"];
let contract, element, prose, words, resolved, limits, connect, forget, operationForm, show, wasOpen;

try {
  ({ contract, element, prose, words, resolved, limits } = await import("/docs/contract.js"));
  ({ connect, forget, operationForm, show, wasOpen } = await import("/docs/form.js"));
  page.replaceChildren(...header(), ...operations(), ...schemas());
  connect(contract);
  const linked = () => show(decodeURIComponent(location.hash.slice(1)));
  addEventListener("hashchange", linked);
  linked();
} catch (error) {
  const said = document.createElement("p");
  said.textContent = `The contract cannot be shown: ${error}`;
  page.replaceChildren(said);
}

function header() {
  const { info, servers } = contract;
  return [
    element("h1", {}, info.title),
    element("p", { class: "quiet" }, `Version ${info.version} · `, element("a", { href: "/docs/openapi.json" }, "OpenAPI 3.1"), " · ",
      element("button", { type: "button", class: "plain", click: forget }, "Begin anew"), " (what the forms hold is kept in this tab)"),
    ...prose(info.description),
    element("details", {}, element("summary", {}, "Where it is served"),
      element("table", {}, servers.map((server) => element("tr", {},
        element("td", {}, element("code", {}, server.url)),
        element("td", {}, words(server.description)))))),
  ];
}

function operations() {
  const found = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])];
      found.push(operation(path, method, item[method], parameters, found.length === 0));
    }
  }
  return [element("h2", {}, "Operations"), ...found];
}

function operation(path, method, described, parameters, first) {
  const id = described.operationId;
  return element("details", { class: "operation", id, open: wasOpen(id) ?? first },
    element("summary", {},
      element("h3", {},
        element("span", { class: `method ${method}` }, method.toUpperCase()), " ",
        element("span", { class: "path" }, path), " ",
        element("span", { class: "quiet" }, described.summary))),
    element("div", {},
      link(id),
      prose(described.description),
      operationForm(contract, path, method, described, parameters),
      described.requestBody ? element("details", {}, element("summary", {}, "Fields of the body"),
        properties(Object.values(described.requestBody.content)[0].schema)) : undefined,
      element("details", {}, element("summary", {}, "All answers"), answers(described.responses))));
}

// To be opened, or copied by whatever the browser offers for links.
function link(id) {
  return element("p", { class: "link" }, element("a", { href: `#${id}` }, `Link to ${id}`));
}

function properties(schema) {
  const { properties: all = {}, required = [] } = resolved(schema);
  return element("table", {}, Object.entries(all).map(([name, property]) => element("tr", {},
    element("td", {}, element("code", { class: required.includes(name) ? "required" : "" }, name)),
    element("td", {}, words(resolved(property).description), element("br"), element("small", {}, limits(property))))));
}

function answers(responses) {
  return element("table", {}, Object.entries(responses).map(([status, node]) => {
    const response = resolved(node);
    const codes = response["x-problem-codes"] ?? [];
    const examples = Object.values(response.content ?? {}).flatMap((content) => Object.values(content.examples ?? {}));
    return element("tr", {},
      element("td", { class: "code" }, status),
      element("td", {}, words(response.description), codes.flatMap((code) => [" ", element("code", {}, code)]),
        element("br"),
        element("small", {}, "Headers: ", Object.keys(response.headers ?? {}).join(", ")),
        examples.length === 0 ? [] : element("details", {}, element("summary", {}, "Example"),
          examples.map((example) => element("pre", { tabindex: 0, "aria-label": "Example" }, JSON.stringify(example.value, null, 2))))));
  }));
}

function schemas() {
  const named = Object.entries(contract.components.schemas).filter(([, schema]) => schema.properties);
  return [element("h2", {}, "Schemas"), ...named.map(([name, schema]) => element("details", { class: "operation schema", id: `schema-${name}` },
    element("summary", {}, element("h3", {}, element("span", { class: "path" }, name), " ", element("span", { class: "quiet" }, words(schema.description)))),
    element("div", {}, link(`schema-${name}`), properties(schema))))];
}
