import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import type { Store } from '../lib/model/store.ts'
import { type SeededServer, startSeeded } from './seeded.ts'

const DAY = 86_400_000
const where = { target: 'edge', pool: 'app' }

/** A store of 28 days: each day a slow server, its proposal, and on most days a person who applied it; the newest step was the autopilot's, and regressed. */
function seed(store: Store, now: number): void {
  for (let day = 28; day >= 1; day--) {
    const at = now - day * DAY + 3_600_000
    const id = `d${day}`
    const prediction = {
      metric: 'pool_response_seconds',
      where,
      unit: 'seconds' as const,
      before: 0.12,
      after: 0.04,
      low: 0.03,
      high: 0.06,
      basis: '10 min',
    }
    const steps = [{ setting: { target: 'edge', name: `app/app${1 + (day % 4)}/weight` }, before: '100', after: '24' }]
    const finding: Finding = { id, rule: 'balancer/slow-server', severity: 'warning', state: 'resolved', subject: { ...where, server: 'app1' }, summary: 'app1 is slow', evidence: [], since: at - 30_000, firingAt: at - 20_000, resolvedAt: at + 900_000, seenAt: at } // biome-ignore format: one line
    const applied = day % 4 !== 0
    const proposal: Proposal = { id, finding: id, advisor: 'pool-weights', steps, because: 'app1 answers in 182 ms, the others in 24 ms.', prediction, guards: [], risk: 'low', riskBecause: 'A weight comes back exactly.', commands: ['set weight app/app1 24'], state: applied ? 'applied' : 'withdrawn', createdAt: at } // biome-ignore format: one line
    store.findings.put(finding)
    store.proposals.put(proposal)
    if (!applied) continue
    const own = day === 1
    const after = own ? 0.2 : day % 9 === 0 ? 0.08 : 0.045
    const change: Change = {
      id: `c${id}`,
      state: own ? 'rolled_back' : 'kept',
      steps,
      because: proposal.because,
      proposal: id,
      finding: id,
      by: own ? 'autopilot' : 'ann',
      at: at + 600_000,
      watchFrom: at + 600_500,
      watchUntil: at + 700_000,
      endedAt: at + 660_000,
      reversal: 'exact',
      prediction,
      guards: [],
      measured: { before: 0.12, after, low: 0.9 * after, high: 1.1 * after },
      verdict: own ? 'regressed' : 'improved',
      outcome: own ? 'Mean response: 120 ms before, 200 ms after; 40 ms was predicted.' : 'Mean response: 120 ms before, 45 ms after.',
      ...(own && { automatic: true, needsPerson: 'The autopilot made it, and it regressed: the licence of pool-weights is taken away until a person returns it.', autopilot: { rule: 'pool-weights', because: '20 changes of pool-weights were judged on this fleet, 90 % inside their band, and none of the newest 10 regressed.' } }), // biome-ignore format: one line
      journal: [{ at: at + 600_000, what: 'created', text: proposal.because, by: own ? 'autopilot' : 'ann' }],
    }
    store.changes.put(change)
  }
}

/** The built server on that store. No fleet: its balancer cannot be reached. */
export const startSeededAutopilot = (policies: string): Promise<SeededServer> =>
  startSeeded(seed, `targets:\n  - { kind: haproxy, name: edge, socket: "tcp://127.0.0.1:1", labels: { team: shop } }\n${policies}`)
