// Stands between a client and claims-local and changes requests on their way, so that every documented error is answered: by
// claims-local itself, in its own words. Which one is wanted is said by the member: `…-case-7` is the seventh of `cases`.
import http from "node:http";
import { v7 as uuidv7 } from "uuid";

const NEW = { policyId: "9", memberName: "John Doe", policyType: "Health", claimAmount: 500, description: "snow accident" };
const JSON_TYPE = { "content-type": "application/json" };

/** Each documented error of each operation; without a code, the gateway's bare words. */
export function casesOf(contract) {
  const cases = [];
  for (const operation of Object.values(contract.paths).flatMap((path) => Object.values(path))) {
    for (let [status, answer] of Object.entries(operation.responses).filter(([status]) => status >= "400")) {
      if (answer.$ref) answer = contract.components.responses[answer.$ref.split("/").at(-1)];
      const problem = answer.content["application/problem+json"];
      const also = { operation: operation.operationId, status: Number(status) };
      for (const code of answer["x-problem-codes"]) cases.push({ ...also, code, example: problem.examples[code]?.value });
      const bare = answer.content["application/json"]?.examples.gateway?.value.message;
      if (bare) cases.push({ ...also, message: bare });
    }
  }
  return cases;
}

const change = (request, fields) => (request.body = JSON.stringify({ ...JSON.parse(request.body), ...fields }));
const fault = (request, name) => (request.headers["x-local-fault"] = name);

/** What is done to a request, by the code or the words that are to come back. `send` is a request to claims-local. */
const MISCHIEF = {
  malformed_body: (request) => (request.body = "{"),
  validation_failed: (request) => (request.url = request.url.replace(/memberId=[^&]*/, "memberId=")),
  forbidden: (request) => (request.url = "/nothing"),
  claim_not_found: (request) => (request.url = request.url.replace(/claim\/[^?]+/, `claim/${uuidv7()}`)),
  async idempotency_key_reused(request, { send }) {
    request.headers["idempotency-key"] = uuidv7();
    await send(request);
    change(request, { description: "another accident" });
  },
  async claim_deleted(request, { send, member }) {
    const key = (request.headers["idempotency-key"] = uuidv7());
    await send(request);
    await send({ method: "DELETE", url: `/claim/${key}?memberId=${member}`, headers: {} });
  },
  invalid_transition: (request) => change(request, { status: "paid" }),
  version_mismatch: (request) => (request.headers["if-match"] = '"99"'),
  payload_too_large: (request) => change(request, { description: "x".repeat(70_000) }),
  unsupported_media_type: (request) => (request.headers["content-type"] = "text/plain"),
  throttled: (request) => fault(request, "throttle=1"),
  integration_failed: (request, { status }) => fault(request, `status=${status}`),
  gateway_timeout: (request) => fault(request, "status=504"),
  async storage_unavailable(request, { send }) {
    // The AWS SDK tries three times. These two never get to the storage, so their faults wait for the third.
    for (let i = 0; i < 2; i++) await send({ method: "GET", url: "/claim", headers: { "x-local-fault": "storage-down" } });
    fault(request, "storage-down");
  },
  // Nothing makes claims-local fail so: this is the contract's own example.
  internal: (request, { example }) => (request.answer = example),
  Forbidden: (request) => (request.outside = true),
  "Request Too Long": (request) => (request.body = " ".repeat(7_000_000)),
};

/** Resolves to its URL, its end, and the amounts and conditions that have come by. */
export async function mischief(twin, cases) {
  const seen = { amounts: [], conditions: [] };
  const send = async ({ method, url, headers, body, outside }) => {
    const base = outside ? new URL("/no-such-stage", twin).href : twin;
    const ask = () => fetch(base + url, { method, headers, body: body || undefined });
    // Whoever refuses a body unread ends the connection, which the next call may have taken already.
    const answer = await ask().catch(ask);
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
  };

  async function answerTo(request) {
    const member = new URL(request.url, twin).searchParams.get("memberId") ?? "";
    const number = /-case-(\d+)$/.exec(member)?.[1];
    if (number === undefined) {
      if (request.method === "PUT") seen.conditions.push(request.headers["if-match"]);
      if (request.body) seen.amounts.push(/"claimAmount":\s*([^,}\s]+)/.exec(request.body)?.[1]);
      const answer = await send(request);
      if (member.endsWith("-future")) answer.body = answer.body.replaceAll('"pending"', '"escalated"');
      return answer;
    }
    const wanted = cases[Number(number)];
    if (request.url.startsWith("/claim/")) {
      const made = await send({ method: "POST", url: `/claim?memberId=${member}`, headers: JSON_TYPE, body: JSON.stringify(NEW) });
      request.url = request.url.replace(/claim\/[^?]+/, `claim/${JSON.parse(made.body).claimId}`);
    }
    await MISCHIEF[wanted.code ?? wanted.message](request, { ...wanted, member, send });
    if (!request.answer) return send(request);
    const headers = { "content-type": "application/problem+json", "x-amzn-requestid": request.answer.requestId };
    return { status: wanted.status, headers, body: JSON.stringify(request.answer) };
  }

  const server = http.createServer(async (incoming, outgoing) => {
    const chunks = await incoming.toArray();
    const kept = ["accept", "content-type", "idempotency-key", "if-match", "if-none-match"];
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => kept.includes(name)));
    const request = { method: incoming.method, url: incoming.url, headers, body: Buffer.concat(chunks).toString() };
    const answer = await answerTo(request).catch((error) => ({ status: 599, headers: {}, body: String(error) }));
    for (const name of ["connection", "keep-alive", "content-length", "transfer-encoding"]) delete answer.headers[name];
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}`, seen, end: () => server.closeAllConnections() ?? server.close() };
}
