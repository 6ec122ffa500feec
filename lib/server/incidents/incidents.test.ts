import { expect, it } from 'vitest'
import { detectors } from '../../detectors/registry.ts'
import { createBus } from '../../engine/bus.ts'
import { readEdges } from '../../model/edges.ts'
import type { Finding } from '../../model/finding.ts'
import { emptyTopology, type Topology } from '../../model/topology.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { acknowledgeIncident, commentIncident, getIncident, listIncidents } from './incidents.ts'
import { incidentReport } from './report.ts'

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
  return {
    store,
    engine,
    config: { url: 'https://keel.example' },
    dispatch: { heldBack: () => null },
    bus: createBus(() => {}),
    detectors,
    now: () => 4_000,
  } as unknown as Runtime
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
const POOL = { target: 'edge', pool: 'app' }
const misses = (target: string, since = 1_000) => finding('misses', { rule: 'cache/hit-ratio-drop', subject: { target }, since })
const slow = (subject: Finding['subject'], since = 1_500) => finding('slow', { subject, since })

it('a cache and the pool before it are one incident, also through the application between them', async () => {
  expect(await ids(runtimeWith(misses('cache-a'), slow(POOL)))).toEqual(['misses slow'])
  expect(await ids(runtimeWith(misses('sessions'), slow(POOL)))).toEqual(['misses slow'])
  expect(await ids(runtimeWith(slow(POOL), misses('cache-b', 2_000)))).toEqual(['slow misses'])
})

it('two caches before one origin and behind one application are two incidents, and so are two pools of one balancer’s clients', async () => {
  const full = finding('full', { rule: 'cache/eviction-storm', subject: { target: 'sessions' }, since: 1_500 })
  expect(await ids(runtimeWith(misses('cache-a'), full))).toEqual(['full', 'misses'])
  expect(await ids(runtimeWith(misses('cache-a'), slow({ target: 'edge', pool: 'static' })))).toEqual(['slow', 'misses'])
})

it('names the first cause, draws the chain, and tells who was told', async () => {
  const cliff = finding('cliff', { rule: 'cache/mass-expiry', subject: { target: 'cache-b' }, since: 500, firingAt: 600 })
  const note = { ...slow(POOL, 3_000), severity: 'info' as const }
  const runtime = runtimeWith(cliff, misses('cache-b'), note)
  const told = { id: 'd', receiver: 'ops', channel: 'slack', at: 3_500, findings: ['misses'], status: 'firing', state: 'delivered', attempts: 1 } as const // biome-ignore format: one line
  runtime.store.deliveries.put({ ...told, findings: [...told.findings] })
  const incident = getIncident(runtime, 'misses')
  expect(incident).toMatchObject({
    id: 'cliff',
    title: 'cache-b: mass expiry, and 2 that follow',
    cause: { is: 'known', findings: ['cliff'], follow: 2, beside: 0 },
    chain: [
      { from: 'cliff', to: 'misses', afterMs: 500 },
      { from: 'misses', to: 'slow', afterMs: 2_000, why: expect.stringMatching(/2.s later, cache-b stands behind pool edge.app$/) },
    ],
  })
  expect(incident.timeline.at(-1)).toMatchObject({ what: 'told', text: 'ops by slack: a finding' })
  expect(incidentReport(runtime, 'cliff')).toContain('First cause: cache-b: mass expiry')
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

it('a deploy shortly before stands in the timeline, one of yesterday does not', () => {
  const at = 86_400_000
  const runtime = runtimeWith(finding('a', { since: at, firingAt: at, seenAt: at, state: 'resolved', resolvedAt: at + 60_000 }))
  const annotation = { tags: ['deploy'], by: 'ci', createdAt: 0, updatedAt: 0 }
  runtime.store.annotations.put({ ...annotation, id: '1', time: at - 120_000, text: 'shop 1.2' })
  runtime.store.annotations.put({ ...annotation, id: '2', time: 1_000, text: 'yesterday' })
  runtime.store.annotations.put({ ...annotation, id: '3', time: at + 1_000, timeEnd: at + 90_000, text: 'load' })
  expect(getIncident(runtime, 'a').timeline.map(({ what, text }) => `${what}: ${text}`)).toEqual([
    'annotation: ci: shop 1.2 (deploy)',
    'firing: a is slow',
    'annotation: ci: load (deploy)',
    'resolved: balancer/slow-server: edge/app/a',
    'annotation ends: load (deploy)',
  ])
  expect(incidentReport(runtime, 'a')).toContain('| annotation | ci: shop 1.2 (deploy) |')
})
