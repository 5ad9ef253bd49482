"""As gss_peer.py, with Heimdal's library (LD_LIBRARY_PATH says where), which has no module for Python."""
import ctypes
import json
import sys
from ctypes import byref, c_int, c_size_t, c_uint32, c_void_p, string_at

gss = ctypes.CDLL("libgssapi.so.3")


class Buffer(ctypes.Structure):
    _fields_ = [("length", c_size_t), ("value", c_void_p)]


class Oid(ctypes.Structure):
    _fields_ = [("length", c_uint32), ("elements", c_void_p)]


def oid(octets):
    return Oid(len(octets), ctypes.cast(ctypes.create_string_buffer(octets), c_void_p))


KRB5 = oid(bytes.fromhex("2a864886f712010202"))
PRINCIPAL_NAME = oid(bytes.fromhex("2a864886f71201020201"))


class GssError(Exception):
    pass


def do(function, *arguments):
    major = gss[function](byref(c_uint32()), *arguments) & 0xFFFFFFFF
    if major & 0xFFFF0000 or major & 2:
        raise GssError(f"{function} {major:#x}")
    return major


def given(octets):
    return Buffer(len(octets), ctypes.cast(ctypes.create_string_buffer(octets, len(octets)), c_void_p))


def hexed(buffer):
    return string_at(buffer.value, buffer.length).hex() if buffer.length else ""


context = c_void_p()
target = c_void_p()
wanted = 0


def step(command):
    token, out, flags = given(bytes.fromhex(command["token"])) if command.get("token") else None, Buffer(), c_uint32()
    received = byref(token) if token else None
    major = do("gss_init_sec_context", None, byref(context), target, byref(KRB5), c_uint32(wanted), c_uint32(0), None, received, None, byref(out), byref(flags), None)
    return {"token": hexed(out), "complete": major == 0}


def initiate(command):
    global context, wanted
    context, wanted = c_void_p(), command["flags"]
    do("gss_import_name", byref(given(command["service"].encode())), byref(PRINCIPAL_NAME), byref(target))
    return step({})


def accept(command):
    global context
    context, source, out, flags = c_void_p(), c_void_p(), Buffer(), c_uint32()
    token = given(bytes.fromhex(command["token"]))
    major = do("gss_accept_sec_context", byref(context), None, byref(token), None, byref(source), None, byref(out), byref(flags), None, None)
    name = Buffer()
    do("gss_display_name", source, byref(name), None)
    return {"token": hexed(out), "complete": major == 0, "initiator": string_at(name.value, name.length).decode(), "flags": flags.value}


def wrap(command):
    out, message = Buffer(), given(bytes.fromhex(command["message"]))
    do("gss_wrap", context, c_int(command["sealed"]), c_uint32(0), byref(message), None, byref(out))
    return {"token": hexed(out)}


def unwrap(command):
    out, sealed, token = Buffer(), c_int(), given(bytes.fromhex(command["token"]))
    do("gss_unwrap", context, byref(token), byref(out), byref(sealed), None)
    return {"message": hexed(out), "sealed": bool(sealed.value)}


def sign(command):
    out, message = Buffer(), given(bytes.fromhex(command["message"]))
    do("gss_get_mic", context, c_uint32(0), byref(message), byref(out))
    return {"token": hexed(out)}


def verify(command):
    message, token = (given(bytes.fromhex(command[name])) for name in ("message", "token"))
    do("gss_verify_mic", context, byref(message), byref(token), None)
    return {}


DO = {f.__name__: f for f in (initiate, accept, step, wrap, unwrap, sign, verify)}
for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = DO[command["do"]](command)
    except GssError as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
