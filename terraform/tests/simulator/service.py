"""Whether the service stands, asked after every call that changes something; and copies of this AWS, one for each thing to try.

    POST /simulator/watch     from here on every API that stands now has to go on standing
    GET  /simulator/broken    since then: [{"call": ..., "why": [...]}], one entry for each call after which something was missing
    GET  /simulator/changes   how many calls since then may have changed something
    POST /simulator/fork      another process with all that is here, on a port of its own: {"port": ...}
    POST /simulator/end       this process, if it is such a copy

An API stands while one of its stages serves a deployment whose copy of the policy admits an endpoint that is there, and whose
routes lead to functions that are there, which the API may start, whose role may take their one action on the table that was there
when the watch began, by way of an endpoint that is there too.
"""

import io
import json
import os
import threading

from moto.apigateway.models import apigateway_backends
from moto.awslambda.models import lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends
from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from strict import role_by_arn, statements

READS = ("Describe", "Get", "List", "BatchGet", "Assume")
# One call at a time: what is found missing after a call is that call's doing.
LOCK = threading.RLock()
WATCHED, BROKEN, CHANGES = {}, [], []


def many(value):
    return value if isinstance(value, list) else [value]


def apis():
    for account, regions in list(apigateway_backends.items()):
        for region in list(regions.keys()):
            for api in regions[region].apis.values():
                yield account, region, api


def tables_of(account, region, copied):
    """The tables behind a deployment's routes, as objects: one that is deleted and made again is another."""
    for uri in copied["routes"].values():
        function = function_of(account, region, uri)
        yield dynamodb_backends[account][region].tables.get(table_name(function) if function else None)


def table_name(function):
    """Of the table that it works on; what reads the history knows both."""
    variables = function.environment_vars or {}
    return variables.get("HISTORY_TABLE_NAME") or variables.get("DYNAMODB_TABLE_NAME")


def function_of(account, region, uri):
    name = uri.split(":function:")[-1].split("/")[0]
    return next((found for found in lambda_backends[account][region].list_functions() if found.function_name == name), None)


def missing(account, region, api, tables=None):
    """What keeps the API from serving, stage by stage; the shortest list, so nothing where one stage is whole."""
    lists = [list(missing_of_stage(account, region, api, stage, tables)) for stage in api.stages.values()]
    return min(lists, key=len) if lists else [f"the API {api.name} ({api.id}) has no stage"]


def missing_of_stage(account, region, api, stage, tables):
    copied = getattr(api.deployments.get(stage.deployment_id), "copy", None)
    if not copied:
        yield f"the stage {stage.name} serves no deployment"
        return
    endpoints = {
        found.id: found for found in ec2_backends[account][region].vpc_end_points.values()
        if found.state != "deleted"
    }
    policy = json.loads(copied["policy"] or '{"Statement": []}')
    denied = [statement.get("Condition", {}).get("StringNotEquals", {}) for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    admitted = [id for condition in denied for id in many(condition.get("aws:SourceVpce", []))]
    if not any(id in endpoints for id in admitted):
        yield "the deployed policy admits no endpoint that is there"
    if not copied["routes"]:
        yield "the deployment has no routes"
    for route, uri in copied["routes"].items():
        yield from missing_of_route(account, region, api, stage, route, uri, endpoints, tables)


def missing_of_route(account, region, api, stage, route, uri, endpoints, tables):
    function = function_of(account, region, uri)
    if not function:
        yield f"{route}: no function"
        return
    name = function.function_name
    if not any(starts(statement, api, stage, route) for statement in function.policy.statements):
        yield f"{name}: the API has no permission to start it"
    table = dynamodb_backends[account][region].tables.get(table_name(function))
    if table is None or (tables is not None and table not in tables):
        yield f"{name}: its table is not the one that holds the claims"
        return
    key = kms_backends[account][region].keys.get(((table.sse_specification or {}).get("KMSMasterKeyId") or "").split("/")[-1])
    if not key or not key.enabled:
        yield f"{name}: the table's key is not in use"
    ec2 = ec2_backends[account][region]
    for subnet in (function._vpc_config or {}).get("SubnetIds") or []:
        ways = [found for found in ec2.route_tables.values() if subnet in found._associations.values()]
        doors = [found for found in endpoints.values() if found.service_name.endswith(".dynamodb") and {way.id for way in ways} & set(found.route_table_ids)]
        if not doors:
            yield f"{name}: no way from {subnet} to the table"
        elif not any(admits(statement, table, doors) for statement in statements(role_by_arn(function.role))):
            yield f"{name}: its role has no policy for its table and its endpoint"


def starts(statement, api, stage, route):
    source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn", "") or statement.get("Condition", {}).get("ArnLike", {}).get("aws:SourceArn", "")
    _, _, path = source.partition(f":{api.id}/")
    return path.replace("*", "{claimId}") == f"{stage.name}/{route}".replace("//", "/")


def admits(statement, table, doors):
    if statement["Effect"] != "Allow" or not any(action.startswith("dynamodb:") for action in many(statement["Action"])):
        return False
    allowed = many(statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceVpce", [door.id for door in doors]))
    return table.table_arn in many(statement["Resource"]) and any(door.id in allowed for door in doors)


# ---- the watch, and copies ---------------------------------------------------------------------------------------------


def watch():
    for memory in (WATCHED, BROKEN, CHANGES):
        memory.clear()
    for account, region, api in apis():
        if not missing(account, region, api):
            copied = next(iter(api.deployments.values())).copy
            WATCHED[account, region, api.name] = list(tables_of(account, region, copied))
    return {"watched": [name for _, _, name in WATCHED]}


def look(call):
    """After a call: each API of the watch stands, or another of its name does."""
    for (account, region, name), tables in WATCHED.items():
        named = [(a, r, api) for a, r, api in apis() if (a, r, api.name) == (account, region, name)]
        lists = [missing(*found, tables) for found in named] or [[f"the API {name} is gone"]]
        if why := min(lists, key=len):
            BROKEN.append({"call": call, "why": why})


def fork():
    """A copy of everything in a process of its own, which listens when this returns."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        with os.fdopen(reader) as answer:
            return {"port": int(answer.readline())}
    try:
        global LOCK
        LOCK = threading.RLock()  # the parent's is held by a thread that is not here
        os.close(reader)
        server = make_server("127.0.0.1", 0, Watched(), threaded=True, request_handler=MotoRequestHandler)
        os.write(writer, f"{server.port}\n".encode())
        os.close(writer)
        server.serve_forever()
    finally:
        os._exit(0)


def end():
    """After the answer; the first process is ended by whoever has started it."""
    if os.getpid() != FIRST:
        threading.Timer(0.1, os._exit, [0]).start()
    return {}


FIRST = os.getpid()
OURS = {
    ("POST", "/simulator/watch"): watch,
    ("GET", "/simulator/broken"): lambda: BROKEN,
    ("GET", "/simulator/changes"): lambda: len(CHANGES),
    ("POST", "/simulator/fork"): fork,
    ("POST", "/simulator/end"): end,
}


class Watched:
    """moto, one call at a time, with a look after each that changes something."""

    def __init__(self):
        self.moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ, start_response):
        with LOCK:
            ours = OURS.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            if ours:
                body = json.dumps(ours()).encode()
                start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
                return [body]
            call, changes = described(environ)
            answer = list(self.moto(environ, start_response))
            if changes:
                CHANGES.append(call)
                look(call)
            return answer


def described(environ):
    """The call in words, and whether it may change anything."""
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        action = target.split(".")[-1]
        return action, not action.startswith(READS)
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        action = next((part[7:] for part in body.decode(errors="replace").split("&") if part.startswith("Action=")), "?")
        return action, not action.startswith(READS)
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", environ["REQUEST_METHOD"] not in ("GET", "HEAD")


def serve(host, port):
    make_server(host, port, Watched(), threaded=True, request_handler=MotoRequestHandler).serve_forever()
