"""One end of GSS-API talks (RFC 4121) for a test to hold the other: commands come as JSON, one a line, and so do answers. `initiate` and
`accept` begin anew; the credential is the default cache, the acceptor's the default keytab. Octets are hex; an error is its class's name."""
import json
import sys

import gssapi
from gssapi.raw import ChannelBindings

context = None


def bindings(command):
    data = command.get("bindings")
    return data and ChannelBindings(application_data=bytes.fromhex(data))


def step(command):
    token = context.step(bytes.fromhex(command["token"]) if command.get("token") else None)
    return {"token": (token or b"").hex(), "complete": context.complete}


def initiate(command):
    global context
    name = gssapi.Name(command["service"], gssapi.NameType.kerberos_principal)
    context = gssapi.SecurityContext(name=name, usage="initiate", flags=command["flags"], channel_bindings=bindings(command))
    return step({})


def accept(command):
    global context
    context = gssapi.SecurityContext(creds=gssapi.Credentials(usage="accept"), usage="accept", channel_bindings=bindings(command))
    answer = step(command)
    return {**answer, "initiator": str(context.initiator_name), "flags": int(context.actual_flags)}


def wrap(command):
    return {"token": context.wrap(bytes.fromhex(command["message"]), command["sealed"]).message.hex()}


def unwrap(command):
    opened = context.unwrap(bytes.fromhex(command["token"]))
    return {"message": opened.message.hex(), "sealed": opened.encrypted}


def sign(command):
    return {"token": context.get_signature(bytes.fromhex(command["message"])).hex()}


def verify(command):
    context.verify_signature(bytes.fromhex(command["message"]), bytes.fromhex(command["token"]))
    return {}


DO = {f.__name__: f for f in (initiate, accept, step, wrap, unwrap, sign, verify)}
for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = DO[command["do"]](command)
    except gssapi.exceptions.GSSError as error:
        answer = {"error": type(error).__name__, "text": str(error)}
    print(json.dumps(answer), flush=True)
