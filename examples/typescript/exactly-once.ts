// Exactly once for any client that takes a `fetch`: one key for all attempts of a write, repeats that do no harm, and an end that
// says what is known. contract/README.md has the rules, contract/vectors the cases that hold this file to them.
//
//     const api = createClient<paths>({ baseUrl, fetch: exactlyOnce() });

import type { components } from "./claims.js";

type ProblemCode = components["schemas"]["ProblemCode"];

/** What the caller knows of a call that has ended. After `unknown` the same call under the same key finds out. */
export type Certainty = "done" | "not_done" | "unknown";

export interface Options {
  /** At most so many attempts, the first one included. */
  attempts?: number;
  /** The longest wait before the first repeat, in seconds; it doubles. */
  base?: number;
  /** The longest wait before any repeat, `Retry-After` apart. */
  longest?: number;
  /** The longest `Retry-After` that a call waits for. */
  longestRetryAfter?: number;
  /** The time for one attempt. The gateway itself gives up after 29 seconds. */
  timeout?: number;
  /** What the repeats of all calls share: a repeat takes 5, or 10 after a timeout, and gives them back when it succeeds. */
  budget?: number;
  fetch?: (request: Request) => Promise<Response>;
  sleep?: (seconds: number) => Promise<void>;
}

/** A call that got no answer in the end. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  constructor(
    readonly certainty: Certainty,
    readonly attempts: number,
    /** Send the same call with it to find out; undefined for reads. */
    readonly key: string | undefined,
    cause: unknown,
  ) {
    super(`no answer after ${attempts} attempts: ${certainty}`, { cause });
  }
}

/** Headers of the answer that say how it came about. */
export const CERTAINTY = "x-client-certainty";
export const ATTEMPTS = "x-client-attempts";
/** The key of a write, to be stored with what could not be finished. */
export const KEY = "idempotency-key";

export function certaintyOf(answer: Response): Certainty | undefined {
  const said = answer.headers.get(CERTAINTY);
  return said === "done" || said === "not_done" || said === "unknown" ? said : undefined;
}

/** A UUIDv7: the time in milliseconds, then chance. */
export function mintKey(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i))) % 256;
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const TRANSIENT: readonly ProblemCode[] = ["throttled", "integration_failed", "storage_unavailable", "gateway_timeout"];
/** It would have been the same for every attempt: no earlier one has done the write either. */
const SETTLES: readonly ProblemCode[] = [
  "malformed_body",
  "validation_failed",
  "payload_too_large",
  "unsupported_media_type",
  "idempotency_key_reused",
];

/** How an attempt ended. */
interface Ended {
  answer?: Response;
  cause?: unknown;
  code?: string | undefined;
  kind: "answered" | "not_connected" | "timeout" | "interrupted";
}

const among = (codes: readonly string[], code: string | undefined) => code !== undefined && codes.includes(code);

function mayHelp({ kind, answer, code }: Ended): boolean {
  if (kind !== "answered" || !answer) return true;
  if (among(TRANSIENT, code)) return true;
  return code === undefined && [408, 429, 502, 503, 504].includes(answer.status);
}

function settles({ answer, code }: Ended): boolean {
  return among(SETTLES, code) || (code === undefined && !!answer && [400, 413, 415].includes(answer.status));
}

/** Whether the service may have done the write although this is how it ended. */
function leavesOpen({ kind, answer }: Ended): boolean {
  if (kind === "not_connected") return false;
  return !answer || answer.status >= 500;
}

/** Wraps a `fetch`. Clients call the result as they would call `fetch`. */
export function exactlyOnce(options: Options = {}): (input: Request | string | URL, init?: RequestInit) => Promise<Response> {
  const { attempts = 4, base = 0.1, longest = 5, longestRetryAfter = 10, timeout = 35, budget = 500 } = options;
  const send = options.fetch ?? fetch;
  const sleep = options.sleep ?? ((seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000)));
  let tokens = budget;

  return async (input, init) => {
    const request = new Request(input, init);
    const read = request.method === "GET" || request.method === "HEAD";
    const condition = request.headers.get("if-match");
    // A key alone does not help an unconditional update: somebody may have written in between.
    const harmless = request.method !== "PUT" || (condition !== null && condition !== "*");
    if (!read && !request.headers.has(KEY)) request.headers.set(KEY, mintKey());
    const key = request.headers.get(KEY) ?? undefined;
    // A body can be read once.
    const body = read ? null : await request.arrayBuffer();

    let open = false;
    let interrupted = false;
    let spent = 0;
    for (let attempt = 1; ; attempt++) {
      const ended = await once(request, body);
      const { answer, kind } = ended;
      if (answer?.ok || answer?.status === 304) {
        tokens = Math.min(budget, tokens + Math.max(spent, 1));
        return told(answer, "done", attempt);
      }
      if (request.method === "DELETE" && open && answer?.status === 404) {
        // It is gone, as wanted.
        return told(new Response(null, { status: 204, headers: answer.headers }), "done", attempt);
      }
      const unknown: boolean = !read && (leavesOpen(ended) || (open && !settles(ended)));
      const asked = Number(answer?.headers.get("retry-after") ?? 0) || 0;
      const cost = kind === "timeout" ? 10 : 5;
      const again =
        attempt < attempts &&
        mayHelp(ended) &&
        (harmless || kind === "not_connected") &&
        asked <= longestRetryAfter &&
        tokens >= cost &&
        !request.signal.aborted;
      if (!again) {
        const certainty = unknown ? "unknown" : "not_done";
        if (answer) return told(answer, certainty, attempt);
        throw new NoAnswer(certainty, attempt, key, ended.cause);
      }
      open ||= leavesOpen(ended);
      tokens -= spent = cost;
      await answer?.body?.cancel();
      // A request that died with its connection is repeated at once the first time.
      const atOnce = kind === "interrupted" && !interrupted;
      interrupted ||= kind === "interrupted";
      await sleep(atOnce ? 0 : asked + Math.random() * Math.min(longest, base * 2 ** (attempt - 1)));
    }
  };

  async function once(request: Request, body: ArrayBuffer | null): Promise<Ended> {
    const limit = AbortSignal.timeout(timeout * 1000);
    const { url, method, headers } = request;
    try {
      const signal = AbortSignal.any([request.signal, limit]);
      const answer = await send(new Request(url, { method, headers, body: body?.byteLength ? body : null, signal }));
      // What breaks while the body is read is a lost answer too.
      const read = answer.body ? await answer.arrayBuffer() : null;
      const whole = new Response(read?.byteLength ? read : null, { status: answer.status, headers: answer.headers });
      return { kind: "answered", answer: whole, code: answer.ok ? undefined : codeOf(answer, read) };
    } catch (cause) {
      if (limit.aborted) return { kind: "timeout", cause };
      return { kind: isUnconnected(cause) ? "not_connected" : "interrupted", cause };
    }
  }
}

function codeOf(answer: Response, body: ArrayBuffer | null): string | undefined {
  if (!body || !answer.headers.get("content-type")?.includes("json")) return undefined;
  try {
    const problem: unknown = JSON.parse(new TextDecoder().decode(body));
    const code = problem && typeof problem === "object" && "code" in problem ? problem.code : undefined;
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Node says so in the error's cause. What says nothing may have been sent. */
function isUnconnected(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code = cause && typeof cause === "object" && "code" in cause ? cause.code : undefined;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "UND_ERR_CONNECT_TIMEOUT"].includes(String(code));
}

function told(answer: Response, certainty: Certainty, attempts: number): Response {
  answer.headers.set(CERTAINTY, certainty);
  answer.headers.set(ATTEMPTS, String(attempts));
  return answer;
}
