import { expect, test } from 'vitest'
import type { PoolServerView } from '@/lib/model/answers/pool.ts'
import { againstOthers, dueBand, isHeavy, isSaid, serversWord } from './words.ts'

const server = (name: string, responseSeconds: number | null, state: PoolServerView['state'] = 'up') =>
  ({ name, responseSeconds, state }) as PoolServerView

test('a server is held against the others, not against itself', () => {
  const servers = [server('a', 0.02), server('b', 0.022), server('c', 0.16), server('d', null)]
  expect(againstOthers(servers[2]!, { servers })).toBeCloseTo(0.16 / 0.022)
  expect(againstOthers(servers[3]!, { servers })).toBeNull()
  expect(againstOthers(servers[0]!, { servers: [servers[0]!] })).toBeNull()
})

test('down alarms, taken out on purpose does not', () => {
  expect(serversWord({ servers: [server('a', 1), server('b', 1)] })).toEqual({ tone: 'ok', word: '2 up' })
  expect(serversWord({ servers: [server('a', 1), server('b', 1, 'drain')] })).toEqual({ tone: 'info', word: '1 of 2 up' })
  expect(serversWord({ servers: [server('a', 1), server('b', 1, 'down')] })).toEqual({ tone: 'critical', word: '1 of 2 up' })
})

test('a share is heavy when it is more than chance explains', () => {
  const seen = (shareSeen: number, shareExpected: number | null = 0.25) => ({ shareSeen, shareExpected }) as PoolServerView
  const busy = { requestsPerSecond: 250 }
  const band = dueBand(seen(0.25), busy)!
  expect(band.high - 0.25).toBeCloseTo(1.96 * Math.sqrt((0.25 * 0.75) / 15_000))
  expect(0.25 - band.low).toBeCloseTo(band.high - 0.25)
  // No share is below none or above all.
  expect(dueBand(seen(0.01, 0.01), { requestsPerSecond: 1 })!.low).toBe(0)
  expect(dueBand(seen(0.99, 0.99), { requestsPerSecond: 1 })!.high).toBe(1)
  expect(isHeavy(seen(0.33), busy)).toBe(true)
  expect(isHeavy(seen(0.3), busy)).toBe(false)
  // 60 requests: 0.33 of them is nothing to look at.
  expect(isHeavy(seen(0.33), { requestsPerSecond: 1 })).toBe(false)
  expect(isHeavy(seen(0.5), { requestsPerSecond: 1 })).toBe(true)
  expect(dueBand(seen(0.5), { requestsPerSecond: 0.1 })).toBeNull()
  expect(dueBand(seen(0.5, null), busy)).toBeNull()
})

test('a reason that is said already is not said again', () => {
  expect(isSaid({ unknown: ['a does not resolve'] }, 'a does not resolve')).toBe(true)
  expect(isSaid({ unknown: ['a does not resolve'] }, 'another')).toBe(false)
  expect(isSaid({}, 'a does not resolve')).toBe(false)
  // A `hash` of NGINX whose name does not resolve has it only as the reason why no ring is known.
  expect(isSaid({ ringBecause: 'a does not resolve' }, 'a does not resolve')).toBe(true)
})
