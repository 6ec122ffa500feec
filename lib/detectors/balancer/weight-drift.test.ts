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
    summary: 'app1 runs at weight 15, the file says 100: a reload would bring it back',
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
  const none = () => (weightFile.propose({ subject } as unknown as Finding, load(1000, {}), topology) as { none: string }).none
  expect(none()).toContain('weight 15')
  const now = '  server app1 10.0.0.1:80 weight 100 # big'
  const wanted = '  server app1 10.0.0.1:80 weight 15 # big'
  pool.servers[0]!.fileLine = { where: '/etc/haproxy/haproxy.cfg:41', now, wanted, notes: [] }
  pool.reload = { keeps: true, text: 'A reload keeps what was saved.', command: 'echo "show servers state" > /var/lib/state' }
  expect(none().split('\n')).toEqual([
    'To keep it, write at /etc/haproxy/haproxy.cfg:41:',
    wanted,
    'in place of',
    now,
    'A reload keeps what was saved.',
    'echo "show servers state" > /var/lib/state',
  ])
})
test('a server that is out against the file is a note; what a saved state brings back is said so', () => {
  const fileLine = { where: 'haproxy.cfg:4', now: 'server app1 …', notes: [] }
  expect(said('100x80', { weightSet: 100, weightFile: 100, state: 'maint', fileLine })).toMatchObject({
    is: 'found',
    severity: 'info',
    summary: 'app1 of app is in maint, the file has it in service: a reload would bring it back',
  })
  expect(said('100x80', { weightSet: 100, weightFile: 100, fileLine })).toMatchObject({
    summary: 'app1 of app is in service, the file starts it in maintenance: a reload would bring it back',
  })
})
