import { expect, test } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { RING_ALGORITHMS, type RingAlgorithm, type RingNode, type RingOptions, type RingSpec } from '../model/ring.ts'
import type { SolverAnswer, SolverQuestion } from '../model/ringSolver.ts'
import { algorithms } from './algorithms.ts'
import { evaluate } from './evaluate.ts'
import { locate } from './placement.ts'
import { solveRing } from './solver.ts'

function sequence(seed: number) {
  const random = randomOf(seed)
  const below = (count: number) => Math.floor(random() * count)
  return { random, below, one: <T>(list: readonly T[]): T => list[below(list.length)]! }
}
type Sequence = ReturnType<typeof sequence>

const OPTIONS: Record<RingAlgorithm, RingOptions[]> = {
  'haproxy-consistent': [{}, { version: '3.0.2' }, { function: 'crc32' }],
  'haproxy-map': [{}, { function: 'djb2', avalanche: true }],
  'nginx-consistent': [{}],
  'nginx-hash': [{}],
  'envoy-ring-hash': [{}, { function: 'MURMUR_HASH_2' }, { minimumRingSize: 300 }],
  'envoy-maglev': [{ tableSize: 1009 }, { tableSize: 4099 }],
  'twemproxy-ketama': [{}, { hash: 'murmur', hashTag: '{}' }, { hash: 'crc32' }],
  'twemproxy-modula': [{}, { hash: 'crc32' }],
  'varnish-shard': [{}, { replicas: 20, input: 'digest' }],
  'varnish-hash': [{}],
  ketama: [{}, { client: 'hashring' }, { client: 'spymemcached' }, { client: 'uhashring' }, { client: 'predis' }],
  libmemcached: [{ weighted: true }, {}],
  modulo: [{ client: 'python-memcached' }],
  dalli: [{}],
  rendezvous: [{ client: 'envoy' }, { client: 'traefik' }],
  jump: [{ client: 'dskit' }],
  'redis-rb': [{}],
  predis: [{}],
  groupcache: [{}],
  'redis-cluster': [{}],
}

function ringOf(algorithm: RingAlgorithm, { below, one, random }: Sequence): RingSpec {
  const options = one(OPTIONS[algorithm])
  const points = algorithm === 'ketama' && !options.client
  const states = algorithm.startsWith('haproxy') ? (['drain', 'maint'] as const) : (['down'] as const)
  const nodes = Array.from({ length: 3 + below(4) }, (_, i): RingNode => {
    const value = points ? { points: 40 + below(160) } : { weight: algorithm.startsWith('haproxy') && random() < 0.1 ? 0 : 1 + below(20) }
    return { name: `10.0.${below(200)}.${i}:6379`, ...value, ...(random() < 0.12 ? { state: one(states) } : {}) }
  })
  return { algorithm, nodes, options }
}

const KEYS = Array.from({ length: 400 }, (_, i) => `product:${i * 7919}`)

function questionOf(algorithm: RingAlgorithm, seed: number): SolverQuestion {
  const made = sequence(seed * 1_000 + RING_ALGORITHMS.indexOf(algorithm))
  const spec = ringOf(algorithm, made)
  const kind = seed % 3
  const takes = (node: RingNode) => (node.state ?? 'up') === 'up' && (node.weight ?? 1) > 0
  const seen = Object.fromEntries(spec.nodes.map((node) => [node.name, takes(node) ? 0.5 + made.random() : 0]))
  return {
    spec,
    limit: made.one([1.05, 1.1]),
    // So long that the clock never decides: the answer is to be the same each time.
    budgetMs: 60_000,
    ...(kind === 1 ? { seen } : {}),
    ...(kind === 2 ? { keys: KEYS.map((key, i) => ({ key, weight: (1 + (i % 7)) / 1_597 })) } : {}),
    ...(made.random() < 0.3 ? { bounds: { min: 2, max: spec.algorithm === 'ketama' ? 180 : 24 } } : {}),
  }
}

const withValues = ({ spec }: SolverQuestion, answer: Extract<SolverAnswer, { is: 'solved' }>): RingSpec => ({
  ...spec,
  nodes: spec.nodes.map((node, i) => {
    const { before, after } = answer.nodes[i]!
    return before === after ? node : { ...node, [answer.setting]: after }
  }),
})

/** Loads and moved traffic by the what-if alone: what a node sees falls evenly on what it owns, or every key counts. */
function counted({ spec, seen, keys }: SolverQuestion, after: RingSpec): { loads: Record<string, number>; moved: number } {
  if (keys) {
    const [was, is] = [locate(spec), locate(after)]
    const loads = Object.fromEntries(spec.nodes.map(({ name }) => [name, 0]))
    let moved = 0
    for (const { key, weight } of keys) {
      const owner = is(key)
      if (owner !== null) loads[owner]! += weight
      if (owner !== was(key)) moved += weight
    }
    return { loads, moved }
  }
  const { before, movedBetween } = evaluate({ before: spec, after })
  const total = seen ? Object.values(seen).reduce((sum, share) => sum + share, 0) : 1
  const loads = Object.fromEntries(spec.nodes.map(({ name }) => [name, seen ? seen[name]! / total : before.shares[name]!]))
  const perShare = Object.fromEntries(spec.nodes.map(({ name }) => [name, loads[name]! / before.shares[name]!]))
  let moved = 0
  for (const { from, to, share } of movedBetween!) {
    if (from === null) continue
    const traffic = share * perShare[from]!
    loads[from]! -= traffic
    if (to !== null) loads[to]! += traffic
    moved += traffic
  }
  return { loads, moved }
}

function check(question: SolverQuestion, answer: SolverAnswer): void {
  if (answer.is === 'floor') {
    expect(answer.because.length).toBeGreaterThan(20)
    expect(answer.floor).toBeGreaterThanOrEqual(1)
    return
  }
  const { spec, bounds, limit } = question
  const { weightMin, weightMax } = algorithms[spec.algorithm]
  for (const [i, { name, before, after }] of answer.nodes.entries()) {
    const node = spec.nodes[i]!
    expect(name).toBe(node.name)
    expect(Number.isInteger(after)).toBe(true)
    if (before === after) continue
    expect(node.state ?? 'up').toBe('up')
    expect(before).toBeGreaterThan(0)
    expect(after).toBeGreaterThanOrEqual(Math.min(before, Math.max(1, weightMin, bounds?.min ?? 1)))
    expect(after).toBeLessThanOrEqual(Math.max(before, Math.min(weightMax, bounds?.max ?? weightMax)))
  }
  const { loads, moved } = counted(question, withValues(question, answer))
  for (const [name, load] of Object.entries(loads)) expect(answer.shares[name]).toBeCloseTo(load, 9)
  expect(answer.moved).toBeCloseTo(moved, 9)
  expect(answer.imbalance.after).toBeLessThanOrEqual(answer.imbalance.before + 1e-9)
  expect(answer.reached).toBe(answer.imbalance.after <= limit! + 1e-6)
  if (answer.reached) expect(answer.moved).toBeGreaterThanOrEqual(answer.leastMoved - 1e-9)
  else expect(answer.because).toBeTruthy()
  if (answer.imbalance.before <= limit!) expect(answer.moved).toBe(0)
}

const WEIGHTLESS: readonly RingAlgorithm[] = ['redis-cluster', 'jump', 'redis-rb', 'groupcache']

test.each(RING_ALGORITHMS.filter((id) => !WEIGHTLESS.includes(id)))(
  '%s: every answer is what the rings do, within its bounds, and never worse',
  (algorithm) => {
    let solved = 0
    for (let seed = 1; seed <= 6; seed++) {
      const question = questionOf(algorithm, seed)
      const answer = solveRing(question)
      check(question, answer)
      if (answer.is === 'solved') solved++
      if (seed <= 2) expect(solveRing(question)).toEqual(answer)
    }
    expect(solved).toBeGreaterThan(algorithm === 'haproxy-map' ? 0 : 3)
  },
  60_000,
)
