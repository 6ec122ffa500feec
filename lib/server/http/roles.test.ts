import { expect, test } from 'vitest'
import { NOBODY, PROXY, rolesServer } from '../../../test/roles.ts'
import { walk } from '../../../test/walk.ts'
import { operations } from './operations.ts'

const { open, ask, tokens } = rolesServer()

// As every caller, in every mode and every spelling: roles.slow.test.ts.
test('nobody gets more than the own role, also by a path that is spelt otherwise', { timeout: 30_000 }, async () => {
  await open(PROXY.auth)
  const revoked = tokens(PROXY.owner).find(({ who }) => who === 'a revoked token')!
  // A token is worth nothing before its owner was seen.
  await ask('GET', '/api/v1/session', PROXY.people.find(({ role }) => role === 'admin')!)
  const reporter = tokens(PROXY.owner).find(({ role }) => role === 'reporter')!
  const people = [...PROXY.people.filter(({ role }) => role !== 'admin'), reporter, revoked]
  const withoutRole = operations.filter(({ role }) => role === 'admin').length * people.length
  expect(await walk(ask, async () => people, 'equal')).toBeGreaterThan(withoutRole)
})

test('what needs no role is named here', () => {
  expect(operations.filter(({ role }) => role === 'public').map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET session',
    'POST session',
    'POST session/passkey',
    'POST session/sign-out',
  ])
})

test('what a reporter may call is named here', () => {
  expect(operations.filter(({ role }) => role === 'reporter').map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST references/{target}',
  ])
})

test('what is not there needs to be known to be told so', async () => {
  await open('{ mode: local }')
  for (const path of ['/api/v1/nothing', '/api/v1/tokens/a/b', '/api/v1/%00', '/api/v2/tokens'])
    expect(await ask('GET', path, NOBODY), path).toEqual({ status: 401, code: 'unauthenticated' })
})
