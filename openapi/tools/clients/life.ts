// A claim's life through whatever client a generator has made. What it prints is compared with what was to happen.
import { readFileSync } from "node:fs";

export interface Claim {
  claimId: string;
  claimAmount: number;
  version: number;
  status: string;
}
export interface Answer<T> {
  data?: T | undefined;
  error?: { code?: string | undefined; message?: string | undefined } | undefined;
  response?: Response | undefined;
}
const fields = (claimAmount: number) => ({ policyType: "Health" as const, claimAmount, description: "snow accident" });
export type NewClaim = ReturnType<typeof fields> & { policyId: string; memberName: string; status: "pending" };
export type Change = ReturnType<typeof fields> & { status: "in_review" };
export interface Api {
  create(memberId: string, key: string, body: NewClaim): Promise<Answer<Claim>>;
  list(query: { memberId: string; limit?: number; nextToken?: string }): Promise<Answer<{ claims: Claim[]; nextToken?: string }>>;
  get(memberId: string, claimId: string): Promise<Answer<Claim>>;
  update(memberId: string, claimId: string, ifMatch: string, body: Change): Promise<Answer<Claim>>;
  delete(memberId: string, claimId: string): Promise<Answer<unknown>>;
  history(memberId: string, claimId: string): Promise<Answer<unknown>>;
}

/** Arguments: the URL, the member, keys for creates. */
export async function life(api: Api) {
  const [member = "", ...keys] = process.argv.slice(3);
  const create = (memberId: string, amount: number) =>
    api.create(memberId, keys.shift() ?? "", { ...fields(amount), policyId: "9", memberName: "John Doe", status: "pending" });
  const change = (amount: number) => ({ ...fields(amount), status: "in_review" as const });
  const say = (...words: unknown[]) => console.log(words.join(" "));

  for (const amount of [1234567.89, 999999999.99]) {
    const created = await create(member, amount);
    say("created", created.response?.status, created.data?.claimAmount);
    const id = created.data?.claimId ?? "";
    const read = await api.get(member, id);
    say("read", read.response?.status, read.data?.claimAmount, read.data?.version);
    const update = () => api.update(member, id, read.response?.headers.get("ETag") ?? "", change(read.data?.claimAmount ?? 0));
    const updated = await update();
    say("updated", updated.response?.status, updated.data?.claimAmount, updated.data?.version);
    const stale = await update();
    say("stale", stale.response?.status, stale.error?.code);
    say("deleted", (await api.delete(member, id)).response?.status);
    const gone = await api.get(member, id);
    say("gone", gone.response?.status, gone.error?.code);
  }

  for (let i = 0; i < 5; i++) await create(`${member}-pages`, 500);
  let nextToken: string | undefined;
  do {
    const { data } = await api.list({ memberId: `${member}-pages`, limit: 2, ...(nextToken && { nextToken }) });
    say("page", data?.claims.length);
    nextToken = data?.nextToken;
  } while (nextToken);

  // Of this member the claims have a status that nobody knew when the client was made.
  await create(`${member}-future`, 500);
  say("future", (await api.list({ memberId: `${member}-future` })).data?.claims[0]?.status);

  // Of these members everything goes wrong, each in another way. Of a refusal without a code the gateway's words count.
  for (const [n, operation] of readFileSync("cases.txt", "utf8").trimEnd().split("\n").entries()) {
    const [memberId, claimId] = [`${member}-case-${n}`, keys[0] ?? ""];
    const { error, response } = await {
      createClaim: () => api.create(memberId, claimId, { ...fields(500), policyId: "9", memberName: "John Doe", status: "pending" }),
      listClaims: () => api.list({ memberId }),
      getClaim: () => api.get(memberId, claimId),
      updateClaim: () => api.update(memberId, claimId, "*", change(500)),
      deleteClaim: () => api.delete(memberId, claimId),
      listClaimHistory: () => api.history(memberId, claimId),
    }[operation as string]!();
    say(n, operation, response?.status, error?.code ?? error?.message);
  }
}
