import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Evidence, Finding } from '../model/finding.ts'
import type { Role } from '../model/topology.ts'
import { emptyTopology } from '../model/topology.ts'
import { cacheMemory } from './cache-memory.ts'

const MIB = 1_048_576
const FULL = { metric: 'cache_memory_used_bytes', value: 600, low: 400, high: 1_000, unit: 'seconds', from: 0, to: 420_000 } as Evidence
const left = (bytes: number) => ({ metric: 'cache_memory_used_bytes', value: bytes, unit: 'bytes', from: 0, to: 420_000 }) as Evidence

function propose(evidence: Evidence[], { most = 1_000 * MIB, machine = 8_192 * MIB, role = 'store' as Role, settable = true } = {}) {
  const finding = { id: 'f', rule: 'cache/time-to-full', subject: { target: 'a' }, summary: 's', evidence } as unknown as Finding
  const lines = { 'cache_memory_max_bytes{target=a}': `${most}x5`, 'redis_total_system_memory_bytes{target=a}': `${machine}x5` }
  const can = settable ? { can: { memory: { setting: 'config/maxmemory' } } } : {}
  return cacheMemory.propose(finding, load(1_000, lines), {
    ...emptyTopology(),
    targets: [{ name: 'a', kind: 'redis', role, state: 'up', capabilities: [], ...can }],
  } as never)
}

test('a larger limit says how long it lasts at the growth that was found, with its interval, and promises no effect', () => {
  const draft = propose([FULL, left(50 * MIB)])
  // 300 MiB left instead of 50: six times as long.
  expect(draft).toMatchObject({
    steps: [{ before: String(1_000 * MIB), after: String(1_250 * MIB) }],
    because: expect.stringMatching(
      /^At the growth of the last 7\smin a limit of 1\.22\sGiB is reached in 1\sh \(40\smin to 1\sh 40\smin\) instead of 10\smin\. That is time to find what grows, and no end of it\.$/,
    ),
    predict: { absentBecause: expect.stringMatching(/whether the growth goes on is a forecast/) },
    risk: 'medium',
  })
  // Where much is left, time is doubled at least.
  expect(propose([FULL, left(400 * MIB)])).toMatchObject({ steps: [{ after: String(1_400 * MIB) }] })
  expect(propose([FULL, left(50 * MIB)], { role: 'cache' })).toMatchObject({ because: expect.stringMatching(/it evicts nothing/) })
})

test('without growth, without room in the machine, or of connections there is none, with the reason', () => {
  expect(propose([{ ...FULL, value: 0 }, left(0)])).toMatchObject({ none: expect.stringMatching(/at its limit/) })
  expect(propose([FULL, left(50 * MIB)], { machine: 1_500 * MIB })).toMatchObject({ none: expect.stringMatching(/taken from the system/) })
  const connections = [{ ...FULL, metric: 'cache_connections' }, { ...left(50), unit: 'count' } as Evidence]
  expect(propose(connections)).toMatchObject({ none: expect.stringMatching(/connections run out, not its memory/) })
  expect(propose([FULL, left(50 * MIB)], { most: 0 })).toMatchObject({ none: expect.stringMatching(/no memory limit of its own/) })
  expect(propose([FULL, left(50 * MIB)], { settable: false })).toMatchObject({ none: expect.stringMatching(/cannot be given memory/) })
})
