//! One claim, or a member's: create, get, list, update, delete.

use claims_client::{
    Claim, ClaimId, ClaimStatus, ClaimsClient, CreateClaim, IdempotencyKey, MemberId, PageLimit, UpdateClaimRequest,
    Version,
    types::{ClaimAmount, CreateClaimRequest, Description, InvalidValue, MemberName, PolicyId, PolicyType},
};
use futures_util::TryStreamExt;

use super::{Failure, Status, output};

/// A claim's address.
#[derive(clap::Args)]
pub(super) struct Which {
    /// Whose claim it is
    #[arg(long, short)]
    member: MemberId,
    /// The claim's id
    claim: ClaimId,
}

#[derive(clap::Args)]
pub(super) struct Create {
    /// Whose claim it is
    #[arg(long, short)]
    member: MemberId,
    /// Under which policy
    #[arg(long, short)]
    policy: PolicyId,
    /// The member's name
    #[arg(long, short)]
    name: MemberName,
    /// Health, Dental, Vision, Life, Disability or Accident
    #[arg(long, short = 't', value_name = "TYPE", value_parser = PolicyType::known)]
    policy_type: PolicyType,
    /// How much, such as 19.99
    #[arg(long, short)]
    amount: ClaimAmount,
    /// What happened
    #[arg(long, short, default_value = "")]
    description: Description,
    /// A UUIDv7 that names this create: running it again with the same key creates nothing new
    #[arg(long, value_name = "UUID")]
    key: Option<IdempotencyKey>,
}

#[derive(clap::Args)]
pub(super) struct List {
    /// Whose claims
    #[arg(long, short)]
    member: MemberId,
    /// Only those in this status
    #[arg(long, short, value_parser = ClaimStatus::known)]
    status: Option<ClaimStatus>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// All of them, however many
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

#[derive(clap::Args)]
pub(super) struct Update {
    #[command(flatten)]
    which: Which,
    /// pending, in_review, approved, denied, paid or withdrawn
    #[arg(long, short, value_parser = ClaimStatus::known)]
    status: Option<ClaimStatus>,
    /// How much, such as 19.99
    #[arg(long, short)]
    amount: Option<ClaimAmount>,
    /// What happened
    #[arg(long, short)]
    description: Option<Description>,
    /// Health, Dental, Vision, Life, Disability or Accident
    #[arg(long, short = 't', value_name = "TYPE", value_parser = PolicyType::known)]
    policy_type: Option<PolicyType>,
    /// Only if the claim is still at this version
    #[arg(long, value_name = "VERSION", value_parser = version)]
    if_version: Option<Version>,
}

#[derive(clap::Args)]
pub(super) struct Delete {
    #[command(flatten)]
    which: Which,
    /// Only if the claim is still at this version
    #[arg(long, value_name = "VERSION", value_parser = version)]
    if_version: Option<Version>,
}

fn version(text: &str) -> Result<Version, String> {
    text.parse().ok().and_then(Version::new).ok_or_else(|| "must be a number from 1".to_owned())
}

pub(super) async fn create(client: &ClaimsClient, args: &Create, json: bool) -> Result<Status, Failure> {
    let request = CreateClaimRequest::new(args.policy_type.clone(), args.amount, args.description.clone());
    // Minted here, so that an open end can be told with the key that closes it.
    let key = args.key.unwrap_or_else(IdempotencyKey::mint);
    let create = CreateClaim {
        member_id: args.member.clone(),
        policy_id: args.policy.clone(),
        member_name: args.name.clone(),
        request,
    };
    match client.create_claim(create).with_idempotency_key(key).await {
        Ok(claim) => show(&claim, json),
        Err(error) => {
            if error.is_outcome_unknown() {
                anstream::eprintln!(
                    "To find out, run the same command again with --key {key}: it creates nothing twice."
                );
            }
            Err(error.into())
        }
    }
}

pub(super) async fn get(client: &ClaimsClient, args: &Which, json: bool) -> Result<Status, Failure> {
    show(&client.get_claim(&args.member, args.claim).await?, json)
}

pub(super) async fn list(client: &ClaimsClient, args: &List, json: bool) -> Result<Status, Failure> {
    let most = if args.all { usize::MAX } else { args.limit };
    let page = PageLimit::new(most.clamp(1, 100) as u32).map_err(|e: InvalidValue| Failure::new(Status::Usage, e))?;
    let mut call = client.list_claims(&args.member).limit(page);
    if let Some(status) = &args.status {
        call = call.status(status.clone());
    }
    let mut claims = call.into_stream();
    let mut shown = 0;
    while shown < most
        && let Some(claim) = claims.try_next().await?
    {
        if json {
            output::json(&claim)?;
        } else {
            if shown == 0 {
                output::heading()?;
            }
            output::row(&claim)?;
        }
        shown += 1;
    }
    if shown == 0 && !json {
        anstream::eprintln!("The member has no such claims.");
    } else if shown == most && claims.try_next().await?.is_some() {
        anstream::eprintln!("There are more: --all, or a higher --limit.");
    }
    Ok(Status::Done)
}

pub(super) async fn update(client: &ClaimsClient, args: &Update, json: bool) -> Result<Status, Failure> {
    let Update { which, status, amount, description, policy_type, if_version } = args;
    if status.is_none() && amount.is_none() && description.is_none() && policy_type.is_none() {
        return Err(Failure::new(
            Status::Usage,
            "nothing to change: give --status, --amount, --description or --policy-type",
        ));
    }
    let change = {
        let (status, amount) = (status.clone(), *amount);
        let (description, policy_type) = (description.clone(), policy_type.clone());
        move |claim: &Claim| UpdateClaimRequest {
            policy_type: policy_type.clone().unwrap_or_else(|| claim.policy_type.clone()),
            claim_amount: amount.unwrap_or(claim.claim_amount),
            description: description.clone().unwrap_or_else(|| claim.description.clone()),
            status: status.clone().unwrap_or_else(|| claim.status.clone()),
        }
    };
    let updated = match if_version {
        // The version is the caller's condition: another one is his to decide about.
        Some(version) => {
            let claim = client.get_claim(&which.member, which.claim).await?;
            client.update_claim(&which.member, which.claim, change(&claim)).if_match(*version).await?
        }
        // Read, change, write on condition, and again if somebody was faster: nothing of theirs is lost.
        None => client.modify_claim(&which.member, which.claim, move |claim| Some(change(claim))).await?,
    };
    show(&updated, json)
}

pub(super) async fn delete(client: &ClaimsClient, args: &Delete, json: bool) -> Result<Status, Failure> {
    let mut call = client.delete_claim(&args.which.member, args.which.claim);
    if let Some(version) = args.if_version {
        call = call.if_match(version);
    }
    call.await?;
    if !json {
        output::line(&format!("deleted {}", args.which.claim))?;
    }
    Ok(Status::Done)
}

fn show(claim: &Claim, json: bool) -> Result<Status, Failure> {
    if json {
        output::json(claim)?
    } else {
        output::claim(claim)?
    }
    Ok(Status::Done)
}
