import { freeScratch } from '../math/scratch.ts'
import { boundWindow } from '../metrics/bound.ts'
import { coarseBecause } from '../metrics/fine.ts'
import type { AnyDetector, DetectorSettings } from '../model/detector.ts'
import type { Verdict } from '../model/finding.ts'
import type { Log } from '../model/log.ts'
import type { Topology } from '../model/topology.ts'
import type { SeriesWindow } from '../model/window.ts'
import { withoutSecrets } from './reason.ts'
import type { Pause } from './slices.ts'

export type Rule = { detector: AnyDetector; settings: DetectorSettings }
/** The counts of a rule's verdicts at its last run, with a few of the reasons why some could not be judged. */
export type RuleStatus = { found: number; clear: number; unjudged: number; because: string[] }

const REASONS_MAX = 5

/** A rule that took this long over a very large fleet, several times in a row (once may be the machine's doing) … */
const LONG_MS = 20
const LONG_RUNS = 3
/** … is backed off for so many times as long, so that all rules together leave the process its time; at most this long. */
const BACKOFF_TIMES = 75
const BACKOFF_MAX_MS = 5_000

/** Above this it is a large fleet, at which a rule need not look each second where a finding has to last for long before it fires: … */
const SPARED_MS = 2
/** … it rests for this part of that time. */
const REST_PART = 0.05

export interface Judge {
  /** Back-off: true while a rule that took long is left out; its last verdicts stand. */
  isBackedOff(rule: Rule, at: number): boolean
  /** All verdicts of one rule now; null when it threw: then nothing is known of any of its subjects. */
  judge(rule: Rule, seen: Seen): Promise<Verdict[] | null>
  status(rule: string): RuleStatus
}

/** What rules see of one tick. `pause` is asked between two verdicts, so that others run while a large fleet is judged. */
export type Seen = { window: SeriesWindow; topology: Topology; learning: boolean; pause: Pause }

/** Runs detectors. One that throws is logged once, until it succeeds again, and hurts no other. `now`: the monotonic clock by which they take long. */
export function createJudge(log: Log, now: () => number = () => performance.now()): Judge {
  const failing = new Set<string>()
  const statuses = new Map<string, RuleStatus>()
  const backoffUntil = new Map<string, number>()
  const longRuns = new Map<string, number>()
  const strays = new Set<string>()
  /** Logged once: what a rule reads without naming it is not there for it, and it says what it says of a series that nobody reports. */
  const strayOf = (rule: string) => (name: string) => {
    const key = `${rule} ${name}`
    if (!strays.has(key)) log.error({ rule, name }, 'a rule reads what it does not name in its needs: it is not given to it')
    strays.add(key)
  }

  return {
    isBackedOff: ({ detector }, at) => (backoffUntil.get(detector.id) ?? 0) > at,
    async judge({ detector, settings }, { window, topology, learning, pause }) {
      /** Its own time, without that of others in between. */
      let tookMs = 0
      let begun = now()
      try {
        const judged: Verdict[] = []
        /** Targets of which the rule was not shown what it needs, and why. */
        const coarse = new Map<string, string>()
        const bound = boundWindow(window, detector.needs, strayOf(detector.id), (series) => {
          const { target } = series.labels
          if (target !== undefined && !coarse.has(target)) coarse.set(target, coarseBecause(series))
        })
        for (const verdict of detector.detect(bound, topology, settings)) {
          judged.push(learning && detector.learns ? stillLearning(verdict) : verdict)
          freeScratch()
          const turn = pause()
          if (!turn) continue
          tookMs += now() - begun
          await turn
          begun = now()
        }
        failing.delete(detector.id)
        const verdicts = coarse.size > 0 ? withCoarse(judged, coarse) : judged
        statuses.set(detector.id, count(verdicts))
        return verdicts
      } catch (error) {
        const because = withoutSecrets(error instanceof Error ? error.message : String(error))
        if (!failing.has(detector.id)) log.error({ rule: detector.id, err: error }, 'a rule failed and judges nothing')
        failing.add(detector.id)
        statuses.set(detector.id, { found: 0, clear: 0, unjudged: 0, because: [`the rule failed: ${because}`] })
        return null
      } finally {
        const ended = now()
        tookMs += ended - begun
        const runs = tookMs > LONG_MS ? (longRuns.get(detector.id) ?? 0) + 1 : 0
        longRuns.set(detector.id, runs)
        const rest = tookMs > SPARED_MS ? REST_PART * settings.for : 0
        backoffUntil.set(detector.id, ended + Math.max(rest, runs >= LONG_RUNS ? Math.min(BACKOFF_MAX_MS, BACKOFF_TIMES * tookMs) : 0))
      }
    },
    status: (rule) => statuses.get(rule) ?? { found: 0, clear: 0, unjudged: 0, because: [] },
  }
}

const stillLearning = (verdict: Verdict): Verdict =>
  verdict.is === 'found' ? { subject: verdict.subject, is: 'unjudged', because: 'learning what is normal here' } : verdict

/** Of what is measured too coarsely for a rule, that is why it is not judged, whatever the rule missed. */
function withCoarse(verdicts: readonly Verdict[], coarse: ReadonlyMap<string, string>): Verdict[] {
  const silent = new Map(coarse)
  const told = verdicts.map((verdict): Verdict => {
    const { target = '' } = verdict.subject
    const because = coarse.get(target)
    silent.delete(target)
    return because !== undefined && verdict.is === 'unjudged' ? { ...verdict, because } : verdict
  })
  return [...told, ...[...silent].map(([target, because]): Verdict => ({ subject: { target }, is: 'unjudged', because }))]
}

function count(verdicts: Verdict[]): RuleStatus {
  const status: RuleStatus = { found: 0, clear: 0, unjudged: 0, because: [] }
  for (const verdict of verdicts) {
    status[verdict.is]++
    if (verdict.is === 'unjudged' && status.because.length < REASONS_MAX && !status.because.includes(verdict.because))
      status.because.push(verdict.because)
  }
  return status
}
