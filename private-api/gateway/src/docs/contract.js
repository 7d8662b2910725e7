// The contract in words. Everything from outside becomes text nodes, never markup.

export const contract = await (await fetch("/docs/openapi.json")).json();

// An element with attributes (functions are listeners) and children.
export function element(name, attributes = {}, ...children) {
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
export function prose(text) {
  return (text ?? "").split(/\n\n+/).map((paragraph) => element("p", {}, words(paragraph)));
}

export function words(text) {
  return (text ?? "").split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return element("b", {}, part.slice(2, -2));
    return part;
  });
}

// Characters that turn what follows, or that nobody sees, stand there by their number.
export function visible(text) {
  return text.replace(/[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);
}

// What a `$ref` names, with the words beside the reference on top.
export function resolved(node) {
  if (!node?.$ref) return node ?? {};
  const { $ref, ...beside } = node;
  const target = $ref.slice(2).split("/").reduce((at, key) => at[key.replace(/~1/g, "/").replace(/~0/g, "~")], contract);
  return { ...resolved(target), ...beside };
}

// A schema in a few words: type and limits.
export function limits(schema) {
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

export function nameOf(schema) {
  return schema?.$ref?.split("/").pop();
}
