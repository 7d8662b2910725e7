"""Reads back through the AWS API what an apply of part-2.tfvars has left there.

    AWS_ENDPOINT_URL=... python read_back.py landed outputs.json package.zip    after apply
    AWS_ENDPOINT_URL=... python read_back.py signed outputs.json                after a further apply with AWS_IAM; outputs of the first
    AWS_ENDPOINT_URL=... python read_back.py gone                               after destroy

`landed` also asks for what the simulator is known not to do, and prints each answer as a line «CANNOT resource: answer».
When one of these works one day, the test fails: assert the thing itself then.
"""

import base64
import hashlib
import json
import sys
import unittest
from pathlib import Path

import boto3

CLIENT_CIDR, API_CIDR = "172.20.0.0/16", "10.0.0.0/16"
DOCUMENT = Path(__file__).parents[3] / "openapi/claims.apigateway.json"
OPERATIONS = {
    operation["operationId"]: (method.upper(), path)
    for path, item in json.loads(DOCUMENT.read_text(encoding="utf-8"))["paths"].items()
    for method, operation in item.items()
    if method in ("delete", "get", "patch", "post", "put")
}
FUNCTIONS = [*OPERATIONS, "recordHistory"]
# Left by a destroy (keep_logs).
KEPT = {f"/aws/lambda/claims-{function}" for function in FUNCTIONS} | {"/aws/apigateway/claims/dev/access", "/aws/vpc/claims-api", "/aws/vpc/claims-client"}
# callers.json as the functions get it; server/tests/function/callers.rs reads it as they do.
CALLERS = Path(__file__).parent.parent / "callers.slices.json"
OUTPUTS = {}
PACKAGE = b""


def aws(service):
    return boto3.client(service)


def tagged(name):
    return [{"Name": "tag:Name", "Values": [name]}]


def vpc(name):
    return aws("ec2").describe_vpcs(Filters=tagged(name))["Vpcs"][0]["VpcId"]


def endpoint(name):
    return aws("ec2").describe_vpc_endpoints(Filters=tagged(name))["VpcEndpoints"][0]


def rules(name):
    """The rules of a security group as (direction, protocol, from, to, peer)."""
    ec2 = aws("ec2")
    group = ec2.describe_security_groups(Filters=tagged(name))["SecurityGroups"][0]
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])
    return {
        (
            "out" if rule["IsEgress"] else "in",
            rule["IpProtocol"],
            rule["FromPort"],
            rule["ToPort"],
            rule.get("CidrIpv4") or prefix_list_name(rule["PrefixListId"]),
        )
        for rule in found["SecurityGroupRules"]
    }


def prefix_list_name(list_id):
    return aws("ec2").describe_managed_prefix_lists(PrefixListIds=[list_id])["PrefixLists"][0]["PrefixListName"]


class Network(unittest.TestCase):
    def test_no_way_out_of_either_vpc(self):
        ec2 = aws("ec2")
        for name in ("claims-api", "claims-client"):
            in_vpc = [{"Name": "vpc-id", "Values": [vpc(name)]}]
            gateways = ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [vpc(name)]}])
            self.assertEqual(gateways["InternetGateways"], [])
            self.assertEqual(ec2.describe_nat_gateways(Filter=in_vpc)["NatGateways"], [])
            for table in ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]:
                self.assertNotIn("0.0.0.0/0", [route.get("DestinationCidrBlock") for route in table["Routes"]])

    def test_two_private_subnets_in_two_zones(self):
        for name in ("claims-api", "claims-client"):
            subnets = aws("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc(name)]}])["Subnets"]
            self.assertEqual(len({subnet["AvailabilityZone"] for subnet in subnets}), 2)
            self.assertFalse(any(subnet["MapPublicIpOnLaunch"] for subnet in subnets))

    def test_default_security_groups_are_empty(self):
        for name in ("claims-api", "claims-client"):
            filters = [{"Name": "vpc-id", "Values": [vpc(name)]}, {"Name": "group-name", "Values": ["default"]}]
            for group in aws("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]:
                self.assertEqual((group["IpPermissions"], group["IpPermissionsEgress"]), ([], []))

    def test_private_dns_works_in_both_vpcs(self):
        for name in ("claims-api", "claims-client"):
            for attribute in ("enableDnsSupport", "enableDnsHostnames"):
                answer = aws("ec2").describe_vpc_attribute(VpcId=vpc(name), Attribute=attribute)
                self.assertTrue(answer[attribute[0].upper() + attribute[1:]]["Value"], f"{name} {attribute}")

    def test_peering_is_routed_on_both_sides_in_every_table(self):
        ec2 = aws("ec2")
        peering = ec2.describe_vpc_peering_connections()["VpcPeeringConnections"]
        peering = [found for found in peering if found["RequesterVpcInfo"]["VpcId"] == vpc("claims-client")][0]
        self.assertEqual(peering["Status"]["Code"], "active")
        for name, destination in (("claims-api", CLIENT_CIDR), ("claims-client", API_CIDR)):
            filters = [{"Name": "vpc-id", "Values": [vpc(name)]}, {"Name": "tag:Name", "Values": [f"{name}-private-*"]}]
            tables = ec2.describe_route_tables(Filters=filters)["RouteTables"]
            self.assertEqual(len(tables), 2)
            for table in tables:
                way = {route.get("DestinationCidrBlock"): route.get("VpcPeeringConnectionId") for route in table["Routes"]}
                self.assertEqual(way.get(destination), peering["VpcPeeringConnectionId"])
                self.assertEqual(len(table["Associations"]), 1)

    def test_security_groups_admit_only_what_is_stated(self):
        region = OUTPUTS["region"]
        s3, dynamodb = f"com.amazonaws.{region}.s3", f"com.amazonaws.{region}.dynamodb"
        expected = {
            "claims-execute-api": {("in", "tcp", 443, 443, API_CIDR), ("in", "tcp", 443, 443, CLIENT_CIDR)},
            "claims-functions": {("out", "tcp", 443, 443, dynamodb)},
            "claims-ssm": {("in", "tcp", 443, 443, API_CIDR)},
            "claims-ssmmessages": {("in", "tcp", 443, 443, API_CIDR)},
            "claims-bastion": {("out", "tcp", 443, 443, API_CIDR), ("out", "tcp", 443, 443, s3)},
            "claims-dns-in": {("in", "tcp", 53, 53, CLIENT_CIDR), ("in", "udp", 53, 53, CLIENT_CIDR)},
            "claims-client-dns-out": {("out", "tcp", 53, 53, API_CIDR), ("out", "udp", 53, 53, API_CIDR)},
            "claims-client-ssm": {("in", "tcp", 443, 443, CLIENT_CIDR)},
            "claims-client-ssmmessages": {("in", "tcp", 443, 443, CLIENT_CIDR)},
            "claims-client-client": {
                ("out", "tcp", 443, 443, API_CIDR),
                ("out", "tcp", 443, 443, CLIENT_CIDR),
                ("out", "tcp", 443, 443, s3),
            },
        }
        for group, stated in expected.items():
            with self.subTest(group):
                self.assertEqual(rules(group), stated)

    def test_interface_endpoints_stand_in_both_zones_with_private_dns(self):
        for name in ("execute-api", "ssm", "ssmmessages", "client-ssm", "client-ssmmessages"):
            with self.subTest(name):
                found = endpoint(f"claims-{name}")
                self.assertTrue(found["PrivateDnsEnabled"])
                self.assertEqual(len(found["SubnetIds"]), 2)
                (group,) = found["Groups"]
                self.assertTrue(group["GroupName"].startswith(f"claims-{name}-"))

    def test_gateway_endpoints_are_routed_from_both_subnets(self):
        for name in ("dynamodb", "s3", "client-s3"):
            with self.subTest(name):
                self.assertEqual(len(endpoint(f"claims-{name}")["RouteTableIds"]), 2)

    def test_only_the_apis_name_is_forwarded_and_only_to_the_inbound_addresses(self):
        resolver = aws("route53resolver")
        endpoints = {found["Name"]: found for found in resolver.list_resolver_endpoints()["ResolverEndpoints"]}
        inbound = endpoints["claims-dns-in"]
        self.assertEqual((inbound["Direction"], inbound["HostVPCId"]), ("INBOUND", vpc("claims-api")))
        addresses = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=inbound["Id"])["IpAddresses"]
        rule = [found for found in resolver.list_resolver_rules()["ResolverRules"] if found["RuleType"] == "FORWARD"]
        self.assertEqual(len(rule), 1)
        host = f"{OUTPUTS['rest_api_id']}.execute-api.{OUTPUTS['region']}.amazonaws.com"
        self.assertEqual(rule[0]["DomainName"].rstrip("."), host)
        self.assertEqual({target["Ip"] for target in rule[0]["TargetIps"]}, {address["Ip"] for address in addresses})
        self.assertEqual(rule[0]["ResolverEndpointId"], endpoints["claims-client-dns-out"]["Id"])
        associated = resolver.list_resolver_rule_associations()["ResolverRuleAssociations"]
        self.assertEqual(
            [(found["ResolverRuleId"], found["VPCId"]) for found in associated], [(rule[0]["Id"], vpc("claims-client"))]
        )


class Api(unittest.TestCase):
    def setUp(self):
        self.gateway, self.api = aws("apigateway"), OUTPUTS["rest_api_id"]

    def test_private_and_associated_with_our_endpoint(self):
        configuration = self.gateway.get_rest_api(restApiId=self.api)["endpointConfiguration"]
        self.assertEqual(configuration["types"], ["PRIVATE"])
        self.assertEqual(configuration["vpcEndpointIds"], [OUTPUTS["execute_api_endpoint"]])

    def test_each_route_leads_to_its_own_function(self):
        resources = self.gateway.get_resources(restApiId=self.api, limit=500)["items"]
        landed = {}
        for resource in resources:
            for method in resource.get("resourceMethods", {}):
                found = self.gateway.get_integration(restApiId=self.api, resourceId=resource["id"], httpMethod=method)
                self.assertEqual((found["type"], found["httpMethod"]), ("aws_proxy", "POST"))
                function = found["uri"].split(":function:")[1].removesuffix("/invocations")
                landed[function] = (method, resource["path"])
        self.assertEqual(landed, {f"claims-{operation}": route for operation, route in OPERATIONS.items()})

    def test_each_function_may_be_invoked_by_its_own_route_only(self):
        for operation, (method, path) in OPERATIONS.items():
            policy = json.loads(aws("lambda").get_policy(FunctionName=f"claims-{operation}")["Policy"])
            (statement,) = policy["Statement"]
            (source,) = statement["Condition"]["ArnLike"].values()
            self.assertEqual(source.split(":", 5)[5], f"{self.api}/dev/{method}{path.replace('{claimId}', '*')}")
            self.assertEqual(statement["Principal"], {"Service": "apigateway.amazonaws.com"})

    def test_resource_policy_denies_every_other_endpoint(self):
        policy = json.loads(json.loads(f'"{self.gateway.get_rest_api(restApiId=self.api)["policy"]}"'))
        denied = [statement for statement in policy["Statement"] if statement["Effect"] == "Deny"]
        self.assertEqual(len(denied), 1)
        listed = denied[0]["Condition"]["StringNotEquals"]["aws:SourceVpce"]
        self.assertEqual(listed if isinstance(listed, list) else [listed], [OUTPUTS["execute_api_endpoint"]])

    def test_stage_logs_without_data_traces_and_throttles(self):
        stage = self.gateway.get_stage(restApiId=self.api, stageName="dev")
        self.assertTrue(stage["tracingEnabled"])
        self.assertNotIn("$context.path", json.loads(stage["accessLogSettings"]["format"]).values())
        settings = stage["methodSettings"]["*/*"]
        self.assertEqual((settings["loggingLevel"], settings["dataTraceEnabled"]), ("ERROR", False))
        self.assertEqual((settings["throttlingRateLimit"], settings["throttlingBurstLimit"]), (100.0, 200))

    def test_the_account_has_its_logging_role(self):
        self.assertTrue(self.gateway.get_account()["cloudwatchRoleArn"].endswith(":role/claims-api-gateway-logs"))

    def test_log_groups_exist_before_anybody_writes_and_forget_in_time(self):
        groups = {group["logGroupName"]: group for group in aws("logs").describe_log_groups()["logGroups"]}
        expected = {f"/aws/lambda/claims-{function}" for function in FUNCTIONS}
        expected |= {"/aws/apigateway/claims/dev/access", f"API-Gateway-Execution-Logs_{self.api}/dev"}
        expected |= {"/aws/vpc/claims-api", "/aws/vpc/claims-client"}
        self.assertEqual(set(groups), expected)
        # Who did what is kept for six years (audit_days), the rest for one.
        audit = {name for name in expected if name.startswith("/aws/lambda/") or name.endswith("/access")}
        for name, group in groups.items():
            self.assertEqual(group["retentionInDays"], 2192 if name in audit else 365, name)
            self.assertIn(":key/", group["kmsKeyId"])


class Functions(unittest.TestCase):
    def test_one_package_a_handler_and_a_role_each(self):
        digest = base64.b64encode(hashlib.sha256(PACKAGE).digest()).decode()
        history = {"HISTORY_TABLE_NAME": OUTPUTS["history_table_name"]}
        further = {"recordHistory": {**history, "HISTORY_DAYS": "2192"}, "listClaimHistory": history}
        for operation in FUNCTIONS:
            with self.subTest(operation):
                found = aws("lambda").get_function_configuration(FunctionName=f"claims-{operation}")
                self.assertEqual(found["Handler"], operation)
                self.assertEqual((found["Runtime"], found["Architectures"]), ("provided.al2023", ["arm64"]))
                self.assertEqual(found["CodeSha256"], digest)
                self.assertTrue(found["Role"].endswith(f":role/claims-{operation}"))
                self.assertEqual(found["TracingConfig"]["Mode"], "Active")
                self.assertEqual(found["LoggingConfig"]["LogGroup"], f"/aws/lambda/claims-{operation}")
                self.assertEqual(
                    found["Environment"]["Variables"],
                    {"DYNAMODB_TABLE_NAME": OUTPUTS["table_name"], "AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH": "true", **further.get(operation, {})},
                )
                self.assertEqual(len(found["VpcConfig"]["SubnetIds"]), 2)

    def test_each_role_has_one_inline_policy_and_nothing_attached(self):
        iam = aws("iam")
        for operation in FUNCTIONS:
            role = f"claims-{operation}"
            self.assertEqual(iam.list_role_policies(RoleName=role)["PolicyNames"], ["own-work-only"])
            self.assertEqual(iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"], [])


class Storage(unittest.TestCase):
    def test_the_table(self):
        self.is_a_table_of_ours(OUTPUTS["table_name"])

    def test_the_historys_table(self):
        name = OUTPUTS["history_table_name"]
        self.is_a_table_of_ours(name)
        expires = aws("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        self.assertEqual((expires["TimeToLiveStatus"], expires["AttributeName"]), ("ENABLED", "expiresAt"))

    def test_the_tables_changes_go_to_the_recorder_and_what_fails_to_the_bucket(self):
        table = aws("dynamodb").describe_table(TableName=OUTPUTS["table_name"])["Table"]
        self.assertEqual(table["StreamSpecification"], {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
        (mapping,) = aws("lambda").list_event_source_mappings()["EventSourceMappings"]
        self.assertEqual(mapping["EventSourceArn"], table["LatestStreamArn"])
        self.assertTrue(mapping["FunctionArn"].endswith(":function:claims-recordHistory"))
        self.assertEqual(mapping["DestinationConfig"]["OnFailure"]["Destination"], f"arn:aws:s3:::{OUTPUTS['failures_bucket']}")
        self.assertEqual((mapping["FunctionResponseTypes"], mapping["BisectBatchOnFunctionError"]), (["ReportBatchItemFailures"], True))
        self.assertEqual((mapping["StartingPosition"], mapping["MaximumRetryAttempts"], mapping["MaximumRecordAgeInSeconds"]), ("TRIM_HORIZON", 20, 64800))

    def is_a_table_of_ours(self, name):
        dynamodb = aws("dynamodb")
        table = dynamodb.describe_table(TableName=name)["Table"]
        self.assertTrue(table["DeletionProtectionEnabled"])
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        self.assertEqual(keys, {"HASH": "PK", "RANGE": "SK"})
        self.assertEqual(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST")
        self.assertEqual(table["SSEDescription"]["SSEType"], "KMS")
        key = aws("kms").describe_key(KeyId="alias/claims-table")["KeyMetadata"]["Arn"]
        self.assertEqual(table["SSEDescription"]["KMSMasterKeyArn"], key)
        backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
        self.assertEqual(backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"], "ENABLED")

    def test_keys_are_rotated(self):
        kms = aws("kms")
        for alias in ("alias/claims-table", "alias/claims-logs"):
            key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
            self.assertTrue(kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"])

    def test_the_buckets_are_closed(self):
        s3 = aws("s3")
        for bucket in (OUTPUTS["artifact_bucket"], OUTPUTS["failures_bucket"]):
            blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
            self.assertEqual(set(blocked.values()), {True})
            self.assertEqual(s3.get_bucket_versioning(Bucket=bucket)["Status"], "Enabled")
            (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
            self.assertEqual(rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256")
        kept = s3.get_bucket_lifecycle_configuration(Bucket=OUTPUTS["failures_bucket"])["Rules"]
        self.assertEqual([rule["Expiration"]["Days"] for rule in kept], [2192])
        programs = [found["Key"] for found in s3.list_objects_v2(Bucket=OUTPUTS["artifact_bucket"])["Contents"]]
        self.assertEqual(programs, ["examples/stand-in"])


class Instances(unittest.TestCase):
    def test_private_keyless_and_imdsv2_only(self):
        reservations = aws("ec2").describe_instances(
            Filters=[{"Name": "instance-state-name", "Values": ["running"]}, {"Name": "tag:Project", "Values": ["claims"]}]
        )["Reservations"]
        instances = [instance for reservation in reservations for instance in reservation["Instances"]]
        names = {tag["Value"] for instance in instances for tag in instance["Tags"] if tag["Key"] == "Name"}
        self.assertEqual(names, {"claims-bastion", "claims-client-client"})
        for instance in instances:
            self.assertNotIn("KeyName", instance)
            self.assertIsNone(instance.get("PublicIpAddress"))
            self.assertEqual(instance["MetadataOptions"]["HttpTokens"], "required")
            self.assertIn("IamInstanceProfile", instance)


class Simulator(unittest.TestCase):
    """What it cannot do. AWS would refuse or answer otherwise; tests/part_1.tftest.hcl proves these on the document."""

    def cannot(self, resource, call, answered=None):
        try:
            answer = call()
        except Exception as error:  # whatever it is, it is the finding
            text = " ".join(str(error).split())
            if "500 Internal Server Error" in text:
                text = "500 Internal Server Error; the server's log has the reason, which is listed too"
            print(f"\nCANNOT {resource}: {text}")
            return
        if answered is not None and answer == answered:
            print(f"\nCANNOT {resource}: {answer!r}, whatever was configured")
            return
        self.fail(f"the simulator can do {resource} now, assert it: {answer!r}")

    def test_reachability_analyzer(self):
        self.cannot(
            "aws_ec2_network_insights_path",
            lambda: aws("ec2").create_network_insights_path(
                Source="i-0", Destination="vpce-0", Protocol="tcp", DestinationPort=443, ClientToken="probe"
            ),
        )

    def test_gateway_responses_and_authorization_of_the_body(self):
        gateway, api = aws("apigateway"), OUTPUTS["rest_api_id"]
        self.cannot(
            "aws_api_gateway_rest_api.body: gateway responses",
            lambda: gateway.get_gateway_responses(restApiId=api).get("items", []),
            answered=[],
        )
        resource = gateway.get_resources(restApiId=api, limit=500)["items"][-1]
        kinds = {method.get("authorizationType") for method in resource["resourceMethods"].values()}
        self.cannot("aws_api_gateway_rest_api.body: authorization", lambda: kinds, answered={None})

    def test_dns_name_of_the_endpoint(self):
        """AWS says vpce-...execute-api.<region>.vpce.amazonaws.com; part_1.tftest.hcl has it so."""
        name = OUTPUTS["execute_api_endpoint_dns_name"]
        made_up = f"{OUTPUTS['execute_api_endpoint']}-{name.split('-')[2].split('.')[0]}.com.amazonaws.{OUTPUTS['region']}.execute-api"
        self.cannot("aws_vpc_endpoint.dns_entry", lambda: name, answered=made_up)


class Signed(unittest.TestCase):
    """After a second apply with authorization = AWS_IAM: the body and the policy have changed."""

    def setUp(self):
        self.gateway, self.api = aws("apigateway"), OUTPUTS["rest_api_id"]

    def test_the_policy_names_the_account_and_still_denies_other_endpoints(self):
        policy = json.loads(json.loads(f'"{self.gateway.get_rest_api(restApiId=self.api)["policy"]}"'))
        allow, elsewhere, *nobody_else = policy["Statement"]
        self.assertEqual((allow["Effect"], allow["Principal"]), ("Allow", {"AWS": f"arn:aws:iam::{OUTPUTS['account_id']}:root"}))
        self.assertEqual(elsewhere["Effect"], "Deny")
        self.assertIn("aws:SourceVpce", elsewhere["Condition"]["StringNotEquals"])
        self.assertEqual({statement["Effect"] for statement in nobody_else}, {"Deny"})

    def test_each_function_knows_its_own_callers_and_no_others(self):
        with open(CALLERS, encoding="utf-8") as file:
            slices = json.load(file)
        for operation in OPERATIONS:
            with self.subTest(operation):
                environment = aws("lambda").get_function_configuration(FunctionName=f"claims-{operation}")["Environment"]["Variables"]
                self.assertEqual(json.loads(environment["CALLERS"]), slices.get(operation, []))
                self.assertEqual(environment["CALLERS_MODE"], "enforce")

    def test_it_was_deployed(self):
        deployments = self.gateway.get_deployments(restApiId=self.api)["items"]
        self.assertEqual(len(deployments), 1, "the old deployment is replaced")
        stage = self.gateway.get_stage(restApiId=self.api, stageName="dev")
        self.assertEqual(stage["deploymentId"], deployments[0]["id"])
        self.assertNotEqual(deployments[0]["id"], OUTPUTS["deployment_id"])

    def test_the_instances_may_sign_calls(self):
        for role in ("claims-bastion", "claims-client-client"):
            self.assertIn("call-claims-api", aws("iam").list_role_policies(RoleName=role)["PolicyNames"])


class Gone(unittest.TestCase):
    maxDiff = None

    def test_nothing_of_ours_is_left(self):
        ec2 = aws("ec2")
        ours = [{"Name": "tag:Project", "Values": ["claims"]}]
        states = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopped", "stopping"]}]
        keys = [aws("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in aws("kms").list_keys()["Keys"]]
        left = {
            "vpcs": ec2.describe_vpcs(Filters=ours)["Vpcs"],
            "endpoints": [found for found in ec2.describe_vpc_endpoints(Filters=ours)["VpcEndpoints"] if found["State"] != "deleted"],
            "security groups": ec2.describe_security_groups(Filters=ours)["SecurityGroups"],
            "instances": ec2.describe_instances(Filters=ours + states)["Reservations"],
            "apis": aws("apigateway").get_rest_apis()["items"],
            "functions": aws("lambda").list_functions()["Functions"],
            "tables": aws("dynamodb").list_tables()["TableNames"],
            "buckets": aws("s3").list_buckets()["Buckets"],
            "roles": aws("iam").list_roles()["Roles"],
            "log groups": [group["logGroupName"] for group in aws("logs").describe_log_groups()["logGroups"] if group["logGroupName"] not in KEPT],
            "resolver endpoints": aws("route53resolver").list_resolver_endpoints()["ResolverEndpoints"],
            "keys": [key for key in keys if key["Description"] in ("DynamoDB table claims-claims", "Log groups of claims") and key["KeyState"] != "PendingDeletion"],
        }
        self.assertEqual({kind: found for kind, found in left.items() if found}, {})

    def test_who_did_what_is_still_there(self):
        self.assertEqual({group["logGroupName"] for group in aws("logs").describe_log_groups()["logGroups"]}, KEPT)

    def test_the_regions_logging_role_is_free_again(self):
        self.assertFalse(aws("apigateway").get_account().get("cloudwatchRoleArn"))


if __name__ == "__main__":
    what, *files = sys.argv[1:]
    suite = unittest.TestSuite()
    if files:
        with open(files[0], encoding="utf-8") as outputs:
            OUTPUTS = {name: output["value"] for name, output in json.load(outputs).items()}
    if what == "landed":
        with open(files[1], "rb") as package:
            PACKAGE = package.read()
        cases = (Network, Api, Functions, Storage, Instances, Simulator)
    elif what == "signed":
        cases = (Signed,)
    else:
        cases = (Gone,)
    for case in cases:
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
