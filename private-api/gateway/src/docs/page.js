// Renders the contract and sends requests. Everything from outside becomes text nodes, never markup.

const METHODS = ["post", "get", "put", "delete"];
const page = document.getElementById("page");
let contract;

try {
  contract = await (await fetch("/docs/openapi.json")).json();
  page.replaceChildren(...header(), ...operations(), ...schemas());
} catch (error) {
  page.replaceChildren(element("p", {}, `The contract cannot be shown: ${error}`));
}

// An element with attributes (functions are listeners) and children.
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== undefined));
  return node;
}

// Paragraphs with `code` and **bold**: all the Markdown that the contract uses.
function prose(text) {
  return (text ?? "").split(/\n\n+/).map((paragraph) => element("p", {}, words(paragraph)));
}

function words(text) {
  return (text ?? "").split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return element("b", {}, part.slice(2, -2));
    return part;
  });
}

// What a `$ref` names, with the words beside the reference on top.
function resolved(node) {
  if (!node?.$ref) return node ?? {};
  const { $ref, ...beside } = node;
  const target = $ref.slice(2).split("/").reduce((at, key) => at[key.replace(/~1/g, "/").replace(/~0/g, "~")], contract);
  return { ...resolved(target), ...beside };
}

// A schema in a few words: type and limits.
function limits(schema) {
  const s = resolved(schema);
  const one = (value) => JSON.stringify(value);
  const parts = [s.type === "array" ? `array of ${nameOf(s.items) ?? limits(s.items)}` : s.format ?? s.type];
  if (s.enum) parts.push(`one of ${s.enum.map(one).join(", ")}`);
  if (s["x-extensible-enum"]) parts.push(`today one of ${s["x-extensible-enum"].map(one).join(", ")}`);
  if (s.minimum !== undefined || s.maximum !== undefined) parts.push(`${s.minimum ?? "…"} to ${s.maximum ?? "…"}`);
  if (s.minLength || s.maxLength) parts.push(`${s.minLength ?? 0} to ${s.maxLength ?? "…"} characters`);
  if (s.default !== undefined) parts.push(`${one(s.default)} if absent`);
  if (s.pattern && !s.format) parts.push(`matches ${s.pattern}`);
  return parts.join("; ");
}

function nameOf(schema) {
  return schema?.$ref?.split("/").pop();
}

function header() {
  const { info, servers } = contract;
  return [
    element("h1", {}, info.title),
    element("p", { class: "quiet" }, `Version ${info.version} · `, element("a", { href: "/docs/openapi.json" }, "OpenAPI 3.1")),
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

function operation(path, method, described, parameters, open) {
  const answer = element("div", { "aria-live": "polite" });
  const fields = parameters.map((parameter) => field(resolved(parameter), described.operationId));
  const body = described.requestBody && bodyField(described.requestBody, described.operationId);
  const send = (event) => {
    event.preventDefault();
    return submit(path, method, fields, body, answer);
  };
  return element("details", { class: "operation", id: described.operationId, open },
    element("summary", {},
      element("span", { class: `method ${method}` }, method.toUpperCase()),
      element("span", { class: "path" }, path),
      element("span", { class: "quiet" }, described.summary)),
    element("div", {},
      prose(described.description),
      element("form", { submit: send },
        fields.map((f) => f.row),
        body?.row,
        element("button", { class: "send" }, "Send")),
      answer,
      element("details", {}, element("summary", {}, "All answers"), answers(described.responses))));
}

// One parameter: a label, an input with its example, and what it may hold.
function field(parameter, operationId) {
  const schema = resolved(parameter.schema);
  const id = `${operationId}-${parameter.name}`;
  const example = schema.examples?.[0];
  const common = { id, name: parameter.name, "data-parameter": parameter.name, required: parameter.required };
  const value = parameter.required && parameter.in !== "path" ? example : undefined;
  const input = schema.enum
    ? element("select", common, element("option", { value: "" }), schema.enum.map((v) => element("option", { value: v }, v)))
    : element("input", { ...common, value, placeholder: example, autocomplete: "off", spellcheck: "false" });
  const mint = parameter.name === "Idempotency-Key"
    ? [element("button", { type: "button", click: () => { input.value = uuidv7(); } }, "New key"), " "] : [];
  return {
    parameter,
    input,
    row: element("div", { class: "field" },
      element("label", { for: id, class: parameter.required ? "required" : "" }, parameter.name),
      input,
      element("small", { title: limits(parameter.schema) }, mint, words(parameter.description))),
  };
}

function bodyField(requestBody, operationId) {
  const [mediaType, content] = Object.entries(requestBody.content)[0];
  const id = `${operationId}-body`;
  const input = element("textarea", { id, spellcheck: "false", "data-parameter": "body" });
  input.value = JSON.stringify(Object.values(content.examples)[0].value, null, 2);
  const row = element("div", {},
    element("h3", {}, element("label", { for: id }, `Body, ${mediaType}: ${nameOf(content.schema)}`)),
    input,
    element("details", {}, element("summary", {}, "Fields"), properties(content.schema)));
  return { mediaType, input, row };
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
      element("td", { class: "status" }, status),
      element("td", {}, words(response.description), codes.flatMap((code) => [" ", element("code", {}, code)]),
        element("br"),
        element("small", {}, "Headers: ", Object.keys(response.headers ?? {}).join(", ")),
        examples.length === 0 ? [] : element("details", {}, element("summary", {}, "Example"),
          examples.map((example) => element("pre", {}, JSON.stringify(example.value, null, 2))))));
  }));
}

function schemas() {
  const named = Object.entries(contract.components.schemas).filter(([, schema]) => schema.properties);
  return [element("h2", {}, "Schemas"), ...named.map(([name, schema]) => element("details", { class: "operation" },
    element("summary", {}, element("span", { class: "path" }, name), element("span", { class: "quiet" }, words(schema.description))),
    element("div", {}, properties(schema))))];
}

// The stage of this server: the path of the contract's first address.
function base() {
  const { url, variables = {} } = contract.servers[0];
  const filled = url.replace(/\{(\w+)\}/g, (_, name) => variables[name].default);
  return location.origin + new URL(filled).pathname.replace(/\/$/, "");
}

async function submit(path, method, fields, body, answer) {
  const given = fields.filter(({ input }) => input.value !== "");
  const of = (place) => given.filter(({ parameter }) => parameter.in === place);
  const target = path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(given.find(({ parameter }) => parameter.name === name)?.input.value ?? ""));
  // A space as %20: what stands between here and a function may take "+" for itself.
  const query = of("query").map(({ parameter, input }) => `${parameter.name}=${encodeURIComponent(input.value)}`).join("&");
  const headers = Object.fromEntries(of("header").map(({ parameter, input }) => [parameter.name, input.value]));
  if (body) headers["Content-Type"] = body.mediaType;
  const url = `${base()}${target}?${query}`;
  answer.className = "answer";
  answer.replaceChildren(element("p", { class: "quiet" }, "…"));
  try {
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: body?.input.value, cache: "no-store" });
    const text = await response.text();
    answer.className = `answer ${response.ok ? "good" : "bad"}`;
    answer.replaceChildren(
      element("p", {}, element("code", {}, `${method.toUpperCase()} ${url}`)),
      element("p", { class: "status" }, `${response.status} ${response.statusText}`),
      element("pre", { class: "headers" }, [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n")),
      text ? element("pre", { class: "body" }, pretty(text)) : "");
    if (response.ok) remember(text);
  } catch (error) {
    answer.className = "answer bad";
    answer.replaceChildren(element("p", { class: "status" }, `No answer: ${error.message}`));
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// What was answered goes into the other forms, ready for the next request: whatever tells one resource from another.
function remember(text) {
  const answered = text ? JSON.parse(text) : {};
  for (const name of identifying().filter((key) => answered[key])) {
    for (const input of document.querySelectorAll(`[data-parameter="${name}"]`)) input.value = answered[name];
  }
}

// The parameters without which no single resource can be had.
function identifying() {
  return Object.entries(contract.paths).filter(([path]) => path.includes("{")).flatMap(([, item]) =>
    [item, ...METHODS.map((name) => item[name])].flatMap((node) => node?.parameters ?? []).map(resolved)
      .filter((parameter) => parameter.required && ["path", "query"].includes(parameter.in))
      .map((parameter) => parameter.name));
}

// A UUIDv7: 48 bits of milliseconds, then random bits with version and variant in their places.
function uuidv7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint16(0, Math.floor(Date.now() / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, Date.now() % 2 ** 32);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
