import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Proposal } from '../lib/model/proposal.ts'
import type { Store } from '../lib/model/store.ts'
import { freePort } from '../test/daemon.ts'
import { HAPROXY_DEFAULTS } from '../test/haproxyCfg.ts'
import { ask, startHaproxy } from '../test/servers.ts'
import { type SeededServer, startSeeded } from './seeded.ts'

const BALANCERS = ['lb1', 'lb2', 'lb3']
const where = { target: 'lb2', pool: 'app' }

/**
 * Two firing findings about lb2, each with its open proposal: one of low risk, one of high risk. No advisor takes their place, because the pool seems
 * to have been written a moment ago.
 */
function seed(store: Store, now: number): void {
  const prediction = { metric: 'pool_response_seconds', where, unit: 'seconds' as const, before: 0.12, after: 0.04, low: 0.03, high: 0.06, basis: 'ten minutes before' } // biome-ignore format: one line
  for (const [server, risk, riskBecause] of [
    ['app1', 'low', 'A weight comes back exactly.'],
    ['app2', 'high', 'The others are near their limit already.'],
  ] as const) {
    const because = `${server} answers in 182 ms, the others in 24 ms.`
    const steps: Proposal['steps'] = [{ setting: { target: 'lb2', name: `app/${server}/weight` }, before: '100', after: '24' }]
    const finding: Finding = { id: `f-${server}`, rule: 'balancer/slow-server', severity: 'warning', state: 'firing', subject: { ...where, server }, summary: `${server} is slow`, evidence: [], since: now - 60_000, firingAt: now - 50_000, seenAt: now } // biome-ignore format: one line
    const proposal: Proposal = { id: `p-${server}`, finding: finding.id, advisor: 'pool-weights', steps, because, prediction, guards: [], risk, riskBecause, commands: [`set weight app/${server} 24`], state: 'open', createdAt: now } // biome-ignore format: one line
    store.findings.put(finding)
    store.proposals.put(proposal)
  }
  const steps = [{ setting: { target: 'lb2', name: 'app/app3/weight' }, before: '90', after: '100' }]
  const written: Change = { id: 'earlier', state: 'kept', steps, because: 'a test', by: 'ann', at: now, watchFrom: now + 3_600_000, endedAt: now, reversal: 'exact', prediction: null, guards: [], measured: null, verdict: null, journal: [{ at: now, what: 'created', text: 'a test', by: 'ann' }] } // biome-ignore format: one line
  store.changes.put(written)
}

/** The built server on that store, with three identical HAProxys, short watches, and people named by a reverse proxy's header. */
export async function startSeededGroup(): Promise<SeededServer & { weights(server: string): Promise<string[]> }> {
  const appPort = await freePort()
  const cfg = () => `${HAPROXY_DEFAULTS}backend app
  balance roundrobin
${[1, 2, 3].map((n) => `  server app${n} 127.0.0.1:${appPort} weight 100`).join('\n')}
`
  const servers = await Promise.all(BALANCERS.map(() => startHaproxy({ cfg })))
  const server = await startSeeded(
    seed,
    `auth: { mode: proxy, trusted: [127.0.0.1], roles: { operator: [ops], viewer: ["*"] } }
changes: { secondApprover: high }
watch: { longest: 4s, before: 1s, measure: 1s }
targets:
${servers.map(({ about }, i) => `  - { kind: haproxy, name: ${BALANCERS[i]}, socket: "tcp://127.0.0.1:${about.adminPort}" }\n`).join('')}`,
  )
  return {
    url: server.url,
    weights: (name) =>
      Promise.all(servers.map(async ({ about }) => /^(\d+)/.exec(await ask(about.adminPort, `get weight app/${name}\n`))?.[1] ?? '')),
    async stop() {
      await server.stop()
      await Promise.all(servers.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}
