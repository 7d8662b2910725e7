"""What holds a network interface, and with it a security group and a subnet; what a VPC has once only; what an instance runs on.
AWS refuses to delete what is held. moto deletes it.

Sources: hashicorp/terraform-provider-aws#10329, #829 and terraform-aws-modules/terraform-aws-lambda PR #327 (Lambda removes a
function's interfaces after the function, with the function's role); VPC user guide, private DNS of endpoints; EC2 API reference,
AssociateRouteTable, RunInstances.
"""

from collections import Counter

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, lambda_backends
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend
from moto.route53resolver.models import route53resolver_backends
from moto.ssm.models import ssm_backends

from strict import may, role_by_arn, say

# Interfaces of functions that are gone or have moved: (function, role, groups, subnets).
LEFT_BEHIND = []
# How often each thing was asked for in vain: a real deletion is tried for 45 minutes.
REFUSED = Counter()
TRIES = 6
IMAGES = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default"


class NeverGoes(EC2ClientError):
    """Ours: AWS would say DependencyViolation until the time limit."""

    def __init__(self, what, holder):
        super().__init__("StrictNeverGoes", f"{what} is held by {holder} for good: AWS would refuse until the time limit.")


class NoInterface(LambdaClientError):
    code = 400

    def __init__(self):
        super().__init__("InvalidParameterValueException", "The provided execution role does not have permissions to call CreateNetworkInterface on EC2")


def used_by(function):
    config = function._vpc_config or {}
    return set(config.get("SecurityGroupIds") or []), set(config.get("SubnetIds") or [])


def release():
    """Lambda's own cleaning up: it takes the function's role, and stays undone where that may not delete interfaces."""
    LEFT_BEHIND[:] = [left for left in LEFT_BEHIND if not may(role_by_arn(left[1]), "ec2:DeleteNetworkInterface")]


def holders(backend, kind, thing):
    """Who has an interface in this subnet ("subnet") or group ("group"): (name, whether for good)."""
    index = 0 if kind == "group" else 1
    account, region = backend.account_id, backend.region_name
    release()
    for left in LEFT_BEHIND:
        if thing in left[2 + index]:
            yield f"an interface of the function {left[0]}, whose role may not delete it any more", True
    for function in lambda_backends[account][region].list_functions():
        if thing in used_by(function)[index]:
            yield f"the function {function.function_name}", False
    for endpoint in backend.vpc_end_points.values():
        if endpoint.state != "deleted" and thing in (endpoint.security_group_ids if kind == "group" else endpoint.subnet_ids or []):
            yield f"the endpoint {endpoint.id} ({endpoint.service_name})", False
    for resolver in route53resolver_backends[account][region].resolver_endpoints.values():
        if thing in (resolver.security_group_ids if kind == "group" else [address["SubnetId"] for address in resolver.ip_addresses]):
            yield f"the resolver endpoint {resolver.name}", False
    for instance in backend.all_instances():
        groups = {group.id for group in instance.security_groups}
        if instance.state != "terminated" and thing in (groups if kind == "group" else {instance.subnet_id}):
            yield f"the instance {instance.id}", False


def refuse_what_is_held(kind, backend, thing):
    for name, for_good in holders(backend, kind, thing):
        say(f"refused to delete the {kind} {thing}: held by {name}")
        REFUSED[thing] += 1
        if for_good or REFUSED[thing] >= TRIES:
            raise NeverGoes(f"the {kind} {thing}", name)
        raise DependencyViolationError(f"resource {thing} has a dependent object")


def held_things_stay():
    original_group, original_subnet = EC2Backend.delete_security_group, EC2Backend.delete_subnet

    def delete_security_group(self, name=None, group_id=None):
        refuse_what_is_held("group", self, group_id)
        return original_group(self, name, group_id)

    def delete_subnet(self, subnet_id):
        refuse_what_is_held("subnet", self, subnet_id)
        return original_subnet(self, subnet_id)

    EC2Backend.delete_security_group, EC2Backend.delete_subnet = delete_security_group, delete_subnet


def functions_have_interfaces():
    original_create, original_delete = LambdaBackend.create_function, LambdaBackend.delete_function
    original_configure = LambdaBackend.update_function_configuration

    def create_function(self, spec):
        if spec.get("VpcConfig", {}).get("SubnetIds") and not may(role_by_arn(spec["Role"]), "ec2:CreateNetworkInterface"):
            say("refused a function in a VPC whose role cannot make interfaces:", spec["FunctionName"])
            raise NoInterface()
        return original_create(self, spec)

    def delete_function(self, function_name, qualifier=None):
        function = self.get_function(function_name, qualifier)
        LEFT_BEHIND.append((function.function_name, function.role, *used_by(function)))
        return original_delete(self, function_name, qualifier)

    def update_function_configuration(self, function_name, qualifier, body):
        function = self.get_function(function_name, qualifier)
        before = used_by(function)
        answer = original_configure(self, function_name, qualifier, body)
        if (after := used_by(function)) != before:
            LEFT_BEHIND.append((function.function_name, function.role, before[0] - after[0], before[1] - after[1]))
        return answer

    LambdaBackend.create_function, LambdaBackend.delete_function = create_function, delete_function
    LambdaBackend.update_function_configuration = update_function_configuration


def one_private_name_in_a_vpc():
    original = EC2Backend.create_vpc_endpoint

    def create_vpc_endpoint(self, vpc_id, service_name, *args, **kwargs):
        others = [found for found in self.vpc_end_points.values() if (found.vpc_id, found.service_name) == (vpc_id, service_name)]
        if any(other.state != "deleted" and other.private_dns_enabled in (True, "true") for other in others):
            say("refused a second endpoint with private DNS for", service_name)
            raise EC2ClientError("InvalidParameter", f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service_name} in the VPC {vpc_id}")
        return original(self, vpc_id, service_name, *args, **kwargs)

    EC2Backend.create_vpc_endpoint = create_vpc_endpoint


def one_route_table_for_a_subnet():
    original = EC2Backend.associate_route_table

    def associate_route_table(self, route_table_id, gateway_id=None, subnet_id=None):
        for table in self.route_tables.values():
            if subnet_id and subnet_id in table._associations.values():
                say("refused a second route table for", subnet_id)
                raise EC2ClientError("Resource.AlreadyAssociated", f"the specified association for route table {route_table_id} conflicts with an existing association")
        return original(self, route_table_id, gateway_id, subnet_id)

    EC2Backend.associate_route_table = associate_route_table


def instances_run_images_of_their_kind():
    original_run, original_modify = EC2Backend.run_instances, EC2Backend.modify_instance_attribute

    def image_is_arm(backend, image):
        parameters = ssm_backends[backend.account_id][backend.region_name]._parameters
        names = [kind for kind in ("arm64", "x86_64") if image in (found.value for found in parameters[f"{IMAGES}-{kind}"])]
        return names == ["arm64"] if names else None

    def fits(backend, image, instance_type):
        arm = image_is_arm(backend, image)
        if arm is not None and instance_type and arm != instance_type.split(".")[0].endswith("g"):
            say("refused an instance type that cannot run the image:", instance_type)
            raise EC2ClientError("InvalidParameterValue", f"The architecture of the specified instance type ({instance_type}) does not match the architecture of the specified AMI.")

    def run_instances(self, image_id, *args, **kwargs):
        fits(self, image_id, kwargs.get("instance_type"))
        return original_run(self, image_id, *args, **kwargs)

    def modify_instance_attribute(self, instance_id, key, value):
        if key == "instance_type":
            fits(self, self.get_instance(instance_id).image_id, value)
        return original_modify(self, instance_id, key, value)

    EC2Backend.run_instances, EC2Backend.modify_instance_attribute = run_instances, modify_instance_attribute


def install():
    for behaviour in (
        held_things_stay, functions_have_interfaces, one_private_name_in_a_vpc, one_route_table_for_a_subnet,
        instances_run_images_of_their_kind,
    ):
        behaviour()
