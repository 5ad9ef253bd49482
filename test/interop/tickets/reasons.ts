/** Why some cells are not those of MIT's client on MIT's KDC. */
export interface Reason {
  /** Of its note in the page. */
  readonly id: string
  readonly why: string
  /** It lies with our client. */
  readonly ours?: true
  /** Every column of the first list with every row of the second. */
  readonly cells: readonly (readonly [columns: readonly string[], rows: readonly string[]])[]
}

const HEIMDALS_CLIENT = ['heimdal-on-own']
const HEIMDALS_KDC = ['ours-on-heimdal']
const SAMBA = ['ours-on-samba']
const OUR_KDC = ['mit-on-own', 'heimdal-on-own', 'ours-on-own']

export const REASONS: readonly Reason[] = [
  {
    id: 'invalid-not-shown',
    ours: true,
    why:
      'An INVALID ticket is good for nothing but validation (RFC 4120 §2.2). Our client shows it for nothing else, and says at once what ' +
      'the KDC would say.',
    cells: [
      [
        ['ours-on-mit', 'ours-on-heimdal', 'ours-on-own'],
        ['use-invalid', 'use-started', 'renew-invalid'],
      ],
    ],
  },
  {
    id: 'proxy-by-tgt',
    why:
      'A proxy is got with a proxiable TGT (RFC 4120 §3.3.3), and these KDCs do as the RFC says. MIT’s wants the proxiable ticket of the ' +
      'same service instead; ours takes either.',
    cells: [[[...HEIMDALS_KDC, ...SAMBA, ...OUR_KDC], ['proxy']]],
  },
  {
    id: 'proxy-in-two-steps',
    ours: true,
    why: 'Our client shows the TGT first. When the KDC wants the ticket of the service, it gets that and shows it.',
    cells: [[['ours-on-mit'], ['proxy']]],
  },
  {
    id: 'proxy-tgt-first',
    ours: true,
    why: 'These KDCs refuse to make a proxy out of a ticket that is no TGT. Our client does not ask for it: it shows the TGT, though the other is there.',
    cells: [[[...HEIMDALS_KDC, ...SAMBA], ['proxy-by-ticket']]],
  },
  {
    id: 'proxy-of-tgt',
    why: 'RFC 4120 §2.5 keeps proxies from being TGTs. These KDCs grant one all the same.',
    cells: [[[...HEIMDALS_KDC, ...SAMBA], ['proxy-tgt']]],
  },
  {
    id: 'postdated-service-start',
    why:
      'The KDC of MIT 1.20 lets a postdated ticket of a service start at once, and so MIT’s client takes the reply for forged. It starts ' +
      'when it was asked to (RFC 4120 §3.3.3) with these KDCs.',
    cells: [[[...HEIMDALS_KDC, 'mit-on-own', 'ours-on-own'], ['postdate-service']]],
  },
  {
    id: 'no-allow-postdate',
    why: 'Heimdal’s kinit asks for POSTDATED without ALLOW-POSTDATE: the TGT may not be used for other postdated tickets.',
    cells: [[HEIMDALS_CLIENT, ['postdated', 'all', 'validate', 'use-validated', 'postdate-service']]],
  },
  {
    id: 'no-renewable-ok',
    why: 'Heimdal’s kinit does not ask for RENEWABLE-OK, so it gets less life and nothing for it.',
    cells: [[HEIMDALS_CLIENT, ['renewable-ok', 'user-needchange-changepw', 'user-password-expired-changepw']]],
  },
  {
    id: 'expired-not-found',
    why: 'Heimdal’s library overlooks expired tickets in the cache, for renewal too, and finds none to show.',
    cells: [[HEIMDALS_CLIENT, ['use-expired', 'renew-after-end', 'renew-after-skew', 'renew-after-renew-till']]],
  },
  {
    id: 'renew-needs-tgt',
    why: 'Heimdal’s kinit looks for a TGT to renew a ticket of a service with, and the cache has none.',
    cells: [[HEIMDALS_CLIENT, ['renew-service']]],
  },
  {
    id: 'krbtgt-entry',
    why: 'Heimdal’s kdc has no limits of a realm; those of the entry of krbtgt serve, which `kadmin init` sets.',
    cells: [[HEIMDALS_KDC, ['renewable-ok', 'life-realm', 'renewable-realm']]],
  },
  {
    id: 'changed-flags',
    why:
      'Heimdal’s kdc makes flags anew for a ticket that it validates or renews: I and d are gone, and R where there is nothing left to ' +
      'renew. RFC 4120 §3.3.3.1 changes INVALID and the times only.',
    cells: [[HEIMDALS_KDC, ['validate', 'renew', 'renew-after-end', 'renew-up-to-renew-till']]],
  },
  {
    id: 'renew-till-passed',
    why: 'Heimdal’s kdc computes an end before the start, and says that.',
    cells: [[HEIMDALS_KDC, ['renew-after-renew-till']]],
  },
  {
    id: 'renews-tgts',
    why: 'These KDCs take nothing but a TGT in a TGS exchange.',
    cells: [[[...HEIMDALS_KDC, ...SAMBA], ['renew-service']]],
  },
  {
    id: 'refused-by-policy',
    why: 'Heimdal’s kdc refuses with KDC_ERR_POLICY what an entry forbids, where MIT’s leaves the flag out or names the reason.',
    cells: [
      [
        HEIMDALS_KDC,
        ['user-forwardable', 'user-proxiable', 'user-postdated', 'user-tix', 'service-postdated', 'service-svr', 'service-svr-initial'],
      ],
    ],
  },
  {
    id: 'not-looked-at',
    why: 'Heimdal’s kdc stores the attribute and does not look at it here.',
    cells: [
      [
        HEIMDALS_KDC,
        [
          'user-renewable',
          'service-renewable',
          'service-renewable-initial',
          'service-tix',
          'service-requires_preauth',
          'service-requires_hwauth',
          'u2u-dup-skey',
        ],
      ],
    ],
  },
  {
    id: 'second-ticket-of-another',
    why:
      'Heimdal’s kdc does not refuse a second ticket that is not of the user asked for: it answers with a ticket for another name, which ' +
      'the client does not believe.',
    cells: [[HEIMDALS_KDC, ['u2u-other']]],
  },
  {
    id: 'anonymous-entry',
    why: 'Heimdal’s `kadmin init` makes the entry of the anonymous client, whose key nobody knows; the others have none.',
    cells: [[HEIMDALS_KDC, ['anonymous']]],
  },
  {
    id: 'badmatch',
    why: 'Samba’s KDC refuses it too, by KRB_AP_ERR_BADMATCH.',
    cells: [[SAMBA, ['u2u-other']]],
  },
  {
    id: 'no-postdating',
    why: 'An AD domain postdates nothing.',
    cells: [
      [
        SAMBA,
        [
          'postdated',
          'all',
          'use-invalid',
          'validate-before',
          'validate',
          'use-validated',
          'postdate-service',
          'use-started',
          'renew-invalid',
        ],
      ],
    ],
  },
  {
    id: 'domain-limits',
    why: 'The limits are those of the domain; by default 10 hours and 7 days.',
    cells: [[SAMBA, ['renewable-ok', 'life-realm', 'renewable-realm']]],
  },
  {
    id: 'krbtgt-delegates',
    why:
      'For Samba’s KDC the TGS of its domain is ok as a delegate, as every TGT out of a TGS exchange says. Renewing takes I away, and R ' +
      'where there is nothing left to renew.',
    cells: [[SAMBA, ['forward', 'forward-address', 'forward-forwarded', 'renew', 'renew-up-to-renew-till']]],
  },
  {
    id: 'no-skew',
    why: 'Samba’s KDC grants no clock skew to a ticket that has ended.',
    cells: [[SAMBA, ['renew-after-end']]],
  },
  {
    id: 'no-service-name',
    why: 'An account without a service name (servicePrincipalName) is not found as a service by Samba’s KDC.',
    cells: [[SAMBA, ['service-svr', 'service-svr-initial']]],
  },
  {
    id: 'sensitive',
    why:
      'Accounts have one bit for both attributes, NOT_DELEGATED. With it Samba’s KDC leaves FORWARDABLE out as MIT’s does, and refuses ' +
      'PROXIABLE.',
    cells: [[SAMBA, ['user-proxiable']]],
  },
  {
    id: 'account-expired',
    why: 'Samba’s KDC says CLIENT_REVOKED of an account that has expired.',
    cells: [[SAMBA, ['user-expired']]],
  },
  {
    id: 'accounts-of-services',
    why: 'Samba’s KDC does not ask whether the account of a service is disabled or has expired.',
    cells: [[SAMBA, ['service-tix', 'service-expired']]],
  },
]
