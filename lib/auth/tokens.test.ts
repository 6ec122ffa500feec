import { beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../model/store.ts'
import { createStore } from '../store/store.ts'
import type { Identity } from './identity.ts'
import type { PersonRole } from './roles.ts'
import { createTokens, type Tokens } from './tokens.ts'

const DAY = 86_400_000
const ANN: Identity = { kind: 'person', id: 'local:1', name: 'ann', role: 'admin', session: 's' }
let at: number
let ends: number
let store: Store
let roles: Map<string, PersonRole>
let tokens: Tokens
const open = () =>
  createTokens({
    store,
    now: () => at,
    authorityOf: (id) => (roles.has(id) ? { role: roles.get(id)! } : null),
    ownerNamed: (name) => (name === 'ann' ? ANN.id : null),
    ended: () => ends++,
  })

beforeEach(() => {
  at = 1_700_000_000_000
  ends = 0
  store = createStore({ path: ':memory:' })
  roles = new Map([[ANN.id, 'admin']])
  tokens = open()
})

describe('a token', () => {
  test('is kept as a hash alone', () => {
    const { token } = tokens.create({ name: 'ci', role: 'viewer' }, ANN)
    const kept = JSON.stringify(store.memory.keys('').map((key) => store.memory.get(key)))
    expect(kept).not.toContain(token.slice('ek_0123456789ab_'.length))
    expect(JSON.stringify(tokens.list())).not.toContain('hash')
    expect(tokens.bearer(`${token}x`)).toBeNull()
    expect(tokens.bearer(token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')))).toBeNull()
  })
  test('is a token, whatever it is called', () => {
    const { token } = tokens.create({ name: 'ann', role: 'viewer' }, ANN)
    expect(tokens.bearer(token)).toMatchObject({ kind: 'token', name: 'ann', role: 'viewer', owner: ANN.id })
  })
  test('ends after 90 days, or when it was told to, within a year', () => {
    const plain = tokens.create({ name: 'ci', role: 'viewer' }, ANN)
    const short = tokens.create({ name: 'ci', role: 'viewer', until: at + DAY }, ANN)
    for (const until of [at, at - 1, at + 367 * DAY])
      expect(() => tokens.create({ name: 'ci', role: 'viewer', until }, ANN)).toThrow(/366 days/)
    at += DAY
    expect([tokens.bearer(plain.token) !== null, tokens.bearer(short.token)]).toEqual([true, null])
    at += 89 * DAY
    expect(tokens.bearer(plain.token)).toBeNull()
    expect(tokens.list().map(({ present }) => present)).toEqual([null, null])
  })
  test('shows its last use, within a minute', () => {
    const { token, id } = tokens.create({ name: 'ci', role: 'viewer' }, ANN)
    expect(tokens.list()[0]!.usedAt).toBeNull()
    tokens.bearer(token)
    expect(open().list()[0]).toMatchObject({ id, usedAt: at })
  })
  test('reaches as far as its owner does now, and is gone with them', () => {
    const { token } = tokens.create({ name: 'ci', role: 'admin' }, ANN)
    roles.set(ANN.id, 'operator')
    expect(tokens.bearer(token)?.role).toBe('operator')
    roles.delete(ANN.id)
    expect(tokens.bearer(token)).toBeNull()
    // Who comes by the same name later is somebody else.
    roles.set('local:2', 'admin')
    expect(tokens.bearer(token)).toBeNull()
    tokens.revokeOf(ANN.id)
    expect(tokens.list()).toEqual([])
  })
  test('of a reporter reports as long as its owner may, and never turns into one that reads', () => {
    const { token } = tokens.create({ name: 'shop', role: 'reporter' }, ANN)
    for (const role of ['admin', 'operator'] as const) {
      roles.set(ANN.id, role)
      expect(tokens.bearer(token)?.role).toBe('reporter')
    }
    roles.set(ANN.id, 'viewer')
    expect(tokens.bearer(token)).toBeNull()
    expect(tokens.list()[0]).toMatchObject({ role: 'reporter', present: null })
  })
  test('is revoked with the token that it was made with, and ends no later', () => {
    const first = tokens.create({ name: 'first', role: 'admin', until: at + DAY }, ANN)
    const second = tokens.create({ name: 'second', role: 'admin' }, tokens.bearer(first.token)!)
    const third = tokens.create({ name: 'third', role: 'admin' }, tokens.bearer(second.token)!)
    expect(third).toMatchObject({ owner: ANN.id, until: at + DAY })
    tokens.revoke(first.id)
    expect(tokens.bearer(third.token)).toBeNull()
    expect(ends).toBe(1)
    expect(() => tokens.revoke(first.id)).toThrow(/no token/)
  })
})

test('tokens from before they had an end and an owner get both, and go on until then', () => {
  const { token, id } = tokens.create({ name: 'ci', role: 'admin' }, ANN)
  for (const [by, owner] of [
    ['ann', ANN.id],
    ['anonymous', null],
  ] as const) {
    const { until: _, owner: __, ...former } = store.memory.get<Record<string, unknown>>(`token/${id}`)!
    store.memory.put(`token/${id}`, { ...former, by })
    at += 400 * DAY
    tokens = open()
    expect(tokens.list()[0]).toMatchObject({ until: at + 90 * DAY, owner })
    expect(tokens.bearer(token)).toMatchObject({ role: 'admin' })
  }
  at += 90 * DAY
  expect(tokens.bearer(token)).toBeNull()
})
