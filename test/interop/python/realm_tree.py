"""The realms between two realms as MIT's library sees them (krb5_walk_realm_tree).

Standard input: a JSON list of pairs of realm names.  Standard output: a JSON list with a path for each pair.
"""
import ctypes
import json
import sys


class Data(ctypes.Structure):
    _fields_ = [("magic", ctypes.c_int32), ("length", ctypes.c_uint), ("data", ctypes.c_char_p)]


class Principal(ctypes.Structure):
    _fields_ = [
        ("magic", ctypes.c_int32),
        ("realm", Data),
        ("components", ctypes.POINTER(Data)),
        ("length", ctypes.c_int32),
        ("type", ctypes.c_int32),
    ]


def data(text):
    octets = text.encode()
    return Data(0, len(octets), octets)


def text(value):
    return ctypes.string_at(value.data, value.length).decode()


library = ctypes.CDLL("libkrb5.so.3")
context = ctypes.c_void_p()
if library.krb5_init_context(ctypes.byref(context)) != 0:
    sys.exit("krb5_init_context")
paths = []
for client, server in json.load(sys.stdin):
    tree = ctypes.POINTER(ctypes.POINTER(Principal))()
    ends = data(client), data(server)
    code = library.krb5_walk_realm_tree(context, ctypes.byref(ends[0]), ctypes.byref(ends[1]), ctypes.byref(tree), ord("."))
    if code != 0:
        paths.append(None)
        continue
    path = []
    at = 0
    # krbtgt/A@A, krbtgt/B@A, krbtgt/C@B: each is for the next realm.
    while tree[at]:
        path.append(text(tree[at].contents.components[1]))
        at += 1
    paths.append(path)
json.dump(paths, sys.stdout)
