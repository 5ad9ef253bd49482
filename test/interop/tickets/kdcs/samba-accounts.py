"""Makes the accounts of the ticket table in a Samba domain; what is wanted comes as JSON on standard input."""
import json
import sys

import ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

wanted = json.load(sys.stdin)
parameters = LoadParm()
parameters.load(wanted['configuration'])
domain = SamDB(session_info=system_session(), lp=parameters)


def change(dn, attribute, value):
    message = ldb.Message()
    message.dn = ldb.Dn(domain, dn)
    message[attribute] = ldb.MessageElement(str(value), ldb.FLAG_MOD_REPLACE, attribute)
    domain.modify(message)


change(str(domain.get_default_basedn()), 'lockoutThreshold', wanted['failures'])
for account in wanted['accounts']:
    domain.newuser(account['account'], account['password'])
    found = domain.search(expression='sAMAccountName=%s' % account['account'], attrs=['userAccountControl'])[0]
    dn = str(found.dn)
    if account['service'] is not None:
        change(dn, 'servicePrincipalName', account['service'])
    if account['control'] != 0:
        change(dn, 'userAccountControl', int(str(found['userAccountControl'])) | account['control'])
    if account['mustChange']:
        change(dn, 'pwdLastSet', 0)
    if account['expired']:
        change(dn, 'accountExpires', 1)
