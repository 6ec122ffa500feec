import { expect, test } from 'vitest'
import { finding as base } from '../../../test/documents.ts'
import type { Causality, CauseRule } from '../../model/cause.ts'
import { readEdges } from '../../model/edges.ts'
import type { Finding } from '../../model/finding.ts'
import { emptyTopology } from '../../model/topology.ts'
import { followersOf, isDownNow } from './followers.ts'

const row = (cause: string, along: CauseRule['along'], effect: string): CauseRule => ({
  cause,
  effect,
  along,
  withinMs: 60_000,
  lasting: true,
  how: 'so',
})
const causality: Causality = { rules: [row('fleet/target-down', 'behind', 'slow'), row('slow', 'same', 'queue')], symptoms: [] }
const topology = { ...emptyTopology(), edges: readEdges([{ from: 'pool:edge/app', to: 'cache:a' }, { from: 'pool:edge/api', to: 'cache:b' }]) } // biome-ignore format: one line
const one = (id: string, rule: string, subject: Record<string, string>, since: number, more: Partial<Finding> = {}): Finding => ({
  ...base,
  id,
  rule,
  subject,
  since,
  firingAt: since,
  ...more,
})
const POOL = { target: 'edge', pool: 'app' }
const down = one('down', 'fleet/target-down', { target: 'a' }, 10_000)
const slow = one('slow', 'slow', POOL, 12_000)
const queue = one('queue', 'queue', POOL, 15_000)
const other = one('other', 'queue', { target: 'edge', pool: 'api' }, 15_000)
const held = (firing: Finding[], downs: Finding[]) =>
  [...followersOf(firing, downs, topology, causality)].map(([id, { by, until }]) => [id, by.id, until])

test('what follows from a target that is down is held back, through however many links; what does not is told', () => {
  expect(held([down, slow, queue, other], [down])).toEqual([['slow', 'down', null], ['queue', 'down', null]]) // biome-ignore format: one line
  expect(held([slow, queue], [])).toEqual([])
})

test('what fired before is no follower, and a target that is down never is one', () => {
  const before = { ...slow, since: 10_000 - 30_000 }
  expect(held([down, before], [down])).toEqual([])
  const two = one('two', 'fleet/target-down', { target: 'b' }, 11_000)
  expect(held([down, two, slow], [down, two]).map(([id]) => id)).toEqual(['slow'])
})

test('once the target answers again its followers wait for a minute more', () => {
  const over: Finding = { ...down, state: 'resolved', resolvedAt: 40_000 }
  expect(held([slow, queue], [over])).toEqual([['slow', 'down', 100_000], ['queue', 'down', 100_000]]) // biome-ignore format: one line
  expect(isDownNow(over, 99_999)).toBe(true)
  expect(isDownNow(over, 100_000)).toBe(false)
  expect(isDownNow(slow, 20_000)).toBe(false)
})
