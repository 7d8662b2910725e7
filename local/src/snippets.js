// A request of the docs page as the command `claims` and as Rust with claims-client, of exactly what the form holds.

import { shell } from "/docs/request.js";

export function snippets(request) {
  return [
    { name: "claims", text: told(request, command) },
    { name: "Rust", text: told(request, rust) },
  ];
}

// What a language cannot say is said instead of something else.
class Unsayable extends Error {}

function told(request, language) {
  const mark = language === rust ? "//" : "#";
  try {
    const { fields, ...beside } = fieldsOf(request);
    return language({ ...request, fields, parameters: { ...request.parameters, ...beside } });
  } catch (error) {
    if (error instanceof Unsayable) return `${mark} This request cannot be written so: ${error.message}.`;
    throw error;
  }
}

const FIELDS = {
  createClaim: ["policyType", "claimAmount", "description"],
  updateClaim: ["policyType", "claimAmount", "description", "status"],
};

// The body's fields, and what of a create's may stand in the query as well; a body that is not as the contract wants it is left to
// the languages that send any text.
function fieldsOf({ operationId, parameters, body }) {
  if (body === undefined) return { fields: {} };
  let fields;
  try {
    fields = JSON.parse(body);
  } catch {
    throw new Unsayable("its body is no JSON");
  }
  const isObject = fields !== null && typeof fields === "object" && !Array.isArray(fields);
  const wanted = FIELDS[operationId];
  const { status, ...rest } = isObject ? fields : {};
  const given = operationId === "createClaim" && status === "pending" ? rest : { ...fields };
  const beside = {};
  for (const name of operationId === "createClaim" ? ["policyId", "memberName"] : []) {
    if ((given?.[name] === undefined) === (parameters[name] === undefined)) throw new Unsayable(`${name} does not stand in one place`);
    if (given[name] === undefined) continue;
    if (typeof given[name] !== "string") throw new Unsayable(`${name} is of another type`);
    beside[name] = given[name];
    delete given[name];
  }
  if (!isObject || Object.keys(given).sort().join() !== [...wanted].sort().join()) {
    throw new Unsayable(`its body is not of the fields ${wanted.join(", ")}`);
  }
  for (const name of wanted) {
    if (typeof given[name] !== (name === "claimAmount" ? "number" : "string")) throw new Unsayable(`${name} is of another type`);
  }
  return { fields: given, ...beside };
}

function version({ headers }) {
  const etag = headers["If-Match"];
  if (etag === undefined) return undefined;
  const number = /^"(\d+)"$/.exec(etag)?.[1];
  if (number === undefined) throw new Unsayable("its If-Match is no version in quotes");
  return number;
}

function command(request) {
  const { operationId, parameters, headers, fields, base } = request;
  const option = (name, value) => (value === undefined ? [] : [`--${name}=${shell(value)}`]);
  const amount = fields.claimAmount === undefined ? undefined : String(fields.claimAmount);
  const body = [
    ...option("policy-type", fields.policyType), ...option("amount", amount), ...option("description", fields.description),
    ...option("status", fields.status),
  ];
  const member = option("member", parameters.memberId);
  const claim = parameters.claimId === undefined ? [] : [shell(parameters.claimId)];
  const condition = option("if-version", version(request));
  const words = {
    createClaim: () => ["create", ...member, ...option("policy", parameters.policyId), ...option("name", parameters.memberName),
      ...body, ...option("key", headers["Idempotency-Key"])],
    listClaims: () => {
      if (parameters.nextToken !== undefined) throw new Unsayable("`claims list` goes from page to page by itself (--all)");
      return ["list", ...member, ...option("status", parameters.status), ...option("limit", parameters.limit)];
    },
    getClaim: () => ["get", ...member, ...claim],
    updateClaim: () => ["update", ...member, ...claim, ...body, ...condition],
    deleteClaim: () => ["delete", ...member, ...claim, ...condition],
    listClaimHistory: () => {
      if (parameters.limit !== undefined || parameters.nextToken !== undefined) throw new Unsayable("`claims history` shows all of it");
      return ["history", ...member, ...claim];
    },
  }[operationId]();
  const own = ["updateClaim", "deleteClaim"].includes(operationId) && headers["Idempotency-Key"] !== undefined
    ? "# claims mints a key of its own for this, and keeps it until the end is known\n" : "";
  const who = option("on-behalf-of", headers["X-On-Behalf-Of"]);
  return `${own}CLAIMS_API_URL=${shell(base)} claims ${[...words, ...who].join(" ")}`;
}

function literal(text) {
  const escaped = [...text].map((c) => {
    if (c === '"' || c === "\\") return `\\${c}`;
    return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(c) ? `\\u{${c.codePointAt(0).toString(16)}}` : c;
  });
  return `"${escaped.join("")}"`;
}

function rust(request) {
  const { operationId, parameters, headers, fields, base } = request;
  const parse = (text) => `${literal(text)}.parse()?`;
  const known = (type, text) => `${type}::known(${literal(text)})?`;
  const member = `&${parse(parameters.memberId ?? "")}`;
  const claim = parse(parameters.claimId ?? "");
  const key = headers["Idempotency-Key"] === undefined ? "" : `\n        .with_idempotency_key(${parse(headers["Idempotency-Key"])})`;
  const who = headers["X-On-Behalf-Of"] === undefined ? "" : `\n        .on_behalf_of(&${parse(headers["X-On-Behalf-Of"])})`;
  const at = version(request);
  const condition = at === undefined ? "" : `\n        .if_match(Version::new(${at}).ok_or("no version")?)`;
  const amount = fields.claimAmount === undefined ? "" : parse(String(fields.claimAmount));
  const page = (parameters.limit === undefined ? "" : `\n        .limit(${parse(parameters.limit)})`)
    + (parameters.nextToken === undefined ? "" : `\n        .starting_at(${parse(parameters.nextToken)})`);
  const [call, tell] = {
    createClaim: () => [`create_claim(CreateClaim {
            member_id: ${parse(parameters.memberId ?? "")},
            policy_id: ${parse(parameters.policyId ?? "")},
            member_name: ${parse(parameters.memberName ?? "")},
            request: CreateClaimRequest::new(
                ${known("PolicyType", fields.policyType)},
                ${amount},
                ${parse(fields.description)},
            ),
        })${key}${who}`, "claim.claim_id"],
    listClaims: () => [`list_claims(${member})${
      parameters.status === undefined ? "" : `\n        .status(${known("ClaimStatus", parameters.status)})`}${page}${who}`, "page.claims.len()"],
    getClaim: () => [`get_claim(${member}, ${claim})${who}`, "claim.status"],
    updateClaim: () => [`update_claim(
            ${member},
            ${claim},
            UpdateClaimRequest {
                policy_type: ${known("PolicyType", fields.policyType)},
                claim_amount: ${amount},
                description: ${parse(fields.description)},
                status: ${known("ClaimStatus", fields.status)},
            },
        )${condition}${key}${who}`, "claim.version"],
    deleteClaim: () => [`delete_claim(${member}, ${claim})${condition}${key}${who}`, undefined],
    listClaimHistory: () => [`list_claim_history(${member}, ${claim})${page}${who}`, "page.entries.len()"],
  }[operationId]();
  const [bind, print] = tell === undefined ? ["", 'println!("deleted");']
    : [`let ${tell.split(".")[0]} = `, `println!("{}", ${tell});`];
  const types = /\b(CreateClaim|PolicyType|ClaimStatus|Version)\b/.test(call) ? ", types::*" : "";
  return `use claims_client::{ClaimsClient, Endpoint${types}};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = ClaimsClient::builder().endpoint(Endpoint::url(${literal(base)})).build()?;
    ${bind}client
        .${call}
        .await?;
    ${print}
    Ok(())
}`;
}
