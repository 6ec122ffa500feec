import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import type { Finding } from '../model/finding.ts'
import { emptyTopology } from '../model/topology.ts'
import { stampedeCode } from './stampede-code.ts'
import { stampedeRemedies } from './stampedeRemedies.ts'

const left = (seen: Partial<Parameters<typeof stampedeRemedies>[0]> = {}) =>
  Object.fromEntries(stampedeRemedies({ fills: 100, duplicates: 0.8, connections: 3, ...seen }).map(({ id, fetches }) => [id, fetches]))

test('each value is fetched once with a lease, at most once a process with single flight, and never more than now', () => {
  expect(left()).toEqual({
    stale: { low: expect.closeTo(20, 6), high: expect.closeTo(20, 6) },
    lease: { low: expect.closeTo(20, 6), high: expect.closeTo(20, 6) },
    early: { low: expect.closeTo(20, 6), high: expect.closeTo(40, 6) },
    'single-flight': { low: expect.closeTo(20, 6), high: expect.closeTo(60, 6) },
    jitter: null,
  })
  expect(left({ connections: 50 })['single-flight']!.high).toBe(100)
  expect(left({ connections: null })['single-flight']).toBeNull()
})

const finding = { subject: { target: 'a' }, evidence: [{ unit: 'ratio', value: 0.75 }] } as unknown as Finding

test('the finding says so at the measured rates, before and after', () => {
  const window = load(1_000, { 'cache_fills_total{target=a}': '0+40x30', 'cache_connections{target=a}': '2x30' })
  const { none } = stampedeCode.propose(finding, window, emptyTopology()) as { none: string }
  expect(none).toMatch(/40\S* are fetched now, 75\S*\s% of them again/)
  expect(none).toMatch(/^A lease: .* \(about 10\S* still fetched\): /m)
  expect(none).toMatch(/^One fetch for each process .* \(10 to 20\/s still fetched\): /m)
  expect(stampedeCode.propose(finding, load(1_000, {}), emptyTopology())).toBeNull()
})
