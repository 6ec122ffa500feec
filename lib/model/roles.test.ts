import { describe, expect, test } from 'vitest'
import { type Authority, authorityText, lesserAuthority, reachesAt, reachesSomewhere, withGrants } from './roles.ts'
import type { Labels } from './series.ts'

const shop = { role: 'operator' as const, where: { team: 'shop' } }
const prod = { role: 'admin' as const, where: { env: 'prod' } }

test('a role by label holds on what has all its labels, and nowhere else', () => {
  const ada: Authority = { role: 'viewer', grants: [shop] }
  expect(reachesAt(ada, 'operator', { team: 'shop', env: 'prod' })).toBe(true)
  expect(reachesAt(ada, 'reporter', { team: 'shop' }), 'an operator reports too').toBe(true)
  for (const labels of [{ team: 'pay' }, {}, undefined, { team: 'shop2' }] as (Labels | undefined)[])
    expect(reachesAt(ada, 'operator', labels)).toBe(false)
  expect(reachesAt(ada, 'admin', { team: 'shop' })).toBe(false)
  expect(reachesAt(ada, 'viewer', undefined), 'everything is read').toBe(true)
  expect([reachesSomewhere(ada, 'operator'), reachesSomewhere(ada, 'admin')]).toEqual([true, false])
})

test('grants that add nothing are left out', () => {
  expect(withGrants('operator', [shop, prod, prod])).toEqual({ role: 'operator', grants: [prod] })
  expect(withGrants('admin', [shop, prod])).toEqual({ role: 'admin' })
  expect(withGrants('viewer', [{ role: 'admin', where: {} }]), 'one on no label would hold everywhere').toEqual({ role: 'viewer' })
})

describe('a token can do at most what its owner can', () => {
  const token: Authority = { role: 'viewer', grants: [{ role: 'admin', where: { team: 'shop' } }] }
  test.each<[string, Authority, Authority | null]>([
    ['an admin', { role: 'admin' }, token],
    ['an operator', { role: 'operator' }, { role: 'viewer', grants: [shop] }],
    ['a viewer', { role: 'viewer' }, { role: 'viewer' }],
    ['an operator of the same team', { role: 'viewer', grants: [shop] }, { role: 'viewer', grants: [shop] }],
    ['an operator of another team', { role: 'viewer', grants: [{ ...shop, where: { team: 'pay' } }] }, { role: 'viewer' }],
    [
      'an admin of an environment',
      { role: 'viewer', grants: [prod] },
      { role: 'viewer', grants: [{ role: 'admin', where: { team: 'shop', env: 'prod' } }] },
    ],
    ['a reporter', { role: 'reporter' }, null],
  ])('%s', (_, owner, expected) => {
    expect(lesserAuthority<Authority['role']>(token, owner)).toEqual(expected)
    expect(lesserAuthority<Authority['role']>(owner, token)).toEqual(expected)
  })
})

test('what somebody may, in words', () => {
  expect(authorityText({ role: 'viewer', grants: [{ ...shop, where: { team: 'shop', env: 'prod' } }] })).toBe(
    'viewer; operator on env=prod, team=shop',
  )
})
