"""Restoring the table as the runbook says (terraform/README.md, Restore): `begin` puts an item and restores the table beside the old
one; `check` wants the functions on the restored one, which is protected again, and the old one left as it was."""

import sys

import boto3

NAME, RESTORED, ITEM = "claims-claims", "claims-restored", {"PK": {"S": "m"}, "SK": {"S": "c"}}


def begin(dynamodb):
    dynamodb.put_item(TableName=NAME, Item=ITEM)
    dynamodb.restore_table_to_point_in_time(SourceTableName=NAME, TargetTableName=RESTORED, UseLatestRestorableTime=True)


def check(dynamodb):
    for name in (NAME, RESTORED):
        assert dynamodb.get_item(TableName=name, Key=ITEM).get("Item") == ITEM, f"{name} has lost the claim"
        assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"], f"{name} can be deleted"
    backups = dynamodb.describe_continuous_backups(TableName=RESTORED)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED", "the restored table cannot be restored"
    functions = boto3.client("lambda").list_functions()["Functions"]
    tables = {function["Environment"]["Variables"]["DYNAMODB_TABLE_NAME"] for function in functions}
    assert tables == {RESTORED}, f"the functions have {tables}"


{"begin": begin, "check": check}[sys.argv[1]](boto3.client("dynamodb"))
