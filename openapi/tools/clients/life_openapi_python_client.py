import sys

from life import Answer, life

from claims_client import Client
from claims_client.api.claims import create_claim, delete_claim, get_claim, list_claim_history, list_claims, update_claim
from claims_client.models import (
    CreateClaimRequest,
    CreateClaimRequestStatus,
    KnownClaimStatus,
    KnownPolicyType,
    UpdateClaimRequest,
)
from claims_client.types import UNSET

client = Client(base_url=sys.argv[1])


def told(answer):
    return Answer(int(answer.status_code), answer.parsed, answer.headers.get("ETag", ""))


class Api:
    def create(self, member, key, amount):
        body = CreateClaimRequest(
            policy_id="9",
            member_name="John Doe",
            policy_type=KnownPolicyType.HEALTH,
            claim_amount=amount,
            description="snow accident",
            status=CreateClaimRequestStatus.PENDING,
        )
        return told(create_claim.sync_detailed(client=client, member_id=member, idempotency_key=key, body=body))

    def list(self, member, limit, token):
        return told(list_claims.sync_detailed(client=client, member_id=member, limit=limit, next_token=token or UNSET))

    def get(self, member, claim_id):
        return told(get_claim.sync_detailed(claim_id, client=client, member_id=member))

    def update(self, member, claim_id, if_match, amount):
        body = UpdateClaimRequest(
            policy_type=KnownPolicyType.HEALTH,
            claim_amount=amount,
            description="snow accident",
            status=KnownClaimStatus.IN_REVIEW,
        )
        return told(update_claim.sync_detailed(claim_id, client=client, member_id=member, if_match=if_match, body=body))

    def delete(self, member, claim_id):
        return told(delete_claim.sync_detailed(claim_id, client=client, member_id=member))

    def history(self, member, claim_id):
        return told(list_claim_history.sync_detailed(claim_id, client=client, member_id=member))


life(Api())
