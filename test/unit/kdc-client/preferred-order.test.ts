import { expect, test } from 'vitest'
import { EMPTY } from '../../../src/core/bytes/bytes.ts'
import { inPreferredOrder } from '../../../src/kdc-client/preauth/preferred-order.ts'

test.each([
  [
    [136, 19, 2, 133],
    [17, 16, 15, 14],
    [136, 19, 2, 133],
  ],
  [
    [136, 19, 2, 133],
    [133, 2],
    [133, 2, 136, 19],
  ],
  [
    [2, 16, 2, 17],
    [17, 2, 2, 2],
    [17, 2, 2, 16],
  ],
  [[], [1], []],
])('%j by %j', (offered, preferred, order) => {
  const padata = offered.map(padataType => ({ padataType, padataValue: EMPTY }))
  expect(inPreferredOrder(padata, preferred).map(p => p.padataType)).toEqual(order)
})
