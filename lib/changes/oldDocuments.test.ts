import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ABLE } from '../../test/normal.ts'
import { createBus } from '../engine/bus.ts'
import type { Change } from '../model/change.ts'
import type { Proposal } from '../model/proposal.ts'
import { serverPart, settingText, weightOf } from '../model/setting.ts'
import { emptyTopology, type Pool } from '../model/topology.ts'
import { createStore } from '../store/store.ts'
import { createChanges } from './changes.ts'

const server = { name: '10.0.0.1:80', address: '10.0.0.1:80', id: 1, weightSet: 5, weightEffective: 5, state: 'up' as const }
const pool = (name: string): Pool => ({
  target: 'mesh',
  name,
  algorithm: 'ROUND_ROBIN',
  balances: 'weight',
  can: ABLE,
  weightMax: 256,
  servers: [server],
})
/** As older versions wrote it: the slash in the cluster's name is not escaped. */
const RAW = 'default/web/10.0.0.1:80/weight'

function open(path: string, weights: Map<string, string>) {
  const topology = { ...emptyTopology(), pools: [...weights.keys()].map(pool) }
  const clusterOf = (name: string) => serverPart(name, (cluster, host) => weights.has(cluster) && host === server.name)!.pool
  const store = createStore({ path, now: () => 1_000 })
  const changes = createChanges({
    store,
    actuators: [
      {
        kind: 'mesh',
        settings: [{ pattern: /\/weight$/, value: z.string(), reversal: 'exact', persistence: 'for good' }],
        get: async (_config, names) => Object.fromEntries(names.map((name) => [name, weights.get(clusterOf(name))!])),
        write: async (_config, edits) => {
          for (const { name, value } of edits) weights.set(clusterOf(name), value)
        },
        commands: () => [],
      },
    ],
    fleet: {
      targetConfig: (name) => (name === 'mesh' ? { kind: 'mesh', config: { name } } : null),
      window: (spanMs) => store.window(1_000 - spanMs, 1_000),
      topology: () => topology,
      pollNow: async () => {},
    },
    mode: () => 'tune',
    bus: createBus(() => {}),
    now: () => 1_000,
    log: { info() {}, warn() {}, error() {} },
  })
  return { store, changes }
}

it('a change that an older version stored opens, and is rolled back where it was made', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'evenkeel-old-')), 'evenkeel.db')
  const weights = new Map([['default', '5'], ['default/web', '8']]) // biome-ignore format: a table
  const before = open(path, weights)
  const steps = [{ setting: { target: 'mesh', name: RAW }, before: '5', after: '8' }]
  const words = {
    because: 'x',
    by: 'ann',
    at: 500,
    reversal: 'exact' as const,
    prediction: null,
    guards: [],
    measured: null,
    verdict: null,
  }
  before.store.changes.put({ id: 'c', state: 'watching', steps, ...words, watchFrom: 600, watchUntil: 60_000, journal: [] })
  before.store.close()

  const { store, changes } = open(path, weights)
  await changes.recover()
  expect(store.changes.get('c')).toMatchObject({ state: 'watching', steps })
  await changes.rollBack('c', 'ann')
  expect(store.changes.get('c')!.state).toBe('rolled_back')
  expect([...weights]).toEqual([['default', '5'], ['default/web', '5']]) // biome-ignore format: a table
  // A person who writes it so is understood, and told how it is written now.
  const own = { steps: [{ setting: { target: 'mesh', name: RAW }, after: '6' }], because: 'x' }
  const { steps: read } = await changes.create(own, 'ann', { dryRun: true })
  expect(read[0]!.setting).toEqual(settingText(weightOf({ target: 'mesh', pool: 'default/web', server: server.name })))
  store.close()
})

it.each([
  ['a slash', 'default/web', RAW],
  ['a colon', 'web:blue', 'web:blue/10.0.0.1:80/weight'],
])(
  'a setting that an older version marked as contested still is until a person has seen to it: %s in the name of its pool',
  (_, name, raw) => {
    const { store, changes } = open(':memory:', new Map([[name, '5']]))
    const setting = settingText(weightOf({ target: 'mesh', pool: name, server: server.name }))
    const proposal = { id: 'p', state: 'open', steps: [{ setting, before: '5', after: '8' }] } as Proposal
    const failed = { id: 'c', state: 'failed', steps: [{ setting: { target: 'mesh', name: raw }, before: '5', after: '7' }], journal: [] }
    store.changes.put(failed as unknown as Change)
    expect(changes.refusalOf(proposal)).toBeNull()
    store.memory.put(`contested:mesh:${raw}`, { change: 'c', at: 500 })
    expect(changes.refusalOf(proposal)).toMatchObject({ code: 'not_allowed' })
    changes.settle('c', 'ann')
    expect(changes.refusalOf(proposal)).toBeNull()
    store.close()
  },
)
