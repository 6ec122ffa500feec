import { expect, it } from 'vitest'
import { createBus } from '../../engine/bus.ts'
import { readEdges } from '../../model/edges.ts'
import type { Finding } from '../../model/finding.ts'
import { emptyTopology, type Topology } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { acknowledgeIncident, commentIncident, getIncident, listIncidents } from './incidents.ts'

const finding = (id: string, fields: Partial<Finding> = {}): Finding => ({
  id,
  rule: 'balancer/slow-server',
  severity: 'warning',
  state: 'firing',
  subject: { target: 'edge', pool: 'app', server: id },
  summary: `${id} is slow`,
  evidence: [],
  since: 1_000,
  firingAt: 2_000,
  seenAt: 3_000,
  ...fields,
})
const topology: Topology = {
  ...emptyTopology(),
  rings: [{ name: 'products', nodes: [{ name: 'a', target: 'cache-a' }, { name: 'b', target: 'cache-b' }] }] as unknown as Topology['rings'], // biome-ignore format: one line
  edges: readEdges([
    { from: 'clients', to: 'pool:edge/app' },
    { from: 'clients', to: 'pool:edge/static' },
    { from: 'pool:edge/app', to: 'application:shop' },
    { from: 'application:shop', to: 'ring:products' },
    { from: 'application:shop', to: 'cache:sessions' },
    { from: 'ring:products', to: 'origin:db' },
    { from: 'cache:sessions', to: 'origin:db' },
  ]),
}
function runtimeWith(...findings: Finding[]): Runtime {
  const store = createStore({ path: ':memory:', now: () => 4_000 })
  for (const one of findings) store.findings.put(one)
  const engine = { topology: () => topology, noRemedy: () => null }
  return { store, engine, bus: createBus(() => {}), detectors: [], now: () => 4_000 } as unknown as Runtime
}

it('a link to an incident opens for as long as its finding is remembered', async () => {
  const runtime = runtimeWith(finding('a'), finding('b', { since: 1_500 }), finding('c', { severity: 'info', subject: { target: 'x' } }))
  expect((await listIncidents(runtime)).items.map(({ id }) => id)).toEqual(['a'])
  expect(getIncident(runtime, 'b').id).toBe('a')
  // It needs nobody any more, so it is in no list: whoever was sent there still reads what it was.
  expect(getIncident(runtime, 'c').findings.map(({ id }) => id)).toEqual(['c'])
  expect(() => getIncident(runtime, 'd')).toThrow(expect.objectContaining({ code: 'not_found' }))
})

const ids = async (runtime: Runtime) => (await listIncidents(runtime)).items.map(({ findings }) => findings.map(({ id }) => id).join(' '))

it('a cache and the pool before it are one incident, also through the application between them', async () => {
  const pool = finding('slow', { subject: { target: 'edge', pool: 'app' }, since: 1_500 })
  expect(await ids(runtimeWith(finding('misses', { subject: { target: 'cache-a' } }), pool))).toEqual(['misses slow'])
  expect(await ids(runtimeWith(finding('uneven', { subject: { ring: 'products' } }), pool))).toEqual(['uneven slow'])
  expect(await ids(runtimeWith(pool, finding('misses', { subject: { target: 'cache-b' }, since: 2_000 })))).toEqual(['slow misses'])
  expect(await ids(runtimeWith(pool, finding('down', { subject: { target: 'edge' }, since: 2_000 })))).toEqual(['slow down'])
})

it('two caches before one origin and behind one application are two incidents, and so are two pools of one balancer’s clients', async () => {
  const cache = finding('misses', { subject: { target: 'cache-a' } })
  expect(await ids(runtimeWith(cache, finding('full', { subject: { target: 'sessions' }, since: 1_500 })))).toEqual(['full', 'misses'])
  expect(await ids(runtimeWith(cache, finding('slow', { subject: { target: 'edge', pool: 'static' }, since: 1_500 })))).toEqual([
    'slow',
    'misses',
  ])
})

it('an incident is acknowledged and commented by one call; who, when and what stand in its timeline', () => {
  const since = { subject: { target: 'edge' } }
  const over = finding('c', { ...since, state: 'resolved', resolvedAt: 3_500 })
  const runtime = runtimeWith(finding('a', since), finding('b', { ...since, acknowledged: { by: 'bob', at: 2_500 } }), over)
  const acknowledged = acknowledgeIncident(runtime, 'b', 'ann')
  expect(acknowledged.findings.map(({ id, acknowledged }) => [id, acknowledged?.by]).sort()).toEqual([
    ['a', 'ann'],
    ['b', 'bob'],
    ['c', undefined],
  ])
  const commented = commentIncident(runtime, 'b', 'the disk is full', 'ann')
  expect(runtime.store.findings.get(commented.id)!.comments).toEqual([{ by: 'ann', at: 4_000, text: 'the disk is full' }])
  expect(commented.timeline.filter(({ what }) => what === 'comment')).toMatchObject([{ text: 'ann: the disk is full' }])
  expect(() => commentIncident(runtime, 'nothing', 'x', 'ann')).toThrow(expect.objectContaining({ code: 'not_found' }))
})
