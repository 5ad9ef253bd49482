"""Both ends of a GSS-API talk (RFC 4121) in one process: sealed_talk.py SERVICE. The initiator's credential is the default cache, the
acceptor's the default keytab. Prints one line per thing that both agree on."""
import sys

import gssapi
from gssapi import RequirementFlag as Flag

service = gssapi.Name(sys.argv[1], gssapi.NameType.hostbased_service)
wanted = (
    Flag.mutual_authentication
    | Flag.delegate_to_peer
    | Flag.confidentiality
    | Flag.integrity
    | Flag.replay_detection
    | Flag.out_of_sequence_detection
)
client = gssapi.SecurityContext(name=service, usage="initiate", flags=wanted)
server = gssapi.SecurityContext(creds=gssapi.Credentials(name=service, usage="accept"), usage="accept")
token = None
while not (client.complete and server.complete):
    token = client.step(token)
    if token is not None and not server.complete:
        token = server.step(token)

print("initiator", server.initiator_name)
print("mutual", bool(client.actual_flags & Flag.mutual_authentication))
print("delegated", server.delegated_creds.name)
for sender, receiver, text in (client, server, b"there"), (server, client, b"and back"):
    sealed = sender.wrap(text, True)
    opened = receiver.unwrap(sealed.message)
    print("sealed", sealed.encrypted and opened.encrypted and text not in sealed.message, opened.message.decode())
    receiver.verify_signature(text, sender.get_signature(text))
print("signed")
replayed = client.wrap(b"once", True).message
server.unwrap(replayed)
try:
    server.unwrap(replayed)
except gssapi.exceptions.DuplicateTokenError:
    print("replay refused")
