import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { weightFile } from '../../advisors/weight-file.ts'
import type { Finding } from '../../model/finding.ts'
import type { PoolServer } from '../../model/topology.ts'
import { weightDrift } from './weight-drift.ts'

function said(line: string, server: Partial<PoolServer>, stepMs = 10_000) {
  const pool = poolOf('edge', 'app', [100])
  pool.servers[0] = { ...pool.servers[0]!, ...server }
  const window = load(stepMs, { 'pool_weight_set{target=edge,pool=app,server=app1}': line })
  return judge(weightDrift, window, { pools: [pool] })[0]!
}

test('a weight just changed is a note; one that has stood for ten minutes is a warning', () => {
  expect(said('100x5 15x6', { weightSet: 15, weightFile: 100 })).toMatchObject({
    is: 'found',
    severity: 'info',
    summary: 'app1 runs at weight 15, the file says 100: a reload would bring 100 back',
    evidence: [{ value: 15, baseline: 100 }],
  })
  expect(said('100x5 15x70', { weightSet: 15, weightFile: 100 })).toMatchObject({ is: 'found', severity: 'warning' })
})
test('a small difference, or one with a gap in sight, stays a note', () => {
  expect(said('80x80', { weightSet: 80, weightFile: 100 })).toMatchObject({ is: 'found', severity: 'info' })
  expect(said('15x40 _x10 15x30', { weightSet: 15, weightFile: 100 })).toMatchObject({ is: 'found', severity: 'info' })
})
test('as in the file, moved by a controller, or without a file', () => {
  expect(said('100x20', { weightSet: 100, weightFile: 100 })).toMatchObject({ is: 'clear' })
  expect(said('15x80', { weightSet: 15, weightFile: 100, otherWriter: 'an agent check' })).toMatchObject({ is: 'clear' })
  expect(said('15x80', { weightSet: 15 })).toMatchObject({ is: 'unjudged' })
})
test('what mends it is a line of the file, to copy', () => {
  const pool = poolOf('edge', 'app', [15])
  pool.servers[0]!.weightFile = 100
  const subject = { target: 'edge', pool: 'app', server: 'app1' }
  const topology = {
    targets: [{ name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] }],
    pools: [pool],
    rings: [],
    ttls: [],
    edges: [],
  }
  expect(weightFile.propose({ subject } as unknown as Finding, load(1000, {}), topology)).toMatchObject({
    none: expect.stringContaining('backend app: server app1 … weight 15'),
  })
})
