//! The types of the calls: made by the methods of [`ClaimsClient`](crate::ClaimsClient), sent when awaited.
//!
//! Calls are futures that own what they need: they can be spawned, joined and raced as they are.

mod list;

use claims_api_types::Claim;
use private_api_client::{Call, Conditional, Modify, Read, TryModify, Write};

use crate::{ClaimHistoryPage, ClaimPage, Claims};

pub use list::ListCall;

/// Files a claim; see [`ClaimsClient::create_claim`](crate::ClaimsClient::create_claim).
///
/// Every create carries an idempotency key, which becomes the claim's id: the service makes one claim of it, however often
/// it arrives, also after the claim has been deleted: the error's code then is
/// [`ClaimDeleted`](crate::ProblemCode::ClaimDeleted).
pub type CreateClaimCall = Call<Claims, Claim, Write>;

/// Gets a claim; see [`ClaimsClient::get_claim`](crate::ClaimsClient::get_claim).
pub type GetClaimCall = Call<Claims, Claim, Read>;

/// Updates a claim; see [`ClaimsClient::update_claim`](crate::ClaimsClient::update_claim).
pub type UpdateClaimCall = Call<Claims, Claim, Conditional>;

/// Deletes a claim; see [`ClaimsClient::delete_claim`](crate::ClaimsClient::delete_claim).
///
/// It carries a key, by which the service recognises its repeat. A retry that finds nothing, after an attempt whose answer was
/// lost, has succeeded as well: a service older than contract 1.1 remembers no deletes.
pub type DeleteClaimCall = Call<Claims, (), Conditional>;

/// Changes a claim as it is at that moment; see [`ClaimsClient::modify_claim`](crate::ClaimsClient::modify_claim).
pub type ModifyClaimCall = Modify<Claims, Claim>;

/// As [`ModifyClaimCall`], with a decision that may fail and may await; see
/// [`ClaimsClient::try_modify_claim`](crate::ClaimsClient::try_modify_claim).
pub type TryModifyClaimCall<E> = TryModify<Claims, Claim, E>;

/// Lists claims; see [`ClaimsClient::list_claims`](crate::ClaimsClient::list_claims).
pub type ListClaimsCall = ListCall<ClaimPage>;

/// Reads a claim's history; see [`ClaimsClient::list_claim_history`](crate::ClaimsClient::list_claim_history).
pub type ListClaimHistoryCall = ListCall<ClaimHistoryPage>;

/// A member's claims, newest first; made by [`ListCall::into_stream`].
pub type ClaimStream = private_api_client::ItemStream<Claims, ClaimPage>;

/// Pages of a member's claims; made by [`ListCall::into_pages`].
pub type PageStream = private_api_client::PageStream<Claims, ClaimPage>;

/// A claim's history, oldest first; made by [`ListCall::into_stream`].
pub type HistoryStream = private_api_client::ItemStream<Claims, ClaimHistoryPage>;

/// Pages of a claim's history; made by [`ListCall::into_pages`].
pub type HistoryPageStream = private_api_client::PageStream<Claims, ClaimHistoryPage>;

/// A call that is under way.
pub type CallFuture<T> = private_api_client::CallFuture<Claims, T>;
