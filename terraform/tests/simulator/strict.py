"""What AWS refuses, forgets and renames, and moto lets pass. Each function is one behaviour of AWS, with its source; `install()`
puts all of them in. What AWS would have done and moto would not is printed as a line that starts with "STRICT".
What holds a network interface is in interfaces.py.

Tried with moto 5.2.5 and terraform-provider-aws 5.100.
"""

import copy
import json
import re
from urllib.parse import unquote

from moto.apigateway import urls as apigateway_urls
from moto.apigateway.exceptions import BadRequestException
from moto.apigateway.models import APIGatewayBackend, RestAPI, apigateway_backends
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend
from moto.core.exceptions import JsonRESTError
from moto.dynamodb.responses import DynamoHandler
from moto.iam.models import iam_backends
from moto.kms.models import KmsBackend
from moto.logs.responses import LogsResponse
from moto.route53resolver.responses import Route53ResolverResponse


def say(*words):
    print("STRICT", *words, flush=True)


def import_wipes_the_resource_policy():
    """PutRestApi with mode=overwrite takes the policy from the document, and without one there is none afterwards.
    Source: hashicorp/terraform-provider-aws#49672, #48118, PR #49823. moto keeps the policy."""
    original = APIGatewayBackend.put_rest_api

    def put_rest_api(self, function_id, api_doc, fail_on_warnings, mode="merge"):
        answer = original(self, function_id, api_doc, fail_on_warnings, mode)
        if mode == "overwrite":
            if self.apis[function_id].policy:
                say("import wiped the resource policy of", function_id)
            self.apis[function_id].policy = api_doc.get("x-amazon-apigateway-policy")
        return answer

    APIGatewayBackend.put_rest_api = put_rest_api


def private_api_needs_a_policy_to_be_deployed():
    """CreateDeployment of a PRIVATE API without a resource policy is a BadRequestException.
    Source: hashicorp/terraform-provider-aws#14290, cloudposse/terraform-aws-api-gateway PR #25. moto deploys it."""
    original = APIGatewayBackend.create_deployment

    def create_deployment(self, function_id, name, description="", stage_variables=None):
        api = self.get_rest_api(function_id)
        if "PRIVATE" in (api.endpoint_configuration or {}).get("types", []) and not api.policy:
            say("refused to deploy", function_id, "without a resource policy")
            raise BadRequestException("Private REST API doesn't have a resource policy attached to it")
        return original(self, function_id, name, description, stage_variables)

    APIGatewayBackend.create_deployment = create_deployment


class FunctionExists(LambdaClientError):
    code = 409

    def __init__(self, name):
        super().__init__("ResourceConflictException", f"Function already exist: {name}")


def function_names_are_unique():
    """CreateFunction with a name that is taken is 409 ResourceConflictException (the provider retries it for minutes).
    Source: Lambda API reference, CreateFunction, errors. moto overwrites the function."""
    original = LambdaBackend.create_function

    def create_function(self, spec):
        name = spec.get("FunctionName")
        try:
            self.get_function(name)
        except Exception:  # moto's own "unknown function", by whatever class this version has
            return original(self, spec)
        say("refused a second function", name)
        raise FunctionExists(name)

    LambdaBackend.create_function = create_function


def functions_can_change_their_architecture():
    """UpdateFunctionCode takes Architectures along with the package.
    Source: Lambda API reference, UpdateFunctionCode. moto drops it: a perpetual difference."""
    original = LambdaBackend.update_function_code

    def update_function_code(self, function_name, qualifier, body):
        if body.get("Architectures"):
            self.get_function(function_name, qualifier).architectures = body["Architectures"]
        return original(self, function_name, qualifier, body)

    LambdaBackend.update_function_code = update_function_code


def rest_apis_have_tags_of_their_own():
    """TagResource, UntagResource and GetTags on a REST API's ARN.
    Source: API Gateway API reference, TagResource. moto answers 404, so that no changed tag or name can be applied."""

    def tags(request, full_url, headers):
        found = re.search(r"apigateway:([a-z0-9-]+)::/restapis/([a-z0-9]+)", unquote(full_url))
        api = next(
            (backends[found.group(1)].apis[found.group(2)] for _, backends in apigateway_backends.items()
             if found.group(2) in backends[found.group(1)].apis), None)
        if api is None:
            return 404, {"Content-Type": "application/json"}, json.dumps({"message": "Invalid resource identifier"})
        api.tags = dict(api.tags or {})
        if request.method == "PUT":
            api.tags.update(json.loads(request.data or b"{}").get("tags", {}))
        elif request.method == "DELETE":
            for key in request.args.getlist("tagKeys"):
                api.tags.pop(key, None)
        return 200, {"Content-Type": "application/json"}, json.dumps({"tags": api.tags})

    path = "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::/restapis/(?P<function_id>[^/]+)$"
    apigateway_urls.url_paths = {path: tags, **apigateway_urls.url_paths}


def endpoints_of_an_api_can_change():
    """UpdateRestApi adds and removes /endpointConfiguration/vpcEndpointIds.
    Source: API Gateway, patch operations of UpdateRestApi. moto drops the operation: a perpetual difference."""
    original = RestAPI.apply_patch_operations

    def apply_patch_operations(self, operations):
        others = []
        for operation in operations:
            if "vpcEndpointIds" not in operation.get("path", ""):
                others.append(operation)
                continue
            ids = self.endpoint_configuration.setdefault("vpcEndpointIds", [])
            if operation["op"] == "add" and operation["value"] not in ids:
                ids.append(operation["value"])
            elif operation["op"] == "remove" and operation["value"] in ids:
                ids.remove(operation["value"])
        return original(self, others)

    RestAPI.apply_patch_operations = apply_patch_operations


def log_groups_can_change_their_key():
    """AssociateKmsKey and DisassociateKmsKey on a log group.
    Source: CloudWatch Logs API reference. moto: "not implemented", a 500 that the provider retries for minutes, so that a
    replaced log key cannot be applied."""

    def switch(key_of):
        def handler(self):
            group = self.logs_backend.groups.get(self._get_param("logGroupName"))
            if group is None:
                return 400, {}, json.dumps({"__type": "ResourceNotFoundException", "message": "The specified log group does not exist."})
            group.kms_key_id = key_of(self)
            return "{}"

        return handler

    LogsResponse.associate_kms_key = switch(lambda request: request._get_param("kmsKeyId"))
    LogsResponse.disassociate_kms_key = switch(lambda request: None)


def tables_can_change_their_key():
    """UpdateTable takes an SSESpecification.
    Source: DynamoDB API reference, UpdateTable. moto drops it: after a replaced key, a perpetual difference."""
    original = DynamoHandler.update_table

    def update_table(self):
        change = self.body.get("SSESpecification")
        if change:
            table = self.dynamodb_backend.get_table(self.body["TableName"])
            table.sse_specification = {**(table.sse_specification or {}), **change}
        return original(self)

    DynamoHandler.update_table = update_table


def resolver_rules_can_change():
    """UpdateResolverRule: name, targets and outbound endpoint of a rule change in place.
    Source: Route 53 Resolver API reference, UpdateResolverRule. moto: "not implemented", as above."""

    def update_resolver_rule(self):
        rule = self.route53resolver_backend.get_resolver_rule(resolver_rule_id=self._get_param("ResolverRuleId"))
        change = self._get_param("Config") or {}
        rule.name = change.get("Name", rule.name)
        rule.resolver_endpoint_id = change.get("ResolverEndpointId", rule.resolver_endpoint_id)
        if "TargetIps" in change:
            rule.target_ips = [{"Port": 53, **target} for target in change["TargetIps"]]
        return json.dumps({"ResolverRule": rule.description()})

    Route53ResolverResponse.update_resolver_rule = update_resolver_rule


class InvalidPrincipal(JsonRESTError):
    code = 400

    def __init__(self):
        super().__init__("MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals.")


def key_policies_hold_role_ids():
    """KMS resolves a role's ARN under Principal when the policy is saved: an unknown role is refused, and a role deleted
    later shows as its unique id (AROA...) even where another of the same name has taken its place. An ARN under
    aws:PrincipalArn in a condition stays text.
    Source: IAM user guide, "AWS JSON policy elements: Principal", IAM role principals; terraform-aws-modules/terraform-aws-kms
    PR #18. moto keeps the text."""
    original_create, original_put, original_get = KmsBackend.create_key, KmsBackend.put_key_policy, KmsBackend.get_key_policy

    def role_id(arn):
        _, partition, _, _, account, _ = arn.split(":", 5)
        return next((role.id for role in iam_backends[account][partition].roles.values() if role.arn == arn), None)

    def principals(policy):
        """(list, index) of every role ARN under Principal.AWS; a lone string is made a list."""
        statements = policy.get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            principal = statement.get("Principal")
            if not isinstance(principal, dict) or "AWS" not in principal:
                continue
            if isinstance(principal["AWS"], str):
                principal["AWS"] = [principal["AWS"]]
            for index, arn in enumerate(principal["AWS"]):
                if ":role/" in arn:
                    yield principal["AWS"], index

    def ids(text):
        try:
            policy = json.loads(text or "{}")
        except ValueError:
            return {}
        known = {arns[index]: role_id(arns[index]) for arns, index in principals(policy)}
        if None in known.values():
            say("refused a key policy: no such role:", *(arn for arn, found in known.items() if found is None))
            raise InvalidPrincipal()
        return known

    def create_key(self, policy, *args, **kwargs):
        known = ids(policy)
        key = original_create(self, policy, *args, **kwargs)
        key.role_ids = known
        return key

    def put_key_policy(self, key_id, policy):
        known = ids(policy)
        original_put(self, key_id, policy)
        self.keys[self.get_key_id(key_id)].role_ids = known

    def get_key_policy(self, key_id):
        text = original_get(self, key_id)
        known = getattr(self.keys[self.get_key_id(key_id)], "role_ids", {})
        gone = {arn: saved for arn, saved in known.items() if role_id(arn) != saved}
        if not gone:
            return text
        say("a key policy shows the id of a role that is gone:", *gone)
        policy = json.loads(text)
        for arns, index in principals(policy):
            arns[index] = gone.get(arns[index], arns[index])
        return json.dumps(policy)

    KmsBackend.create_key, KmsBackend.put_key_policy, KmsBackend.get_key_policy = create_key, put_key_policy, get_key_policy


def permissions_have_names_of_their_own():
    """AddPermission with a statement id that is taken is 409 ResourceConflictException.
    Source: Lambda API reference, AddPermission, errors. moto writes a second statement."""
    original = LambdaBackend.add_permission

    def add_permission(self, function_name, qualifier, raw):
        taken = [statement.get("Sid") for statement in self.get_function(function_name, qualifier).policy.statements]
        if json.loads(raw).get("StatementId") in taken:
            say("refused a second permission of one name on", function_name)
            raise StatementExists(json.loads(raw)["StatementId"])
        return original(self, function_name, qualifier, raw)

    LambdaBackend.add_permission = add_permission


class StatementExists(LambdaClientError):
    code = 409

    def __init__(self, name):
        super().__init__("ResourceConflictException", f"The statement id ({name}) provided already exists.")


def deployments_keep_what_was_deployed():
    """A deployment is a copy of routes and policy: what is served is the copy, not what was changed since.
    Source: API Gateway developer guide, "Deploy a REST API". moto has no copy; service.py looks at ours."""
    original = APIGatewayBackend.create_deployment

    def create_deployment(self, function_id, name, description="", stage_variables=None):
        deployment = original(self, function_id, name, description, stage_variables)
        api = self.get_rest_api(function_id)
        methods = [(resource.get_path(), method) for resource in api.resources.values() for method in resource.resource_methods.values()]
        deployment.copy = {
            "policy": copy.copy(api.policy),
            "routes": {
                f"{method.http_method}{path}": method.method_integration.uri
                for path, method in methods
                if getattr(method, "method_integration", None) is not None
            },
        }
        return deployment

    APIGatewayBackend.create_deployment = create_deployment


def served_deployments_cannot_be_deleted():
    """DeleteDeployment while a stage serves it is a BadRequestException.
    Source: the error text; hashicorp/terraform-provider-aws#1674. moto looks at the stage named when it was made only."""
    original = RestAPI.delete_deployment

    def delete_deployment(self, deployment_id):
        if any(stage.deployment_id == deployment_id for stage in self.stages.values()):
            say("refused to delete a deployment that is served")
            raise BadRequestException("Active stages pointing to this deployment must be moved or deleted")
        return original(self, deployment_id)

    RestAPI.delete_deployment = delete_deployment


def stages_log_by_the_accounts_role():
    """A stage cannot log before the account has a role for it, and that role has to exist and may write logs.
    Source: the error texts; aws/aws-cdk#10878, hashicorp/terraform-provider-aws#32055. moto logs without."""
    original_update, original_account = APIGatewayBackend.update_stage, APIGatewayBackend.update_account

    def update_stage(self, function_id, stage_name, patch_operations):
        logs = [
            operation for operation in patch_operations
            if "accessLogSettings" in operation["path"] and operation["op"] != "remove"
            or operation["path"].endswith("logging/loglevel") and operation.get("value") != "OFF"
        ]
        if logs and not self.account.cloudwatch_role_arn:
            say("refused a stage's logs: the account has no role for them")
            raise BadRequestException("CloudWatch Logs role ARN must be set in account settings to enable logging")
        return original_update(self, function_id, stage_name, patch_operations)

    def update_account(self, patch_operations):
        for operation in patch_operations:
            arn = operation.get("value")
            if operation["path"] == "/cloudwatchRoleArn" and arn and not may(role_by_arn(arn), "logs:PutLogEvents"):
                say("refused an account's logging role that is not there or may not log:", arn)
                raise BadRequestException("The role ARN does not have required permissions configured. Please grant trust permission for API Gateway and add the required role policy.")
        return original_account(self, patch_operations)

    APIGatewayBackend.update_stage, APIGatewayBackend.update_account = update_stage, update_account


def role_by_arn(arn):
    """moto's role, or nothing."""
    _, partition, _, _, account, _ = arn.split(":", 5)
    return next((role for role in iam_backends[account][partition].roles.values() if role.arn == arn), None)


def statements(role):
    """Of the role's inline policies; of no role, none."""
    for text in role.policies.values() if role else ():
        policy = json.loads(unquote(text))
        yield from policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]


def may(role, action):
    """Whether a statement of the role's own allows the action on something."""
    actions = lambda statement: statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    return any(statement["Effect"] == "Allow" and action in actions(statement) for statement in statements(role))


def changes_wait_in_their_stream():
    """Lambda reads a table's stream, a moment after the write and not within it.
    Source: Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB". moto runs the function inside the write, in Docker, which
    is not here: nothing is recorded, and no write fails by it."""
    LambdaBackend.send_dynamodb_items = lambda self, function_arn, items, source: ""


BEHAVIOURS = [
    import_wipes_the_resource_policy, private_api_needs_a_policy_to_be_deployed, deployments_keep_what_was_deployed,
    served_deployments_cannot_be_deleted, stages_log_by_the_accounts_role, function_names_are_unique,
    functions_can_change_their_architecture, permissions_have_names_of_their_own, rest_apis_have_tags_of_their_own, endpoints_of_an_api_can_change,
    log_groups_can_change_their_key, tables_can_change_their_key, resolver_rules_can_change, key_policies_hold_role_ids, changes_wait_in_their_stream,
]


def install():
    for behaviour in BEHAVIOURS:
        behaviour()
