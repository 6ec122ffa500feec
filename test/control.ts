import { poolWeights } from '../lib/advisors/pool-weights.ts'
import { watchOpening } from '../lib/changes/begin.ts'
import type { Effect } from '../lib/changes/effect.ts'
import { type BreachedSince, breachedSinceOf } from '../lib/changes/guards.ts'
import type { Decision } from '../lib/changes/step.ts'
import { effectNow, judgeWatch } from '../lib/changes/watch.ts'
import { WATCH_DEFAULTS } from '../lib/changes/watchSettings.ts'
import { slowServer } from '../lib/detectors/balancer/slow-server.ts'
import { adviseOn } from '../lib/engine/advise.ts'
import { type BackoffTime, nextBackoff } from '../lib/engine/backoff.ts'
import { type Life, nextLife } from '../lib/engine/life.ts'
import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Draft } from '../lib/model/proposal.ts'
import { emptyTopology, type Topology } from '../lib/model/topology.ts'
import type { Queues } from './queues.ts'
import { FROM } from './series.ts'

/** One applied proposal and its outcome. */
export type Applied = {
  at: number
  draft: Draft
  before: number[]
  after: number[]
  decision: Decision
  effect: Effect
}
export type Course = { applied: Applied[]; findings: Finding[]; none: Map<string, number>; quietFor: number }

/**
 * A simulation of the control loop around queues, second by second, by the functions of engine and changes themselves: every proposal is
 * applied at once, watched, and kept or rolled back. Ends after `seconds`, or when nothing was written for `quiet` seconds.
 */
export function control(queues: Queues, { seconds, quiet = Number.POSITIVE_INFINITY }: { seconds: number; quiet?: number }): Course {
  const settings = slowServer.settings.parse({})
  const lives = new Map<string, Life>()
  const course: Course = { applied: [], findings: [], none: new Map(), quietFor: 0 }
  const backoffs = new Map<string, BackoffTime>()
  let written = Number.NEGATIVE_INFINITY
  let ids = 0
  const start = queues.now
  const windowOf = (ms: number) => {
    const whole = queues.tape.window(queues.now)
    return whole.between(Math.max(FROM, whole.to - ms), whole.to)
  }
  const topologyNow = (): Topology => ({
    ...emptyTopology(),
    targets: [{ name: 'edge', kind: 'haproxy', state: 'up', capabilities: [] }],
    pools: [queues.poolNow()],
  })

  function watch(draft: Draft, finding: Finding, before: number[]): Applied {
    const at = FROM + queues.now * 1000
    const fleet = { window: windowOf, topology: topologyNow }
    const opened = { prediction: draft.predict, guards: draft.guards, steps: draft.steps, reversal: 'exact', at } as unknown as Change
    const opening = watchOpening(opened, { job: null, problemSince: finding.since, fleet, now: at }, WATCH_DEFAULTS)
    const change: Change = { ...opened, ...opening }
    for (const { setting, after } of draft.steps) {
      const index = queues.pool.servers.findIndex(({ name }) => setting.name === `app/${name}/weight`)
      queues.weights[index] = Number(after)
    }
    const after = [...queues.weights]
    let breached: BreachedSince = new Map()
    for (;;) {
      queues.run(1)
      const now = FROM + queues.now * 1000
      const view = { change, job: null, fleet, breached, drifted: [], now }
      const { decision, guards } = judgeWatch(view, WATCH_DEFAULTS)
      breached = breachedSinceOf(guards)
      if (decision.is === 'wait') continue
      written = at
      if (decision.is === 'roll back') {
        queues.weights = [...before]
        written = now
      }
      return { at: (at - FROM) / 1000, draft, before, after, decision, effect: effectNow(view, WATCH_DEFAULTS).effect }
    }
  }

  while (queues.now - start < seconds && course.quietFor < quiet) {
    queues.run(1)
    course.quietFor++
    const now = FROM + queues.now * 1000
    const topology = topologyNow()
    for (const verdict of slowServer.detect(windowOf(slowServer.needs.spanMs), topology, settings)) {
      const name = verdict.subject.server!
      const life = nextLife(lives.get(name) ?? null, verdict, { rule: slowServer.id, now, settings, newId: () => String(++ids) })
      if (life?.finding.state === 'firing' && lives.get(name)?.finding.state !== 'firing') course.findings.push(life.finding)
      if (life === null || life.finding.state === 'resolved') lives.delete(name)
      else lives.set(name, life)
    }
    for (const { finding } of lives.values()) {
      const server = finding.subject.server!
      if (finding.state !== 'firing' || (backoffs.get(server)?.until ?? 0) > now) continue
      const advice = adviseOn(poolWeights, finding, written, { windowOf, topology, now })
      if (advice.is === 'none') course.none.set(advice.because, (course.none.get(advice.because) ?? 0) + 1)
      if (advice.is !== 'draft') continue
      const applied = watch(advice.draft, finding, [...queues.weights])
      course.applied.push(applied)
      course.quietFor = 0
      const { is } = applied.decision
      if (is === 'roll back') backoffs.set(server, nextBackoff(backoffs.get(server) ?? null, FROM + queues.now * 1000))
      else if (is === 'keep' && applied.decision.verdict === 'improved') backoffs.delete(server)
      break
    }
  }
  return course
}
