import { expect, it } from 'vitest'
import type { LargeEntry, SlowEntry } from '../../model/record.ts'
import { fingerprints, ofLarge, ofSlow } from './fingerprints.ts'

const HOUR = 3_600_000
const NOW = 500_000 * HOUR + 1_000
const slow = (target: string, at: number, durationUs: number, key: string, about: Partial<SlowEntry> = {}): SlowEntry => ({
  kind: 'slow',
  target,
  id: `${at}-${key}`,
  at,
  durationUs,
  command: ['HGETALL', key],
  fingerprint: 'HGETALL cart:*',
  client: '10.0.0.1:50000',
  ...about,
})

it('counts one kind over all targets, from its first to its last', () => {
  const entries = [
    slow('b', NOW, 30, 'cart:2'),
    slow('a', NOW - HOUR, 50, 'cart:1'),
    slow('a', NOW - 40 * HOUR, 20, 'cart:1', { clientName: 'shop' }),
  ]
  const [found, ...others] = fingerprints([...entries, slow('a', NOW, 90, 'x', { fingerprint: 'KEYS ?' })].map(ofSlow), NOW).reverse()
  expect(others).toHaveLength(1)
  expect(found).toMatchObject({ log: 'slow', fingerprint: 'KEYS ?', count: 1 })
  expect(others[0]).toMatchObject({
    fingerprint: 'HGETALL cart:*',
    count: 3,
    total: 100,
    max: 50,
    maxAt: { target: 'a', key: 'cart:1', at: new Date(NOW - HOUR).toISOString() },
    firstAt: new Date(NOW - 40 * HOUR).toISOString(),
    lastAt: new Date(NOW).toISOString(),
    targets: ['a', 'b'],
    clients: ['10.0.0.1', 'shop'],
  })
  expect(others[0]!.trend).toEqual([...Array(22).fill(0), 1, 1])
})

it('entries of an older Evenkeel are of the kind of their command', () => {
  const { fingerprint: _, ...old } = slow('a', NOW, 5, 'cart:1', { command: ['hgetall', 'cart:1'] })
  expect(fingerprints([ofSlow(old)], NOW)[0]!.fingerprint).toBe('HGETALL')
})

it('keeps requests and replies apart', () => {
  const large = (log: LargeEntry['log'], bytes: number): LargeEntry => ({
    kind: 'large',
    target: 'a',
    id: log,
    at: NOW,
    log,
    bytes,
    fingerprint: 'GET a',
  })
  expect(
    fingerprints([ofLarge(large('large-request', 5)), ofLarge(large('large-reply', 9))], NOW).map(({ log, total }) => [log, total]),
  ).toEqual([
    ['large-reply', 9],
    ['large-request', 5],
  ])
})
