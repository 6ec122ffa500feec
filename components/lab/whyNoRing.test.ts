import { expect, test } from 'vitest'
import { whyNoRing } from './whyNoRing.ts'

test('a pool of which nobody knows how it chooses is not said to hash nothing', () => {
  expect(whyNoRing(undefined)).toMatch(/^No ring/)
  expect(whyNoRing({ balances: 'weight' })).toMatch(/does not hash/)
  expect(whyNoRing({ balances: 'weight', unknown: ['`check` takes servers out'] })).toMatch(/does not hash/)
  expect(whyNoRing({ balances: 'hash', ringBecause: 'hash-balance-factor 120' })).toBe(
    'Which key goes where is not known exactly: hash-balance-factor 120.',
  )
  expect(whyNoRing({ balances: 'unknown', unknown: ['`consistent_hash` hashes in a way that is not known here'] })).toBe(
    'How this pool chooses a server is not known: `consistent_hash` hashes in a way that is not known here.',
  )
  // `ip_hash` of NGINX.
  expect(whyNoRing({ balances: 'hash' })).toMatch(/^Which key goes where is not known exactly: its exact hash function/)
  expect(whyNoRing({ balances: 'unknown' })).toBe('How this pool chooses a server is not known.')
})
