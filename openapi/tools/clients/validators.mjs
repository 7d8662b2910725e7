// Tools of others that stand in front of an API and mind every request and answer, or take its place.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import net from "node:net";
import { promisify } from "node:util";
import express from "express";
import { middleware } from "express-openapi-validator";
import newman from "newman";
import postman from "openapi-to-postmanv2";

async function prism(...words) {
  const probe = net.createServer().listen(0, "127.0.0.1");
  await new Promise((ready) => probe.once("listening", ready));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  const child = spawn("prism", [...words, "--host", "127.0.0.1", "--port", String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((ready, failed) => {
    let said = "";
    child.stdout.on("data", (text) => /listening/.test((said += text)) && ready());
    child.once("exit", () => failed(new Error(`prism has ended: ${said}`)));
  });
  return { url: `http://127.0.0.1:${port}`, end: () => child.kill() };
}

/** Prism answers a violation, of a request or an answer, with an error of its own. */
export const proxied = (document, url) => prism("proxy", document, url, "--errors");

/** express-openapi-validator between the caller and the API; a violation is a 599. */
export async function validated(document, url) {
  const app = express();
  const apiSpec = JSON.parse(readFileSync(document, "utf8"));
  apiSpec.servers = [{ url: "/" }];
  app.set("etag", false);
  app.use(express.json({ limit: "10mb" }));
  app.use(middleware({ apiSpec, validateRequests: true, validateResponses: true }));
  app.use(async (request, response) => {
    const { host, connection, "content-length": length, ...headers } = request.headers;
    const body = request.method === "PUT" || request.method === "POST" ? JSON.stringify(request.body) : undefined;
    const answer = await fetch(url + request.originalUrl, { method: request.method, headers, body });
    for (const name of ["etag", "content-type"]) if (answer.headers.has(name)) response.set(name, answer.headers.get(name));
    const text = await answer.text();
    text ? response.status(answer.status).json(JSON.parse(text)) : response.status(answer.status).end();
  });
  app.use((error, _request, response, _next) => response.status(599).end(JSON.stringify({ code: error.message })));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((ready) => server.once("listening", ready));
  return { url: `http://127.0.0.1:${server.address().port}`, end: () => server.closeAllConnections() ?? server.close() };
}

/** Prism's mock answers each documented error with one of its codes, and a create as it is asked to. */
export async function mocked(document, cases) {
  const { url, end } = await prism("mock", document);
  try {
    const json = { "content-type": "application/json" };
    const body = { policyType: "Health", claimAmount: 19.99, description: "snow accident" };
    const of = (what) => `${url}/claim/0190f8f4-0d3c-7c3a-9d53-6f1f2f7a9b10${what}?memberId=123`;
    const one = of("");
    const calls = {
      createClaim: [`${url}/claim?memberId=123`, { method: "POST", headers: json, body: JSON.stringify(body) }, 201],
      listClaims: [`${url}/claim?memberId=123`, {}, 200],
      getClaim: [one, {}, 200],
      updateClaim: [one, { method: "PUT", headers: json, body: JSON.stringify({ ...body, status: "in_review" }) }, 200],
      deleteClaim: [one, { method: "DELETE" }, 204],
      listClaimHistory: [of("/history"), {}, 200],
    };
    const ask = ([to, init], status) => fetch(to, { ...init, headers: { ...init.headers, prefer: `code=${status}` } });
    for (const call of Object.values(calls)) assert.equal((await ask(call, call[2])).status, call[2]);
    for (const { operation, status } of cases) {
      const answer = await ask(calls[operation], status);
      const { code } = await answer.json();
      assert.equal(answer.status, status);
      const documented = cases.filter((other) => other.operation === operation && other.status === status);
      assert(documented.some((other) => other.code === code), `prism's mock: ${operation} ${status} ${code}`);
    }
  } finally {
    end();
  }
}

/** The collection that Postman makes of the document, sent from top to bottom: optional parameters unticked but for `If-Match`, the
 * claim that was created in the place of the example's. */
export async function posted(contract, twin) {
  const options = { parametersResolution: "Example" };
  const made = await promisify(postman.convertV2)({ type: "json", data: structuredClone(contract) }, options);
  assert(made.result, made.reason);
  const collection = made.output[0].data;
  const requests = [];
  const visit = (items) => items.forEach((item) => (item.item ? visit(item.item) : requests.push(item)));
  visit(collection.item);
  const ticked = ["memberId", "If-Match", "Content-Type", "Accept"];
  for (const { request } of requests) {
    for (const parameter of [...(request.header ?? []), ...(request.url.query ?? [])]) parameter.disabled = !ticked.includes(parameter.key);
    request.url.variable?.filter(({ key }) => key === "claimId").forEach((variable) => (variable.value = "{{claimId}}"));
  }
  const keep = 'if (pm.response.code === 201) pm.collectionVariables.set("claimId", pm.response.json().claimId);';
  collection.event = [{ listen: "test", script: { exec: [keep] } }];
  const envVar = [{ key: "baseUrl", value: twin }];
  const { run } = await promisify(newman.run)({ collection, envVar });
  const answers = run.executions.map(({ item, response }) => `${item.name}: ${response?.code}`);
  assert.deepEqual(run.failures, [], answers.join());
  assert.deepEqual(run.executions.map(({ response }) => response.code), [201, 200, 200, 200, 204, 200], answers.join());
}
