//! One claim, or a member's: create, get, list, update, delete.

use claims_client::{
    Claim, ClaimId, ClaimStatus, ClaimsClient, IdempotencyKey, MemberId, PageLimit, UpdateClaimRequest, Version,
    types::{ClaimAmount, Description, InvalidValue, MemberName, PolicyId, PolicyType},
};
use serde_json::json;

use super::{
    Failure, Status,
    exit::say,
    journal::Journal,
    output,
    pending::Pending,
    usage::{count, policy_types, statuses},
    write::Write,
};

/// A claim's address.
#[derive(Clone, clap::Args)]
pub(super) struct Which {
    /// Whose claim it is
    #[arg(long, short)]
    pub(super) member: MemberId,
    /// The claim's id
    pub(super) claim: ClaimId,
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
    /// What the policy insures
    #[arg(long, short = 't', value_name = "TYPE", value_parser = policy_types())]
    policy_type: PolicyType,
    /// How much, such as 19.99
    #[arg(long, short, allow_negative_numbers = true, value_parser = amount)]
    amount: ClaimAmount,
    /// What happened
    #[arg(long, short, default_value = "")]
    description: Description,
    /// A UUIDv7 that names this create: running it again with the same key creates nothing new
    #[arg(long, value_name = "UUID")]
    key: Option<IdempotencyKey>,
    /// It is another claim, though an equal create was left behind
    #[arg(long, conflicts_with = "key")]
    new: bool,
}

impl Create {
    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }
}

#[derive(clap::Args)]
pub(super) struct List {
    /// Whose claims
    #[arg(long, short)]
    member: MemberId,
    /// Only those in this status
    #[arg(long, short, value_parser = statuses())]
    status: Option<ClaimStatus>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_parser = count, allow_negative_numbers = true)]
    limit: usize,
    /// All of them, however many
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

#[derive(Clone, clap::Args)]
pub(super) struct Update {
    #[command(flatten)]
    which: Which,
    /// Where it stands now
    #[arg(long, short, value_parser = statuses())]
    status: Option<ClaimStatus>,
    /// How much, such as 19.99
    #[arg(long, short, allow_negative_numbers = true, value_parser = amount)]
    amount: Option<ClaimAmount>,
    /// What happened
    #[arg(long, short)]
    description: Option<Description>,
    /// What the policy insures
    #[arg(long, short = 't', value_name = "TYPE", value_parser = policy_types())]
    policy_type: Option<PolicyType>,
    /// Only if the claim is still at this version
    #[arg(long, value_name = "VERSION", value_parser = version, allow_negative_numbers = true)]
    if_version: Option<Version>,
}

#[derive(clap::Args)]
pub(super) struct Delete {
    #[command(flatten)]
    which: Which,
    /// Only if the claim is still at this version
    #[arg(long, value_name = "VERSION", value_parser = version, allow_negative_numbers = true)]
    if_version: Option<Version>,
}

fn amount(text: &str) -> Result<ClaimAmount, String> {
    match text.strip_prefix('-') {
        Some(_) => Err("must be more than 0: an amount has no sign".to_owned()),
        None => text.parse().map_err(|wrong: InvalidValue| wrong.to_string()),
    }
}

fn version(text: &str) -> Result<Version, String> {
    text.parse().ok().and_then(Version::new).ok_or_else(|| "must be a number from 1".to_owned())
}

pub(super) async fn create(
    client: &ClaimsClient,
    journal: Option<&Journal>,
    args: &Create,
    json: bool,
) -> Result<Status, Failure> {
    let write = Write::Create {
        member_id: args.member.clone(),
        policy_id: args.policy.clone(),
        member_name: args.name.clone(),
        policy_type: args.policy_type.clone(),
        claim_amount: args.amount,
        description: args.description.clone(),
    };
    if let Some(journal) = journal.filter(|_| args.key.is_none() && !args.new)
        && let Some(before) = journal.left_behind(&write)?
    {
        let why = format!(
            "an equal create of {} was left behind: `claims resume` finishes it; --new makes another claim",
            before.begun
        );
        return Err(Failure::new(Status::Usage, why));
    }
    let key = args.key.unwrap_or_else(IdempotencyKey::mint);
    let pending = Pending::new();
    pending.notes().note(journal, key, &write);
    pending.run(write.send(client.clone(), key, None), |answer| tell(answer.claim.as_ref(), json)).await
}

pub(super) async fn get(client: &ClaimsClient, args: &Which, json: bool) -> Result<Status, Failure> {
    tell(Some(&client.get_claim(&args.member, args.claim).await?), json)?;
    Ok(Status::Done)
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
        say(json, "The member has no such claims.");
    } else if shown == most && claims.try_next().await?.is_some() {
        say(json, "There are more: --all, or a higher --limit.");
    }
    Ok(Status::Done)
}

pub(super) async fn update(
    client: &ClaimsClient,
    journal: Option<&Journal>,
    args: &Update,
    json: bool,
) -> Result<Status, Failure> {
    let Update { which, status, amount, description, policy_type, if_version } = args.clone();
    if status.is_none() && amount.is_none() && description.is_none() && policy_type.is_none() {
        return Err(Failure::new(
            Status::Usage,
            "nothing to change: give --status, --amount, --description or --policy-type",
        ));
    }
    let pending = Pending::new();
    let (noted, journal, updates) = (pending.notes(), journal.cloned(), client.clone());
    let change = move |claim: &Claim| {
        // A version that was asked for is the caller's condition: another one is theirs to decide about.
        let version = if_version.unwrap_or(claim.version);
        let update = UpdateClaimRequest {
            policy_type: policy_type.clone().unwrap_or_else(|| claim.policy_type.clone()),
            claim_amount: amount.unwrap_or(claim.claim_amount),
            description: description.clone().unwrap_or_else(|| claim.description.clone()),
            status: status.clone().unwrap_or_else(|| claim.status.clone()),
        };
        let key = IdempotencyKey::mint();
        let write = Write::update(&claim.member_id, claim.claim_id, version, update.clone());
        noted.note(journal.as_ref(), key, &write).then(|| {
            let call = updates.update_claim(&claim.member_id, claim.claim_id, update);
            call.with_idempotency_key(key).if_match(version)
        })
    };
    // Read, change, write on condition, and again if somebody was faster: nothing of theirs is lost.
    let rounds = if if_version.is_some() { 1 } else { 20 };
    let call = client.get_claim(&which.member, which.claim).modify(change).with_max_rounds(rounds);
    pending.run(call, |claim| tell(Some(claim), json)).await
}

pub(super) async fn delete(
    client: &ClaimsClient,
    journal: Option<&Journal>,
    args: &Delete,
    json: bool,
) -> Result<Status, Failure> {
    let Which { member, claim } = args.which.clone();
    let write = Write::Delete { member_id: member, claim_id: claim, version: args.if_version };
    let key = IdempotencyKey::mint();
    let pending = Pending::new();
    pending.notes().note(journal, key, &write);
    let deleted = |_: &_| {
        if json {
            output::json(&json!({ "claimId": claim, "deleted": true }))
        } else {
            output::line(&format!("deleted {claim}"))
        }
    };
    pending.run(write.send(client.clone(), key, None), deleted).await
}

fn tell(claim: Option<&Claim>, json: bool) -> std::io::Result<()> {
    match claim {
        Some(claim) if json => output::json(claim),
        Some(claim) => output::claim(claim),
        None => Ok(()),
    }
}
