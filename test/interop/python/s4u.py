"""S4U through MIT's GSS library: a service with a ticket-granting ticket and a keytab acts for a user.

usage: s4u.py KEYTAB USER TARGET [CACHE]   USER's ticket for the service is made up (S4U2Self); with CACHE it comes out of USER's own log-in there
Prints one line: who the target believes is calling, and whether its ticket carries a PAC.
"""

import sys

import gssapi

keytab, user, target = sys.argv[1:4]
KERBEROS = gssapi.NameType.kerberos_principal


def talk(initiator, acceptor):
    token = None
    while True:
        token = initiator.step(token)
        if token:
            token = acceptor.step(token)
        if initiator.complete and acceptor.complete:
            return
        if not token:
            return


service = gssapi.Credentials(usage="both", store={"keytab": keytab, "client_keytab": keytab})
if len(sys.argv) > 4:
    theirs = gssapi.Credentials(usage="initiate", store={"ccache": sys.argv[4]})
    front = gssapi.SecurityContext(name=service.name, creds=theirs, usage="initiate")
    accepted = gssapi.SecurityContext(creds=service, usage="accept")
    talk(front, accepted)
    acting = accepted.delegated_creds
else:
    acting = service.impersonate(gssapi.Name(user, gssapi.NameType.user))

caller = gssapi.SecurityContext(name=gssapi.Name(target, KERBEROS), creds=acting, usage="initiate")
server = gssapi.Credentials(usage="accept", name=gssapi.Name(target, KERBEROS), store={"keytab": keytab})
called = gssapi.SecurityContext(creds=server, usage="accept")
talk(caller, called)
attributes = [bytes(name) for name in called.initiator_name.attributes] if called.initiator_name.attributes else []
print(called.initiator_name, "pac" if any(b"mspac" in name for name in attributes) else "no pac")
