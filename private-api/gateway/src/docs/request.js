// A form's content as a request, sent or written down in another language.

// What is wrong with a request before it is sent; undefined if nothing is.
export function unsendable(request) {
  for (const [name, value] of Object.entries(request.headers)) {
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) return `${name} holds a character that no header can carry`;
  }
  return undefined;
}

// In words: a browser's own say "Failed to fetch".
export function noAnswer() {
  return `No answer: nothing at ${location.origin} can be reached. Is it still running?`;
}

export function send({ method, url, headers, body }) {
  return fetch(url, { method, headers, body, cache: "no-store" });
}

// What any HTTP API can be called with.
export function snippets(request) {
  return [
    { name: "curl", text: curl(request) },
    { name: "TypeScript", text: typescript(request) },
    { name: "Python", text: python(request) },
  ];
}

// A POSIX shell takes everything but ' literally between two of them.
export function shell(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function curl({ method, url, headers, body }) {
  const parts = [`curl -i -X ${method} ${shell(url)}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${shell(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-raw ${shell(body)}`);
  return parts.join(" \\\n  ");
}

function typescript({ method, url, headers, body }) {
  const text = body === undefined ? "" : `\n  body: ${JSON.stringify(body)},`;
  return `const response = await fetch(${JSON.stringify(url)}, {
  method: ${JSON.stringify(method)},
  headers: ${JSON.stringify(headers)},${text}
});
console.log(response.status, await response.text());`;
}

// JSON's strings are Python's too.
function python({ method, url, headers, body }) {
  const text = body === undefined ? "" : `\n    data=${JSON.stringify(body)}.encode(),`;
  return `import urllib.error
import urllib.request

request = urllib.request.Request(
    ${JSON.stringify(url)},
    method=${JSON.stringify(method)},
    headers=${JSON.stringify(headers)},${text}
)
try:
    answer = urllib.request.urlopen(request)
except urllib.error.HTTPError as refused:
    answer = refused
print(answer.status, answer.read().decode())`;
}

// A UUIDv7: 48 bits of milliseconds, then random bits with version and variant in their places.
export function uuidv7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint16(0, Math.floor(Date.now() / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, Date.now() % 2 ** 32);
  bytes[6] = 0x70 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
