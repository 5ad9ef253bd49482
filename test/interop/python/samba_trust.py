"""Gives a Samba domain a trust with a realm that is no domain, which samba-tool cannot: it would call the other side's LSA service.

usage: samba_trust.py SMB.CONF CONTROLLER ADMINISTRATOR REALM
The administrator's password and that of the trust are the first two lines of standard input.

Samba's KDC makes no use of trusts of the type for realms (MIT); it does of those with a domain (UPLEVEL), and such a one wants a SID.
"""
import sys

from samba import current_unix_time, unix2nttime
from samba.credentials import Credentials
from samba.dcerpc import drsblobs, lsa, security
from samba.param import LoadParm
from samba.trust_utils import CreateTrustedDomainRelax


def auth_info(password):
    octets = password.encode("utf-16-le")
    clear = drsblobs.AuthInfoClear()
    clear.size = len(octets)
    clear.password = list(octets)
    info = drsblobs.AuthenticationInformation()
    info.LastUpdateTime = unix2nttime(current_unix_time())
    info.AuthType = lsa.TRUST_AUTH_TYPE_CLEAR
    info.AuthInfo = clear
    infos = drsblobs.AuthenticationInformationArray()
    infos.count = 1
    infos.array = [info]
    blob = drsblobs.trustAuthInOutBlob()
    blob.count = 1
    blob.current = infos
    return blob


configuration, controller, administrator, realm = sys.argv[1:]
passwords = sys.stdin.read().splitlines()
loaded = LoadParm()
loaded.load(configuration)
credentials = Credentials()
credentials.guess(loaded)
credentials.set_username(administrator)
credentials.set_password(passwords[0])

connection = lsa.lsarpc("ncacn_np:" + controller, loaded, credentials)
attribute = lsa.ObjectAttribute()
attribute.sec_qos = lsa.QosInfo()
policy = connection.OpenPolicy2("", attribute, security.SEC_FLAG_MAXIMUM_ALLOWED)
info = lsa.TrustDomainInfoInfoEx()
info.domain_name.string = realm
info.netbios_name.string = realm.split(".")[0]
info.sid = security.dom_sid("S-1-5-21-1111-2222-3333")
info.trust_direction = lsa.LSA_TRUST_DIRECTION_INBOUND | lsa.LSA_TRUST_DIRECTION_OUTBOUND
info.trust_type = lsa.LSA_TRUST_TYPE_UPLEVEL
info.trust_attributes = lsa.LSA_TRUST_ATTRIBUTE_NON_TRANSITIVE
both = auth_info(passwords[1])
CreateTrustedDomainRelax(connection, policy, info, security.SEC_STD_DELETE, both, auth_info(passwords[1]))
