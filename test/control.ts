import { poolWeights } from '../lib/advisors/pool-weights.ts'
import { type Effect, effectOf } from '../lib/changes/effect.ts'
import { type BreachedSince, breachedSinceOf, breachOf, guardStates } from '../lib/changes/guards.ts'
import { settledFrom } from '../lib/changes/settle.ts'
import { type Decision, nextStep } from '../lib/changes/step.ts'
import { slowServer } from '../lib/detectors/balancer/slow-server.ts'
import { isMarginal } from '../lib/engine/draft.ts'
import { type Life, nextLife } from '../lib/engine/life.ts'
import { measure } from '../lib/metrics/measure.ts'
import type { Change } from '../lib/model/change.ts'
import type { Finding } from '../lib/model/finding.ts'
import type { Draft, Prediction } from '../lib/model/proposal.ts'
import { emptyTopology, type Topology } from '../lib/model/topology.ts'
import type { SeriesWindow } from '../lib/model/window.ts'
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

const MEASURE_MS = 20_000
const WATCH_MS = 115_000
const HISTORY_MS = 15_000
const REST_S = 900

/**
 * Detector, advisor and watch around simulated queues, second by second, as engine and changes do it: every proposal is applied at once,
 * watched, and kept or rolled back by the same pure rules. Ends after `seconds`, or when nothing was written for `quiet` seconds.
 */
export function control(queues: Queues, { seconds, quiet = Number.POSITIVE_INFINITY }: { seconds: number; quiet?: number }): Course {
  const settings = slowServer.settings.parse({})
  const lives = new Map<string, Life>()
  const course: Course = { applied: [], findings: [], none: new Map(), quietFor: 0 }
  const backoff = new Map<string, number>()
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
    const prediction = draft.predict as Prediction
    const at = FROM + queues.now * 1000
    const history = windowOf(60_000).between(Math.max(at - 60_000, finding.since), at)
    const seen = measure(prediction.metric, prediction.where, history)
    const baseline = at - finding.since >= 10_000 && seen.is === 'measured' && Number.isFinite(seen.high) ? seen : undefined
    for (const { setting, after } of draft.steps) {
      const index = queues.pool.servers.findIndex(({ name }) => setting.name === `app/${name}/weight`)
      queues.weights[index] = Number(after)
    }
    const after = [...queues.weights]
    const change = { prediction, steps: draft.steps, watchFrom: at, watchUntil: at + WATCH_MS, reversal: 'exact' } as unknown as Change
    let breached: BreachedSince = new Map()
    for (;;) {
      queues.run(1)
      const now = FROM + queues.now * 1000
      const settledAt = settledFrom(change, windowOf(now - at + 10_000), topologyNow())
      const recent = windowOf(Math.min(10_000, now - at))
      const guards = guardStates(draft.guards, prediction, breached, ({ metric, where }) => measure(metric, where, recent), now, at)
      breached = breachedSinceOf(guards)
      const effect: Effect =
        settledAt === null
          ? { is: 'unseen', because: 'not settled' }
          : effectOf(prediction, baseline, measure(prediction.metric, prediction.where, windowOf(now - settledAt)))
      const decision = nextStep(change, { drifted: [], breach: breachOf(guards), settledAt, effect, calm: true }, now, MEASURE_MS)
      if (decision.is === 'wait') continue
      written = at
      if (decision.is === 'roll back') {
        queues.weights = [...before]
        written = now
      }
      return { at: (at - FROM) / 1000, draft, before, after, decision, effect }
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
      if (finding.state !== 'firing' || now - written < HISTORY_MS || (backoff.get(server) ?? 0) > queues.now) continue
      const window = windowOf(poolWeights.spanMs)
      const proposed = poolWeights.propose(finding, cutAt(window, written), topology)
      if (proposed === null) continue
      if ('none' in proposed || isMarginal(proposed)) {
        const why = 'none' in proposed ? proposed.none : 'marginal'
        course.none.set(why, (course.none.get(why) ?? 0) + 1)
        continue
      }
      const applied = watch(proposed, finding, [...queues.weights])
      course.applied.push(applied)
      course.quietFor = 0
      if (applied.decision.is === 'roll back') backoff.set(server, queues.now + REST_S)
      break
    }
  }
  return course
}

const cutAt = (window: SeriesWindow, written: number) => (written > window.from ? window.between(written, window.to) : window)
