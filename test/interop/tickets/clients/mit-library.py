"""mit-library.py forwarded|proxy CACHE OUT SERVICE [ADDRESS]
mit-library.py postdated CACHE OUT SERVICE SECONDS-FROM-NOW

Asks as a program does that calls MIT's library (RFC 4120 sections 2.4 to 2.6) for what none of MIT's own programs has words. For a proxy MIT's KDC wants the ticket of that very service to be shown; the TGT is, if there
is none.
"""
import ctypes
import ctypes.util
import socket
import sys
import time

P, I, U = ctypes.c_void_p, ctypes.c_int32, ctypes.c_uint32


class Data(ctypes.Structure):
    _fields_ = [('magic', I), ('length', U), ('data', P)]


class Keyblock(ctypes.Structure):
    _fields_ = [('magic', I), ('enctype', I), ('length', U), ('contents', P)]


class Times(ctypes.Structure):
    _fields_ = [('authtime', I), ('starttime', I), ('endtime', I), ('renew_till', I)]


class Creds(ctypes.Structure):
    _fields_ = [
        ('magic', I), ('client', P), ('server', P), ('keyblock', Keyblock), ('times', Times), ('is_skey', U), ('ticket_flags', I),
        ('addresses', P), ('ticket', Data), ('second_ticket', Data), ('authdata', P),
    ]


class Address(ctypes.Structure):
    _fields_ = [('magic', I), ('addrtype', I), ('length', U), ('contents', ctypes.c_char_p)]


krb5 = ctypes.CDLL('libkrb5.so.3')
krb5.krb5_get_error_message.restype = ctypes.c_char_p
context = P()


def must(code):
    if code != 0:
        text = krb5.krb5_get_error_message(context, ctypes.c_int32(code)).decode()
        sys.exit('mit-library: ' + text)


def held(cache, client, server):
    """The credential of the cache for `server`, or None."""
    wanted, found = Creds(client=client, server=server), Creds()
    code = krb5.krb5_cc_retrieve_cred(context, cache, 0, ctypes.byref(wanted), ctypes.byref(found))
    return found if code == 0 else None


how, cache_name, out_name, service = sys.argv[1:5]
must(krb5.krb5_init_context(ctypes.byref(context)))
cache, client, server, tgs = P(), P(), P(), P()
must(krb5.krb5_cc_resolve(context, cache_name.encode(), ctypes.byref(cache)))
must(krb5.krb5_cc_get_principal(context, cache, ctypes.byref(client)))
must(krb5.krb5_parse_name(context, service.encode(), ctypes.byref(server)))
realm = ctypes.c_char_p()
must(krb5.krb5_get_default_realm(context, ctypes.byref(realm)))
must(krb5.krb5_parse_name(context, b'krbtgt/' + realm.value, ctypes.byref(tgs)))
shown = held(cache, client, server) or held(cache, client, tgs)

COMMON = 0x54800000  # options that ask for the flags of the ticket shown: forwardable, proxiable, allow-postdate, renewable
options = {'forwarded': 0x20000000, 'proxy': 0x08000000, 'postdated': 0x06000000}[how] | shown.ticket_flags & COMMON
addresses = None
asked, got = Creds(client=client, server=server), ctypes.POINTER(Creds)()
if how == 'postdated':
    asked.times.starttime = int(time.time()) + int(sys.argv[5])
elif len(sys.argv) > 5:
    address = Address(addrtype=2, length=4, contents=socket.inet_aton(sys.argv[5]))
    addresses = (ctypes.POINTER(Address) * 2)(ctypes.pointer(address), None)
must(krb5.krb5_get_cred_via_tkt(context, ctypes.byref(shown), I(options), addresses, ctypes.byref(asked), ctypes.byref(got)))

out = P()
must(krb5.krb5_cc_resolve(context, out_name.encode(), ctypes.byref(out)))
must(krb5.krb5_cc_initialize(context, out, client))
must(krb5.krb5_cc_store_cred(context, out, got))
