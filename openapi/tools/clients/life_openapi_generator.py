import sys

from life import Answer, life

from claims_openapi_generator import ApiClient, ApiException, ClaimsApi, Configuration
from claims_openapi_generator.models import CreateClaimRequest, KnownClaimStatus, KnownPolicyType, UpdateClaimRequest

claims = ClaimsApi(ApiClient(Configuration(host=sys.argv[1])))


def told(call, *arguments, **more):
    try:
        answer = call(*arguments, **more)
        return Answer(answer.status_code, answer.data, (answer.headers or {}).get("etag", ""))
    except ApiException as refused:
        return Answer(refused.status, refused.data)


class Api:
    def create(self, member, key, amount):
        body = CreateClaimRequest(
            policy_id="9",
            member_name="John Doe",
            policy_type=KnownPolicyType.HEALTH,
            claim_amount=amount,
            description="snow accident",
            status="pending",
        )
        return told(claims.create_claim_with_http_info, member, body, idempotency_key=key)

    def list(self, member, limit, token):
        return told(claims.list_claims_with_http_info, member, limit=limit, next_token=token)

    def get(self, member, claim_id):
        return told(claims.get_claim_with_http_info, claim_id, member)

    def update(self, member, claim_id, if_match, amount):
        body = UpdateClaimRequest(
            policy_type=KnownPolicyType.HEALTH,
            claim_amount=amount,
            description="snow accident",
            status=KnownClaimStatus.IN_REVIEW,
        )
        return told(claims.update_claim_with_http_info, claim_id, member, body, if_match=if_match)

    def delete(self, member, claim_id):
        return told(claims.delete_claim_with_http_info, claim_id, member)

    def history(self, member, claim_id):
        return told(claims.list_claim_history_with_http_info, claim_id, member)


life(Api())
