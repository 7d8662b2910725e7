// One operation's form: its fields, what is kept of them, and what an answer hands on to the other forms.

import { element, limits, nameOf, resolved, visible, words } from "/docs/contract.js";
import { noAnswer, send, snippets, unsendable, uuidv7 } from "/docs/request.js";
import { snippets as ours } from "/docs/snippets.js";

const KEY = "Idempotency-Key";
const IF_MATCH = "If-Match";
const METHODS = ["post", "get", "put", "delete"];
const forms = new Map();

// Kept for this tab only, and until it is closed.
const kept = JSON.parse(sessionStorage.getItem("docs") ?? "{}");

function keep() {
  for (const [id, form] of forms) {
    kept[id] = { open: document.getElementById(id).open, minted: form.minted };
    for (const { name, input } of form.all()) kept[id][`=${name}`] = input.value;
  }
  sessionStorage.setItem("docs", JSON.stringify(kept));
}

export function forget() {
  sessionStorage.removeItem("docs");
  location.reload();
}

export function wasOpen(id) {
  return kept[id]?.open;
}

export function operationForm(contract, path, method, described, parameters) {
  const id = described.operationId;
  const fields = parameters.map((parameter) => field(resolved(parameter), id));
  const body = described.requestBody && bodyField(described.requestBody, id);
  const status = element("p", { class: "status", role: "status" });
  const answer = element("div", { class: "answer" });
  const button = element("button", { class: "send" }, "Send");
  const code = element("div", { class: "code" });
  const form = {
    fields, body, status, answer, button, code, minted: true,
    all: () => [...fields.map((f) => ({ name: f.parameter.name, input: f.input })), ...(body ? [{ name: "body", input: body.input }] : [])],
    set: (name, value) => {
      for (const one of form.all().filter((field) => field.name === name && field.input.value !== value)) {
        one.input.value = value;
        form.changed(name);
      }
    },
    // A key names one request: once it was sent, another request gets another one, unless somebody has written it.
    changed: (name) => {
      code.replaceChildren();
      const key = form.all().find((field) => field.name === KEY);
      if (name === KEY) form.minted = false;
      else if (key && form.minted && form.used) {
        key.input.value = uuidv7();
        form.used = false;
      }
      keep();
    },
    request: () => requestOf(contract, path, method, id, fields, body),
    send: () => submit(form),
  };
  forms.set(id, form);

  for (const { name, input } of form.all()) {
    const before = kept[id]?.[`=${name}`];
    if (before !== undefined) input.value = before;
    else if (name === KEY) input.value = uuidv7();
    input.addEventListener("input", () => form.changed(name));
  }
  form.minted = kept[id]?.minted ?? true;
  const newKey = fields.find((f) => f.newKey)?.newKey;
  newKey?.addEventListener("click", () => {
    fields.find((f) => f.newKey).input.value = uuidv7();
    form.minted = true;
    form.used = false;
    keep();
  });
  const copies = element("div", { class: "copies" }, element("span", { class: "quiet" }, "Copy as"),
    [...snippets(form.request()), ...ours(form.request())].map(({ name }) =>
      element("button", { type: "button", "data-code": name, click: () => copy(form, name) }, name)));
  return [
    element("form", { submit: (event) => { event.preventDefault(); return form.send(); } },
      fields.map((f) => f.row), body?.row, button, status),
    copies, code, answer,
  ];
}

// One parameter: a label, an input with its example, and what it may hold.
function field(parameter, operationId) {
  const schema = resolved(parameter.schema);
  const id = `${operationId}-${parameter.name}`;
  const example = schema.examples?.[0];
  const common = {
    id, name: parameter.name, "data-parameter": parameter.name, required: parameter.required, "aria-describedby": `${id}-help`,
  };
  const value = parameter.required && parameter.in !== "path" ? example : undefined;
  const input = schema.enum
    ? element("select", common, element("option", { value: "" }, "(any)"), schema.enum.map((v) => element("option", { value: v }, v)))
    : element("input", { ...common, value, placeholder: example, autocomplete: "off", spellcheck: "false" });
  const newKey = parameter.name === KEY ? element("button", { type: "button" }, "New key") : undefined;
  return {
    parameter, input, newKey,
    row: element("div", { class: "field" },
      element("label", { for: id, class: parameter.required ? "required" : "" }, parameter.name),
      element("div", { class: "value" }, input, newKey),
      element("small", { id: `${id}-help` }, words(parameter.description), " ", element("span", {}, limits(parameter.schema)))),
  };
}

function bodyField(requestBody, operationId) {
  const [mediaType, content] = Object.entries(requestBody.content)[0];
  const id = `${operationId}-body`;
  const input = element("textarea", { id, spellcheck: "false", "data-parameter": "body", "aria-describedby": `${id}-help` });
  input.value = JSON.stringify(Object.values(content.examples)[0].value, null, 2);
  const row = element("div", {},
    element("h4", {}, element("label", { for: id }, `Body, ${mediaType}: ${nameOf(content.schema)}`)),
    input,
    element("small", { id: `${id}-help` }, summary(content.schema)));
  return { mediaType, input, row };
}

function summary(schema) {
  const { properties = {}, required = [] } = resolved(schema);
  return element("ul", {}, Object.entries(properties).map(([name, property]) => element("li", {},
    element("code", { class: required.includes(name) ? "required" : "" }, name), ` ${limits(property)}`)));
}

// The stage of this server: the path of the contract's first address.
function base(contract) {
  const { url, variables = {} } = contract.servers[0];
  const filled = url.replace(/\{(\w+)\}/g, (_, name) => variables[name].default);
  return location.origin + new URL(filled).pathname.replace(/\/$/, "");
}

function requestOf(contract, path, method, operationId, fields, body) {
  const given = fields.filter(({ input }) => input.value !== "");
  const of = (place) => given.filter(({ parameter }) => parameter.in === place);
  const target = path.replace(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(given.find(({ parameter }) => parameter.name === name)?.input.value ?? ""));
  // A space as %20: what stands between here and a function may take "+" for itself.
  const query = of("query").map(({ parameter, input }) => `${parameter.name}=${encodeURIComponent(input.value)}`).join("&");
  const headers = Object.fromEntries(of("header").map(({ parameter, input }) => [parameter.name, input.value]));
  if (body) headers["Content-Type"] = body.mediaType;
  return {
    operationId, method: method.toUpperCase(), base: base(contract), url: `${base(contract)}${target}${query && `?${query}`}`, headers,
    parameters: Object.fromEntries(given.map(({ parameter, input }) => [parameter.name, input.value])), body: body?.input.value,
  };
}

async function copy(form, name) {
  const request = form.request();
  const { text } = [...snippets(request), ...ours(request)].find((snippet) => snippet.name === name);
  let told = `${name} is copied.`;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    told = `The browser does not let this page copy; ${name} stands below.`;
  }
  form.code.replaceChildren(element("p", { class: "quiet", role: "status" }, told), element("pre", { tabindex: 0, "aria-label": name }, text));
}

async function submit(form) {
  const { status, answer, button } = form;
  const request = form.request();
  const told = (good, text) => {
    answer.className = `answer ${good ? "good" : "bad"}`;
    status.className = `status ${good ? "good" : "bad"}`;
    status.textContent = text;
  };
  const wrong = unsendable(request);
  answer.replaceChildren();
  if (wrong) return told(false, `Nothing was sent: ${wrong}.`);
  button.disabled = true;
  status.textContent = "sending…";
  form.used = true;
  let response, text;
  try {
    response = await send(request);
    text = await response.text();
  } catch {
    return told(false, noAnswer());
  } finally {
    button.disabled = false;
  }
  told(response.ok, `${response.status} ${response.statusText}`);
  answer.replaceChildren(
    element("p", {}, element("code", {}, `${request.method} ${request.url}`)),
    element("pre", { class: "headers", tabindex: 0, "aria-label": "Headers" }, [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n")),
    text ? element("pre", { class: "body", tabindex: 0, "aria-label": "Body" }, visible(pretty(text))) : "");
  if (response.ok) carry(form, parsed(text), response.headers.get("ETag"));
  if (response.ok && request.headers[KEY] && request.method === "POST") {
    answer.prepend(element("p", { class: "quiet" }, response.status === 201
      ? "Send it again: the key is the same, so nothing is made twice, and the answer is 200."
      : "It was there already under this key; a new key makes another one."));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// What was answered goes into the other forms, ready for the next request: whatever tells one resource from another, and its version.
function carry(form, answered, etag) {
  take(answered, etag);
  // A page leads to the next one, and each of its items to its own form.
  for (const { parameter } of form.fields.filter((f) => f.parameter.in === "query" && !f.parameter.required)) {
    if (typeof answered[parameter.name] === "string") {
      const next = () => {
        form.set(parameter.name, answered[parameter.name]);
        return form.send();
      };
      form.answer.prepend(element("button", { type: "button", class: "next", click: next }, "Next page"));
    }
  }
  const reader = [...forms].find(([, other]) => other.reads);
  const list = Object.values(answered).find(Array.isArray) ?? [];
  const names = identifying;
  const items = list.filter((item) => names.every((name) => typeof item?.[name] === "string"));
  if (!reader || items.length === 0) return;
  const [id, get] = reader;
  const open = (item) => () => {
    take(item);
    show(id);
    return get.send();
  };
  form.answer.prepend(element("ul", { class: "items" }, items.map((item) => element("li", {},
    element("button", { type: "button", click: open(item) }, `Open ${item[names[0]]}`)))));
}

function take(answered, etag) {
  for (const [, form] of forms) {
    for (const name of identifying.filter((key) => answered[key])) form.set(name, answered[name]);
    // A version is one of the resource that the form names now.
    if (identifying.some((name) => answered[name])) form.set(IF_MATCH, etag ?? "");
  }
}

export function show(id) {
  const details = document.getElementById(id);
  if (details?.tagName !== "DETAILS") return;
  details.open = true;
  details.scrollIntoView();
}

// The parameters without which no single resource can be had, that of the path first.
let identifying = [];
export function connect(contract) {
  const single = Object.entries(contract.paths).filter(([path]) => path.includes("{"));
  const all = single.flatMap(([, item]) =>
    [item, ...METHODS.map((name) => item[name])].flatMap((node) => node?.parameters ?? []).map(resolved)
      .filter((parameter) => parameter.required && ["path", "query"].includes(parameter.in))
      .sort((a, b) => (a.in === "path" ? 0 : 1) - (b.in === "path" ? 0 : 1))
      .map((parameter) => parameter.name));
  identifying = [...new Set(all)];
  for (const [, item] of single) {
    const form = forms.get(item.get?.operationId);
    if (form) form.reads = true;
  }
  for (const id of forms.keys()) document.getElementById(id).addEventListener("toggle", keep);
}
