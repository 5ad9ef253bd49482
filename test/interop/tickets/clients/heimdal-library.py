"""heimdal-library.py forwarded|proxy CACHE OUT SERVICE [ADDRESS]
heimdal-library.py postdated CACHE OUT SERVICE SECONDS-FROM-NOW
heimdal-library.py user-to-user CACHE OUT SERVICE OTHER-CACHE

Asks with the TGT of CACHE as a program does that calls Heimdal's library, for what Heimdal's own programs have no words.
"""
import ctypes
import socket
import sys
import time

P, I, U, Z, T = ctypes.c_void_p, ctypes.c_int, ctypes.c_uint, ctypes.c_size_t, ctypes.c_long


class Data(ctypes.Structure):
    _fields_ = [('length', Z), ('data', P)]


class Keyblock(ctypes.Structure):
    _fields_ = [('keytype', I), ('keyvalue', Data)]


class Times(ctypes.Structure):
    _fields_ = [('authtime', T), ('starttime', T), ('endtime', T), ('renew_till', T)]


class List(ctypes.Structure):
    _fields_ = [('len', U), ('val', P)]


class Creds(ctypes.Structure):
    _fields_ = [
        ('client', P), ('server', P), ('session', Keyblock), ('times', Times), ('ticket', Data), ('second_ticket', Data),
        ('authdata', List), ('addresses', List), ('flags', U),
    ]


class Address(ctypes.Structure):
    _fields_ = [('addr_type', I), ('address', Data)]


krb5 = ctypes.CDLL('libkrb5.so.26')
krb5.krb5_get_error_message.restype = ctypes.c_char_p
context = P()


def must(code):
    if code != 0:
        sys.exit('heimdal-library: ' + krb5.krb5_get_error_message(context, I(code)).decode())


def opened(name):
    cache, client = P(), P()
    must(krb5.krb5_cc_resolve(context, name.encode(), ctypes.byref(cache)))
    must(krb5.krb5_cc_get_principal(context, cache, ctypes.byref(client)))
    return cache, client


def tgt_of(cache, client):
    server, found = P(), Creds()
    must(krb5.krb5_parse_name(context, b'krbtgt/' + realm + b'@' + realm, ctypes.byref(server)))
    wanted = Creds(client=client, server=server)
    must(krb5.krb5_cc_retrieve_cred(context, cache, U(0), ctypes.byref(wanted), ctypes.byref(found)))
    return found


# KDCOptions are bits of a C structure here: bit 0 of RFC 4120 is the lowest.
OPTIONS = {'forwarded': 1 << 2, 'proxy': 1 << 4, 'postdated': 1 << 5 | 1 << 6, 'user-to-user': 1 << 28}

how, cache_name, out_name, service = sys.argv[1:5]
must(krb5.krb5_init_context(ctypes.byref(context)))
cache, client = opened(cache_name)
krb5.krb5_principal_get_realm.restype = ctypes.c_char_p
realm = krb5.krb5_principal_get_realm(context, client)
server, out, got = P(), P(), ctypes.POINTER(Creds)()
must(krb5.krb5_parse_name(context, service.encode(), ctypes.byref(server)))
asked = Creds(client=client, server=server)
options = OPTIONS[how] | tgt_of(cache, client).flags & (1 << 1 | 1 << 3 | 1 << 8)
addresses = None
if how == 'user-to-user':
    other = tgt_of(*opened(sys.argv[5]))
    asked.second_ticket = other.ticket
elif how == 'postdated':
    asked.times.starttime = int(time.time()) + int(sys.argv[5])
elif len(sys.argv) > 5:
    octets = ctypes.create_string_buffer(socket.inet_aton(sys.argv[5]), 4)
    address = Address(2, Data(4, ctypes.addressof(octets)))
    addresses = ctypes.byref(List(1, ctypes.addressof(address)))
must(krb5.krb5_get_kdc_cred(context, cache, U(options), addresses, None, ctypes.byref(asked), ctypes.byref(got)))
must(krb5.krb5_cc_resolve(context, out_name.encode(), ctypes.byref(out)))
must(krb5.krb5_cc_initialize(context, out, client))
must(krb5.krb5_cc_store_cred(context, out, got))
