"""A local AWS: moto's server with eight answers put right that terraform-provider-aws 5.100 cannot take, and with what AWS refuses
(strict.py, interfaces.py). service.py says after every call whether the service stands.

    python server.py --host 127.0.0.1 --port 5000

Each patch names what moto 5.2.5 does without it. Remove a patch when the proof passes without it.
"""

import argparse
import json
import os

# Loading them takes seconds, and nothing here attaches one.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")

import interfaces
import service
import strict
from moto.apigateway.models import Account, RestAPI
from moto.awslambda.models import LambdaFunction
from moto.core.responses import ActionResult
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.monitoring import Monitoring
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def escape_rest_api_policy():
    """AWS returns a REST API's policy as an escaped string, moto as plain JSON: the provider fails to unquote it
    («invalid character 'S' after top-level value»)."""
    original = RestAPI.to_dict

    def to_dict(self):
        answer = original(self)
        if answer.get("policy"):
            answer["policy"] = json.dumps(answer["policy"])[1:-1]
        return answer

    RestAPI.to_dict = to_dict


def keep_lambda_logging_config():
    """moto forgets LoggingConfig: a perpetual difference in every second plan."""
    original_init = LambdaFunction.__init__
    original_get = LambdaFunction.get_configuration
    original_update = LambdaFunction.update_configuration

    def init(self, account_id, spec, *args, **kwargs):
        self.kept_logging_config = spec.get("LoggingConfig")
        original_init(self, account_id, spec, *args, **kwargs)

    def get_configuration(self, *args, **kwargs):
        answer = original_get(self, *args, **kwargs)
        if self.kept_logging_config:
            answer["LoggingConfig"] = self.kept_logging_config
        return answer

    def update_configuration(self, updates):
        self.kept_logging_config = updates.get("LoggingConfig", self.kept_logging_config)
        return original_update(self, updates)

    LambdaFunction.__init__ = init
    LambdaFunction.get_configuration = get_configuration
    LambdaFunction.update_configuration = update_configuration


def know_detailed_monitoring():
    """«Monitoring.monitor_instances is not yet implemented»: a 500, which the provider retries for ten minutes."""

    def switch(state):
        def handler(self):
            instances = self.ec2_backend.get_multi_instances_by_id(self._get_param("InstanceIds", []))
            for instance in instances:
                instance.monitoring_state = state
            return ActionResult(
                {"InstanceMonitorings": [{"InstanceId": i.id, "Monitoring": {"State": state}} for i in instances]}
            )

        return handler

    Monitoring.monitor_instances = switch("enabled")
    Monitoring.unmonitor_instances = switch("disabled")


def no_association_without_public_address():
    """moto shows an empty Association on a private interface, which the provider reads as a public address and wants
    to replace the instance."""
    original = NetworkInterface.association.fget
    NetworkInterface.association = property(lambda self: original(self) or None)


def forget_account_role():
    """Removing the account's logging role (a patch without a value) ends in KeyError, a 500 that destroy retries."""
    original = Account.apply_patch_operations

    def apply_patch_operations(self, operations):
        return original(self, [{"value": None, **operation} for operation in operations])

    Account.apply_patch_operations = apply_patch_operations


def admit_plain_http_to_buckets():
    """The simulator itself speaks plain HTTP, and moto applies a bucket policy's deny without its condition: no
    object could be uploaded. Conditional statements of bucket policies are left out here; permissions.txt proves them."""

    def get_permission(self, action, resource):
        statements = json.loads(self.policy)["Statement"] if self.policy else []
        unconditional = [statement for statement in statements if "Condition" not in statement]
        if not unconditional:
            return PermissionResult.NEUTRAL
        return IAMPolicy(json.dumps({"Version": "2012-10-17", "Statement": unconditional})).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def show_instance_security_groups():
    """With a network interface in the request, moto keeps the security groups on the interface only: the provider
    finds none on the instance."""
    original = Instance.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        if not self.security_groups and self.nics:
            self.security_groups = list(self.nics[0].group_set)

    Instance.__init__ = init


def keep_prefix_list_rule_description():
    """moto drops the description of a rule whose peer is a prefix list."""
    original_init = SecurityGroupRule.__init__
    original_get = SecurityGroupRule.description.fget

    def init(self, *args, **kwargs):
        prefix_list = args[7] if len(args) > 7 else kwargs.get("prefix_list_id")
        self.prefix_list_description = (prefix_list or {}).get("Description")
        original_init(self, *args, **kwargs)

    SecurityGroupRule.__init__ = init
    SecurityGroupRule.description = property(lambda self: self.prefix_list_description or original_get(self))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=5000)
    given = arguments.parse_args()
    escape_rest_api_policy()
    keep_lambda_logging_config()
    know_detailed_monitoring()
    no_association_without_public_address()
    forget_account_role()
    admit_plain_http_to_buckets()
    show_instance_security_groups()
    keep_prefix_list_rule_description()
    strict.install()
    interfaces.install()
    service.serve(given.host, given.port)
