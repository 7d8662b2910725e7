//! A call of the client, written down; and what came of it, in words that outlast the client's types.

use claims_client::{ClaimsClient, Endpoint, Error as ClientError, RetryPolicy, types::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Error;

/// What a caller asks the client for.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "the contract's names")]
pub enum Call {
    CreateClaim {
        member_id: MemberId,
        policy_id: PolicyId,
        member_name: MemberName,
        policy_type: PolicyType,
        claim_amount: ClaimAmount,
        description: Description,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key: Option<IdempotencyKey>,
    },
    ListClaims {
        member_id: MemberId,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        status: Option<ClaimStatus>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        limit: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        next_token: Option<NextToken>,
    },
    GetClaim {
        member_id: MemberId,
        claim_id: ClaimId,
    },
    UpdateClaim {
        member_id: MemberId,
        claim_id: ClaimId,
        policy_type: PolicyType,
        claim_amount: ClaimAmount,
        description: Description,
        status: ClaimStatus,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        if_match: Option<Version>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key: Option<IdempotencyKey>,
    },
    DeleteClaim {
        member_id: MemberId,
        claim_id: ClaimId,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        if_match: Option<Version>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        key: Option<IdempotencyKey>,
    },
}

impl Call {
    /// Makes the call once, without a retry, over a connection of its own; says what came of it.
    ///
    /// # Errors
    /// No client can be made.
    pub async fn make(&self, url: &str) -> Result<Value, Error> {
        let client = ClaimsClient::builder().endpoint(Endpoint::url(url)).retry(RetryPolicy::never()).build()?;
        Ok(match self.clone() {
            Self::CreateClaim { member_id, policy_id, member_name, policy_type, claim_amount, description, key } => {
                let request = CreateClaimRequest::new(policy_type, claim_amount, description);
                let call = client.create_claim(CreateClaim { member_id, policy_id, member_name, request });
                let made = match key {
                    Some(key) => call.with_idempotency_key(key).await,
                    None => call.await,
                };
                outcome("claim", made)
            }
            Self::ListClaims { member_id, status, limit, next_token } => {
                let mut call = client.list_claims(&member_id);
                if let Some(status) = status {
                    call = call.status(status);
                }
                if let Some(limit) = limit {
                    call = call.limit(PageLimit::new(limit).map_err(|e| e.to_string())?);
                }
                if let Some(token) = next_token {
                    call = call.starting_at(token);
                }
                outcome("page", call.await)
            }
            Self::GetClaim { member_id, claim_id } => outcome("claim", client.get_claim(&member_id, claim_id).await),
            Self::UpdateClaim {
                member_id,
                claim_id,
                policy_type,
                claim_amount,
                description,
                status,
                if_match,
                key,
            } => {
                let update = UpdateClaimRequest { policy_type, claim_amount, description, status };
                let mut call = client.update_claim(&member_id, claim_id, update);
                if let Some(version) = if_match {
                    call = call.if_match(version);
                }
                if let Some(key) = key {
                    call = call.with_idempotency_key(key);
                }
                outcome("claim", call.await)
            }
            Self::DeleteClaim { member_id, claim_id, if_match, key } => {
                let mut call = client.delete_claim(&member_id, claim_id);
                if let Some(version) = if_match {
                    call = call.if_match(version);
                }
                if let Some(key) = key {
                    call = call.with_idempotency_key(key);
                }
                outcome("deleted", call.await)
            }
        })
    }
}

fn outcome<T: Serialize>(what: &str, result: Result<T, ClientError>) -> Value {
    match result {
        Ok(value) => json!({ what: value }),
        Err(error) => json!({ "error": told(&error) }),
    }
}

/// All that a caller can decide by.
fn told(error: &ClientError) -> Value {
    let is = [
        ("not_found", error.is_not_found()),
        ("version_mismatch", error.is_version_mismatch()),
        ("invalid_transition", error.is_invalid_transition()),
        ("idempotency_key_reused", error.is_idempotency_key_reused()),
        ("validation", error.is_validation()),
        ("forbidden", error.is_forbidden()),
        ("throttled", error.is_throttled()),
        ("unavailable", error.is_unavailable()),
        ("timeout", error.is_timeout()),
        ("connect", error.is_connect()),
        ("interrupted", error.is_interrupted()),
        ("unexpected_answer", error.is_unexpected_answer()),
        ("credentials", error.is_credentials()),
        ("outcome_unknown", error.is_outcome_unknown()),
    ];
    json!({
        "status": error.status(),
        "code": error.code(),
        "requestId": error.request_id(),
        "retryAfterSeconds": error.retry_after().map(|wait| wait.as_secs()),
        "fields": error.field_errors(),
        "is": is.into_iter().filter_map(|(name, holds)| holds.then_some(name)).collect::<Vec<_>>(),
    })
}
