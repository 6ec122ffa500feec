import { z } from 'zod'
import { text } from '../../format/format.ts'
import { measure } from '../../metrics/measure.ts'
import { poolLabels } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import { poolRef, type Ref, refText, sameRef } from '../../model/ref.ts'
import type { Labels } from '../../model/series.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & {
  slower: number
  seconds: number
  misses: number
  missesPerSecond: number
  now: number
  before: number
  apart: number
}

/** The rise of a metric of one subject: its value now and before. */
type Rise = { metric: 'pool_response_seconds' | 'cache_miss_rate'; where: Labels; before: number; now: number }
type Cause = { summary: string; evidence: Evidence[] }

export const tierCascade: Detector<Settings> = {
  id: 'fleet/tier-cascade',
  title: 'A tier is slow because of the tier behind it',
  why: 'What users notice at the balancer began one tier further back: a cache that misses more, or does not answer, sends its reads on to the origin, and every request that waits for it takes longer. Mend the cause, and the symptom goes too. Tiers are connected by the `edges` of the configuration alone.',
  harmless:
    'Where users’ requests stay fast enough all the same. That both changed at the same time is strong evidence of a cause, but no proof.',
  settings: z.strictObject({
    ...patience('5s', '20s'),
    slower: threshold(1.3, 'Response time over that before: users begin to notice'),
    seconds: threshold(0.005, 'And at least this many seconds slower: smaller differences go unnoticed'),
    misses: threshold(2, 'Misses over those before: twice the load on the tier behind'),
    missesPerSecond: threshold(5, 'And at least this many more misses a second: one cold client makes fewer'),
    now: duration('20s', 'The present is measured over this time: short enough to report while it lasts'),
    before: duration('6m', 'The usual is taken from this time before'),
    apart: duration('4m', 'Gap between both: a problem that has lasted some minutes is not compared with itself'),
  }),
  learns: true,
  needs: { spanMs: 620_000, metrics: ['pool_response_seconds'], topology: 'pools', also: { metrics: ['cache_miss_rate'] } },
  detect: (window, topology, settings) => {
    const callers = new Set(topology.edges.map(({ from }) => refText(from)))
    return topology.pools
      .values()
      .filter((pool) => callers.has(refText(poolRef(pool))))
      .map((pool): Verdict => {
        const subject = poolLabels(pool)
        const slower = rise(window, settings, 'pool_response_seconds', subject, settings.slower, settings.seconds)
        if (typeof slower === 'string') return { subject, is: 'unjudged', because: slower }
        if (!slower) return { subject, is: 'clear' }
        const causes = behind(topology, poolRef(pool)).flatMap((ref) => causeOf(ref, window, topology, settings))
        const [first] = causes
        if (!first) return { subject, is: 'clear' }
        return {
          subject,
          is: 'found',
          severity: 'info',
          summary: `${pool.name} answers in ${text(slower.now, 'seconds')}, ${text(slower.before, 'seconds')} before, while behind it ${first.summary}`,
          evidence: [shown(slower, window, settings, `response of ${pool.name}`), ...causes.flatMap((cause) => cause.evidence)],
        }
      })
  },
}

/** Everything that is called from there, nearest first: what the edges say, and of a ring its nodes. Cycles end where they began. */
function behind({ edges, rings }: Topology, start: Ref): Ref[] {
  const seen = new Map([[refText(start), start]])
  for (const [text, ref] of seen) {
    const ring = 'ring' in ref ? rings.find(({ name }) => name === ref.ring) : undefined
    const called = edges.filter(({ from }) => refText(from) === text).map(({ to }) => to)
    const nodes = (ring?.nodes ?? []).flatMap(({ target }) => (target === undefined ? [] : [{ target }]))
    for (const next of [...called, ...nodes]) if (!seen.has(refText(next))) seen.set(refText(next), next)
  }
  return [...seen.values()].slice(1)
}

function causeOf(ref: Ref, window: SeriesWindow, topology: Topology, settings: Settings): Cause[] {
  if (!('target' in ref)) return []
  if ('pool' in ref) {
    const pool = topology.pools.find((candidate) => sameRef(poolRef(candidate), ref))
    const slower = pool && rise(window, settings, 'pool_response_seconds', poolLabels(pool), settings.slower, settings.seconds)
    if (!pool || !slower || typeof slower === 'string') return []
    const summary = `${pool.name} of ${pool.target} answers in ${text(slower.now, 'seconds')}, ${text(slower.before, 'seconds')} before`
    return [{ summary, evidence: [shown(slower, window, settings, `response of ${pool.name}`)] }]
  }
  const name = ref.target
  const where = { target: name }
  if (factsOf(topology, name)?.state === 'down')
    return [
      {
        summary: `${name} does not answer`,
        evidence: [evidence(window, 'target_up', where, `${name} answers`, 0, 'none', { threshold: 1 })],
      },
    ]
  const more = rise(window, settings, 'cache_miss_rate', where, settings.misses, settings.missesPerSecond)
  if (!more || typeof more === 'string') return []
  const summary = `${name} misses ${text(more.now, 'perSecond')}, ${text(more.before, 'perSecond')} before`
  return [{ summary, evidence: [shown(more, window, settings, `misses of ${name}`)] }]
}

/** The rise of a metric, null where it did not rise by both, or why that is unknown. */
function rise(
  window: SeriesWindow,
  settings: Settings,
  metric: Rise['metric'],
  where: Labels,
  factor: number,
  by: number,
): Rise | null | string {
  const { to } = window
  const from = to - settings.apart - settings.before
  const before = measure(metric, where, window.between(from, to - settings.apart))
  const now = measure(metric, where, window.between(to - settings.now, to))
  if (before.is === 'unjudged') return `the usual value is not known yet: ${before.because}`
  if (now.is === 'unjudged') return now.because
  const rose = now.value >= factor * before.value && now.value - before.value >= by && now.low > before.high
  return rose ? { metric, where, before: before.value, now: now.value } : null
}

const shown = ({ metric, where, before, now }: Rise, { to }: SeriesWindow, settings: Settings, label: string) =>
  evidence({ from: to - settings.now, to }, metric, where, label, now, metric === 'cache_miss_rate' ? 'perSecond' : 'seconds', {
    baseline: before,
    threshold: metric === 'cache_miss_rate' ? settings.misses * before : settings.slower * before,
  })
