import { expect, it } from 'vitest'
import type { Finding } from '../../model/finding.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { getIncident, listIncidents } from './incidents.ts'

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
function runtimeWith(...findings: Finding[]): Runtime {
  const store = createStore({ path: ':memory:', now: () => 4_000 })
  for (const one of findings) store.findings.put(one)
  const engine = { topology: () => ({ targets: [], pools: [], rings: [], ttls: [] }), noRemedy: () => null }
  return { store, engine, detectors: [], now: () => 4_000 } as unknown as Runtime
}

it('a link to an incident opens for as long as its finding is remembered', () => {
  const runtime = runtimeWith(finding('a'), finding('b', { since: 1_500 }), finding('c', { severity: 'info', subject: { target: 'x' } }))
  expect(listIncidents(runtime).items.map(({ id }) => id)).toEqual(['a'])
  expect(getIncident(runtime, 'b').id).toBe('a')
  // It needs nobody any more, so it is in no list: whoever was sent there still reads what it was.
  expect(getIncident(runtime, 'c').findings.map(({ id }) => id)).toEqual(['c'])
  expect(() => getIncident(runtime, 'd')).toThrow(expect.objectContaining({ code: 'not_found' }))
})
