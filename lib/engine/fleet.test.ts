import { expect, it } from 'vitest'
import { z } from 'zod'
import type { AnyProduct } from '../model/product.ts'
import { createStore } from '../store/store.ts'
import { createBus } from './bus.ts'
import { createFleet } from './fleet.ts'

it('a poll makes anew what its own target brings to the topology, and nothing of the others', async () => {
  let version = 1
  const product: AnyProduct = {
    kind: 'made',
    title: 'Made',
    config: z.any(),
    open: () => null,
    close: async () => {},
    address: () => 'nowhere',
    probes: [
      {
        id: 'info',
        feature: 'INFO',
        everyMs: 1_000,
        cost: 'none',
        vital: true,
        read: async () => version,
        parse: (raw) => ({ samples: [], records: [], topology: { facts: { version: String(raw) } } }),
      },
    ],
  }
  const store = createStore({ path: ':memory:' })
  const fleet = createFleet({
    targets: ['a', 'b', 'c'].map((name) => ({ config: { kind: 'made', name }, product })),
    edges: [],
    poll: { everyMs: 1_000, timeoutMs: 900 },
    store,
    bus: createBus(() => {}),
    log: { info() {}, warn() {}, error() {} },
  })
  for (const name of ['a', 'b', 'c']) await fleet.pollNow(name)
  const before = fleet.topology()
  expect(fleet.topology()).toBe(before)
  version = 2
  await fleet.pollNow('b')
  const after = fleet.topology()
  expect(after.targets.map((facts) => [facts.name, facts.version, facts.state])).toEqual([
    ['a', '1', 'up'],
    ['b', '2', 'up'],
    ['c', '1', 'up'],
  ])
  expect(after.targets[0]).toBe(before.targets[0])
  expect(after.targets[2]).toBe(before.targets[2])
  await fleet.stop()
  store.close()
})
