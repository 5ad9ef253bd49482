import { expect, it } from 'vitest'
import { paTypeName } from '../../../../src/core/registry/pa-type.ts'

it.each([
  [1, 'PA-TGS-REQ'],
  [2, 'PA-ENC-TIMESTAMP'],
  [6, 'PA-SANDIA-SECUREID'],
  [15, 'PA-PK-AS-REP_OLD'],
  [19, 'PA-ETYPE-INFO2'],
  [30, 'PA-SAM-CHALLENGE2'],
  [129, 'PA-FOR_USER'],
  [130, 'PA-FOR-X509-USER'],
  [133, 'PA-FX-COOKIE'],
  [149, 'PA-REQ-ENC-PA-REP'],
  [150, 'PA_AS_FRESHNESS'],
  [167, undefined],
  [9999, undefined],
])('%i is %s in a trace', (id, name) => {
  expect(paTypeName(id)).toBe(name)
})
