import { expect, test } from 'vitest'
import type { PoolView } from '../model/answers/pool.ts'
import type { RingView } from '../model/answers/ring.ts'
import type { TargetView } from '../model/answers/target.ts'
import { RING_ALGORITHMS, type RingSpec } from '../model/ring.ts'
import { optionSchemas } from '../rings/optionSchemas.ts'
import { solveRing } from '../rings/solver.ts'
import { parseSpec } from '../rings/spec.ts'
import { ALGORITHM_GROUPS, algorithmName } from './algorithmNames.ts'
import { answer } from './answer.ts'
import { type CompareQuestion, isHeavy } from './compute.ts'
import { EXAMPLE, withAlgorithm, withNode } from './edit.ts'
import { FIELDS, FIRST_OPTIONS, OPTIONS, optionsOf } from './fields.ts'
import { keysOf } from './keys.ts'
import { problemOf } from './problem.ts'
import { readSlots, slotsText } from './slots.ts'
import { solvable, solved } from './solve.ts'
import { type LabSource, partsOf, sourceOfDescription, sourceOfPool, sourceOfRing } from './source.ts'
import { stepsOf } from './steps.ts'

const ketama: RingSpec = {
  algorithm: 'ketama',
  nodes: [40, 160, 160].map((points, i) => ({ name: `n${i}`, address: `10.0.0.${i}:1`, points })),
}
const products: LabSource = {
  id: 'ring:products',
  title: 'products',
  spec: ketama,
  unit: 'reads',
  seen: { n0: 0.1, n1: 0.45, n2: 0.45 },
  hot: [],
  popular: [],
  squares: null,
  perSecond: 1_000,
  hitRatio: 0.9,
  items: 5_000,
  setBy: { is: 'ring', name: 'products', written: true, follow: { tone: 'ok', word: '4 of 4 follow' } },
}
const haproxy: RingSpec = {
  algorithm: 'haproxy-consistent',
  nodes: ['a', 'b', 'c'].map((name, i) => ({ name, id: i + 1, weight: 10, state: 'up' })),
}
const pool: LabSource = {
  ...products,
  id: 'pool:edge/static',
  spec: haproxy,
  setBy: { is: 'pool', target: 'edge', name: 'static', states: true, weights: true, weightMax: 256 },
}
const compare = (source: LabSource, after: RingSpec, keys: string[] = []) => {
  const found = answer({ is: 'compare', before: source.spec, after, traffic: { seen: source.seen, hot: source.hot }, keys })
  if (found.is !== 'compare') throw new Error(found.is)
  return found.answer
}
/** A clock that each look moves on by as much: how busy the machine is decides nothing. */
const ticking = () => {
  let ms = 0
  return () => (ms += 0.05)
}
const solve = (source: LabSource, after = source.spec) => {
  const found = solveRing({ ...solvable(source, after, compare(source, after)), budgetMs: 20, now: ticking() })
  if (found.is !== 'solved') throw new Error(found.because)
  return found
}

test('what the solver finds becomes points of a change, and as few as it moved', () => {
  const found = solve(products)
  const after = solved(products.spec, found)
  const made = stepsOf(products, after)
  if ('because' in made) throw new Error(made.because)
  const changed = found.nodes.filter(({ before, after }) => before !== after)
  expect(made.steps).toEqual(
    changed.map(({ name, before, after }) => ({
      setting: { target: 'ring:products', name: `products/${name}/points` },
      before: String(before),
      after: String(after),
    })),
  )
  const compared = compare(products, after)
  expect(compared.imbalanceAfter).toBeLessThan(1.06)
  expect(compared.movedReads).toBeCloseTo(found.moved, 2)
})

test('every algorithm is solved from the lab, or says why not; what is solved is a ring that can be, with as much moved as was said', () => {
  for (const algorithm of RING_ALGORITHMS) {
    const spec = withAlgorithm(
      { ...EXAMPLE, nodes: EXAMPLE.nodes.map(({ points: _, ...node }, i) => ({ ...node, weight: 6 + 7 * i })) },
      algorithm,
    )
    const source = { ...sourceOfDescription(spec, {}), spec }
    const answer = solveRing({ ...solvable(source, spec, compare(source, spec)), budgetMs: 200, now: ticking() })
    if (answer.is === 'floor') {
      expect(answer.because).toMatch(/\w{3}/)
      continue
    }
    const after = solved(spec, answer)
    expect(problemOf(after)).toBeNull()
    expect(compare(source, after).imbalanceAfter).toBeCloseTo(answer.imbalance.after, 6)
    expect(compare(source, after).moved).toBeCloseTo(answer.moved, 6)
  }
})

test('weights and states of a hashing pool become its settings', () => {
  const after: RingSpec = {
    ...haproxy,
    nodes: [haproxy.nodes[0]!, { ...haproxy.nodes[1]!, weight: 7 }, { ...haproxy.nodes[2]!, state: 'drain' }],
  }
  expect(stepsOf(pool, after)).toEqual({
    steps: [
      { setting: { target: 'edge', name: 'static/b/weight' }, before: expect.any(String), after: '7' },
      { setting: { target: 'edge', name: 'static/c/state' }, before: 'ready', after: 'drain' },
    ],
  })
})

test('the order in which options are written changes nothing', () => {
  const first: RingSpec = { ...haproxy, options: { version: '2.6.12', function: 'crc32' } }
  const then: RingSpec = { ...haproxy, options: { function: 'crc32', version: '2.6.12' } }
  expect(stepsOf({ ...pool, spec: first }, then)).toEqual({ because: 'Nothing is changed yet.' })
})

test('what no setting can do is refused with the reason', () => {
  const because = (source: LabSource, after: RingSpec) => {
    const made = stepsOf(source, after)
    return 'because' in made ? made.because : JSON.stringify(made.steps)
  }
  const [a, b, c] = haproxy.nodes as [RingSpec['nodes'][0], RingSpec['nodes'][0], RingSpec['nodes'][0]]
  expect(because(products, ketama)).toContain('Nothing')
  expect(because(products, withNode(ketama))).toContain('Nodes come, go')
  expect(because(products, { ...ketama, nodes: [{ ...ketama.nodes[0]!, state: 'down' }, ...ketama.nodes.slice(1)] })).toContain('no states')
  expect(because(products, withAlgorithm(ketama, 'envoy-maglev'))).toContain('Another algorithm')
  expect(
    because({ ...products, setBy: { is: 'ring', name: 'x', written: false, follow: { tone: 'info', word: 'nobody reports' } } }, ketama),
  ).toContain('no control document')
  expect(because(sourceOfDescription(ketama, {}), ketama)).toContain('described')
  expect(because(pool, { ...haproxy, nodes: [a, b, { ...c, name: 'd' }] })).toContain('Nodes come, go')
  expect(because(pool, { ...haproxy, nodes: [a, b, { ...c, id: 9 }] })).toContain('hashed by')
  expect(because(pool, { ...haproxy, nodes: [a, b, { ...c, state: 'down' }] })).toContain('not set down')
  expect(because(pool, { ...haproxy, nodes: [a, b, c].map((node) => ({ ...node, weight: 0 })) })).toContain('No server would be left')
  const stateless = { ...pool, setBy: { ...pool.setBy!, states: { because: 'it ejects one by itself' } } } as LabSource
  expect(because(stateless, { ...haproxy, nodes: [a, b, { ...c, state: 'drain' }] })).toContain('it ejects one by itself')
  const still = { ...pool, setBy: { ...pool.setBy!, weights: { because: 'map-based takes no weights live' } } } as LabSource
  expect(because(still, { ...haproxy, nodes: [a, b, { ...c, weight: 3 }] })).toContain('map-based')
})

test('with a node added, it is the edited ring that is evened', () => {
  const more = withNode(ketama)
  expect(solvable(products, more, compare(products, more))).toMatchObject({ spec: more, seen: { n3: expect.any(Number) } })
  expect(
    solvable(products, { ...ketama, nodes: ketama.nodes.map((node) => ({ ...node, points: 9 })) }, compare(products, ketama)).spec,
  ).toBe(ketama)
})

test('every algorithm takes the nodes of every other, and keeps their names', () => {
  for (const from of RING_ALGORITHMS)
    for (const to of RING_ALGORITHMS) {
      const spec = withAlgorithm(
        withAlgorithm({ ...EXAMPLE, nodes: EXAMPLE.nodes.map((node, i) => ({ ...node, points: 80 * (i + 1) })) }, from),
        to,
      )
      expect(problemOf(spec)).toBeNull()
      expect(spec.nodes.map(({ name }) => name)).toEqual(['cache-a', 'cache-b', 'cache-c'])
    }
  expect(withAlgorithm(ketama, 'nginx-consistent').nodes.map(({ weight }) => weight)).toEqual([1, 4, 4])
  expect(withAlgorithm(ketama, 'redis-cluster').nodes.at(-1)!.slots).toEqual([[9_102, 16_383]])
})

test('every algorithm is in one group of the select, with a name of its own', () => {
  const listed = ALGORITHM_GROUPS.flatMap(({ options }) => options)
  expect(listed.map(({ value }) => value).sort()).toEqual([...RING_ALGORITHMS].sort())
  expect(new Set(RING_ALGORITHMS.map(algorithmName)).size).toBe(RING_ALGORITHMS.length)
})

test('the options and fields that can be edited are those that the algorithm takes', () => {
  for (const id of RING_ALGORITHMS)
    for (const option of OPTIONS[id]) {
      const value = {
        choice: option.kind === 'choice' ? option.choices[0] : '',
        flag: true,
        number: 1_031,
        text: option.name === 'version' ? '3.0.1' : '{}',
      }[option.kind]
      const options = { ...FIRST_OPTIONS[id], ...option.within, [option.name]: value }
      expect(optionSchemas[id].safeParse(options).error, `${id} ${option.name}`).toBeUndefined()
      expect(optionsOf({ algorithm: id, nodes: [], options }).some(({ name }) => name === option.name)).toBe(true)
      expect(FIELDS[id].length).toBeGreaterThan(0)
    }
})

test('a ring that cannot be names the field', () => {
  const nodes = [{ name: 'a' }, { name: 'a' }]
  expect(problemOf({ algorithm: 'ketama', nodes })).toMatchObject({ node: 1, field: 'name', because: expect.stringContaining('twice') })
  expect(problemOf({ algorithm: 'haproxy-map', nodes: [{ name: 'a', weight: 300 }] })).toMatchObject({ node: 0, field: 'weight' })
  expect(problemOf({ algorithm: 'ketama', nodes: [] })).toMatchObject({ node: null, because: 'expected at least one node' })
  expect(problemOf({ algorithm: 'envoy-maglev', nodes: [{ name: 'a' }], options: { tableSize: 10 } })).toMatchObject({
    node: null,
    field: 'tableSize',
  })
  expect(problemOf({ algorithm: 'ketama', nodes: [{ name: '' }] })).toMatchObject({ node: 0, field: 'name' })
  expect(problemOf({ algorithm: 'ketama', nodes: [{ name: 'a', points: 9e9 }] })).toMatchObject({
    node: null,
    because: expect.stringContaining('at most'),
  })
  expect(problemOf({ algorithm: 'redis-cluster', nodes: [{ name: 'a', slots: [[0, 99_999]] }] })).toMatchObject({ node: 0, field: 'slots' })
  expect(problemOf(ketama)).toBeNull()
})

test('keys are found on either side, and what is no key says why', () => {
  const source = withAlgorithm(ketama, 'haproxy-consistent')
  const found = compare({ ...products, spec: source }, { ...source, options: { input: 'source' } }, ['10.1.2.3', 'x']).found
  expect(found[0]).toMatchObject({ before: expect.stringMatching(/^n/), after: expect.stringMatching(/^n/) })
  expect(found[1]).toMatchObject({ after: { because: expect.stringContaining('IPv4') } })
  expect(keysOf('a\r\n\n b \na\n')).toEqual(['a', ' b '])
  expect(keysOf(Array.from({ length: 300 }, (_, i) => i).join('\n'))).toHaveLength(200)
})

test('one node, and none that takes keys, are rings too', () => {
  const one: RingSpec = { algorithm: 'ketama', nodes: [{ name: 'a', points: 160 }] }
  expect(compare({ ...products, spec: one, seen: null }, one, ['k'])).toMatchObject({
    imbalanceAfter: 1,
    moved: 0,
    found: [{ after: 'a' }],
  })
  const out: RingSpec = { algorithm: 'ketama', nodes: [{ name: 'a', points: 160, state: 'down' }] }
  expect(compare({ ...products, spec: one, seen: null }, out, ['k'])).toMatchObject({ moved: 1, found: [{ before: 'a', after: null }] })
  expect(solveRing({ spec: one })).toMatchObject({ is: 'floor' })
})

test('small rings are computed where the page is drawn, large ones are not', () => {
  const question = (count: number): CompareQuestion => {
    const spec = { ...ketama, nodes: Array.from({ length: count }, (_, i) => ({ name: `n${i}`, points: 160 })) }
    return { is: 'compare', before: spec, after: spec, traffic: { seen: null }, keys: [] }
  }
  expect(isHeavy(question(20))).toBe(false)
  expect(isHeavy(question(300))).toBe(true)
})

test('nodes are named on', () => {
  const next = (name: string, address?: string) =>
    withNode({ algorithm: 'ketama', nodes: [{ name, ...(address && { address }) }] }).nodes[1]
  expect(next('cache-a')).toEqual({ name: 'cache-b' })
  expect(next('node09', '10.0.0.1:6379')).toEqual({ name: 'node10', address: '10.0.0.2:6379' })
  expect(next('z')).toEqual({ name: 'z2' })
  expect(withNode({ algorithm: 'ketama', nodes: [] }).nodes).toEqual([{ name: 'node1' }])
})

test('slots are written as ranges', () => {
  expect(readSlots('0-5460, 5462')).toEqual([
    [0, 5460],
    [5462, 5462],
  ])
  expect(
    slotsText([
      [0, 5460],
      [5462, 5462],
    ]),
  ).toBe('0-5460 5462')
  expect(readSlots('0-')).toBeNull()
})

test('known rings bring what is seen of them', () => {
  const target = (name: string, address: string, items: number | null) =>
    ({
      name,
      address,
      role: 'cache',
      kind: 'redis',
      figures: { items: items === null ? { because: '?' } : { value: items }, readsPerSecond: { value: 100 }, hitRatio: { value: 0.8 } },
    }) as unknown as TargetView
  const targets = [
    target('x', '10.0.0.1:1', 10),
    target('y', '10.0.0.2:1', 20),
    { name: 'edge', kind: 'haproxy', address: '' } as TargetView,
  ]
  const ring = {
    name: 'products',
    spec: ketama,
    control: { target: 'x', key: 'k' },
    readsPerSecond: 5,
    hitRatio: 0.5,
    followers: [],
    nodes: [
      { name: 'n0', target: 'x', shareSeen: 0.5 },
      { name: 'n1', target: 'y', shareSeen: 0.5 },
    ],
  } as unknown as RingView
  const hot = { target: 'x', key: 'viral', share: 0.4, hot: true, method: 'monitor' }
  expect(
    sourceOfRing(ring, [hot, { ...hot, hot: false }, { ...hot, target: 'z' }, { ...hot, method: 'lfu' }] as never, targets),
  ).toMatchObject({
    id: 'ring:products',
    hot: [{ key: 'viral', weight: 0.2 }],
    popular: ['viral', 'viral'],
    // One that is not hot has 0.2 ² of the squares; nothing that is in no list is read more, and 0.6 are left for those.
    squares: expect.closeTo(0.04 + 0.6 * 0.2),
    items: 30,
    seen: { n0: 0.5, n1: 0.5 },
  })
  expect(sourceOfRing(ring, [], [target('x', '', null), targets[1]!]).items).toBeNull()
  const server = (name: string, address: string) => ({ name, address, weightSet: 10, weightEffective: 5, state: 'up', shareSeen: 0.5 })
  const view = {
    target: 'edge',
    name: 'static',
    ring: haproxy,
    liveWeights: true,
    can: { weight: true, state: true, slowStart: { because: 'each stage would be another reload' } },
    weightMax: 256,
    requestsPerSecond: 9,
    servers: [server('a', '10.0.0.1:1'), server('b', '10.0.0.2:1')],
  } as unknown as PoolView
  expect(sourceOfPool(view, targets)).toMatchObject({
    id: 'pool:edge/static',
    hitRatio: 0.8,
    items: 30,
    spec: { nodes: [{ weight: 5 }, { weight: 5 }, { weight: 10 }] },
    setBy: { states: true, weights: true },
  })
  expect(sourceOfPool({ ...view, ring: undefined } as PoolView, targets)).toBeNull()
  expect(sourceOfPool(view, [])).toMatchObject({ hitRatio: null, items: null })
  expect(partsOf('pool:edge/a/b')).toEqual({ target: 'edge', pool: 'a/b' })
  expect(partsOf('ring:x')).toEqual({ ring: 'x' })
  expect(partsOf('nonsense')).toBeNull()
})

test('three hundred nodes are compared, solved and written without a hitch', () => {
  const spec = parseSpec({
    algorithm: 'ketama',
    nodes: Array.from({ length: 300 }, (_, i) => ({ name: `cache-${i}`, points: 100 + (i % 60) })),
  })
  const compared = compare({ ...products, spec, seen: null }, { ...spec, nodes: spec.nodes.slice(1) })
  expect(compared.moved).toBeGreaterThan(0)
  expect(compared.arcs.after.length).toBeLessThanOrEqual(1_440)
})
