import { z } from 'zod'
import { duration as durationText, safe, text } from '../../format/format.ts'
import { grownWithin, newestValue } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Severity, Verdict } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, staleBecause } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { near: number; memory: number; bytesMin: number; cutWithin: number }
/** The output buffers of one class of connections against what ends them. */
type Class = { of: string; max: number; sum: number; hard: number; soft: number; softSeconds: number }

const MAX = 'redis_client_class_output_buffer_max_bytes'
const SUM = 'redis_client_class_output_buffers_bytes'
const LIMIT = 'redis_config_client_output_buffer_limit_bytes'
const SECONDS = 'redis_config_client_output_buffer_limit_seconds'
const CUT = 'redis_client_output_buffer_limit_disconnections_total'
const WHO: Record<string, string> = { normal: 'a client', replica: 'a replica', pubsub: 'a subscriber' }

export const outputBuffers: Detector<Settings> = {
  id: 'cache/output-buffers',
  title: 'Output buffers grow',
  why: 'A connection does not read as fast as it is sent to, so the server keeps the rest in memory. At the limit of its class (`client-output-buffer-limit`) the server cuts it off: a subscriber then loses messages, and a replica begins again with a copy of all data, which fills its buffer again. Clients have no limit by default: what is kept for them counts as used memory, for which keys are evicted. Look at what the connection does: a subscriber that works too long on each message, a client that stopped, MONITOR left on, a slow line; `CLIENT KILL ID` frees its memory at once.',
  harmless: 'While a replica takes its first copy of all data, and for a client that reads one very large reply.',
  settings: z.strictObject({
    ...patience('0s', '60s'),
    near: share(0.6, 'Share of the hard limit: a replica that is behind fills the rest in seconds'),
    memory: share(0.1, 'Share of the memory limit that buffers may hold together: keys are evicted for them'),
    bytesMin: threshold(8_388_608, 'Buffers below 8 MiB are not judged: large replies fill as much for a moment'),
    cutWithin: duration('60s', 'Connections cut off at the limit are told for this time'),
  }),
  needs: {
    spanMs: 150_000,
    metrics: [MAX, SUM],
    also: {
      metrics: [LIMIT, SECONDS, CUT, 'cache_memory_max_bytes', 'redis_replication_backlog_bytes'],
      records: ['client-buffer'],
    },
  },
  detect: (window, topology, settings) =>
    topology.targets.values().flatMap(({ name: target, state }): Verdict[] => {
      const largest = window.series(MAX, { target })
      if (largest.length === 0) return []
      const subject = { target }
      const stale = state === 'up' ? staleBecause(largest[0]!, window.to) : `${target} does not answer`
      if (stale) return [{ subject, is: 'unjudged', because: stale }]
      const newest = (metric: string, labels: Labels = {}) => newestValue(window.series(metric, { target, ...labels })[0]) ?? 0
      const classes = largest.map((series): Class => {
        const of = series.labels.class ?? ''
        const hard = newest(LIMIT, { class: of, limit: 'hard' })
        return {
          of,
          max: newestValue(series) ?? 0,
          sum: newest(SUM, { class: of }),
          // Redis itself takes the backlog for a replica's limit where that is larger.
          hard: of === 'replica' && hard > 0 ? Math.max(hard, newest('redis_replication_backlog_bytes')) : hard,
          soft: newest(LIMIT, { class: of, limit: 'soft' }),
          softSeconds: newest(SECONDS, { class: of }),
        }
      })
      const [cutOff] = window.series(CUT, { target })
      const wasCut = cutOff ? grownWithin(cutOff, window.to - settings.cutWithin, window.to) : 0
      const limit = newest('cache_memory_max_bytes')
      const troubles = classes.flatMap((one) => troubleOf(one, limit, settings) ?? [])
      const [worst] = troubles.sort((a, b) => b.part - a.part)
      if (!worst && wasCut === 0) return [{ subject, is: 'clear' }]
      const cuts: Evidence[] = wasCut > 0 ? [evidence(window, CUT, subject, 'connections cut off at the limit', wasCut, 'count', { threshold: 1 })] : [] // biome-ignore format: one line
      if (!worst) {
        const summary = `${target} cut off ${text(wasCut, 'count')} ${wasCut === 1 ? 'connection' : 'connections'} that did not read: output buffer at its limit`
        return [{ subject, is: 'found', severity: 'warning', summary, evidence: [cuts[0]!] }]
      }
      return [
        {
          subject,
          is: 'found',
          severity: worst.severity,
          summary: `${target} keeps ${text(worst.bytes, 'bytes')} for ${whoIs(window, target, worst.of)}: ${worst.why}`,
          evidence: [
            evidence(window, worst.metric, { target, class: worst.of }, worst.label, worst.bytes, 'bytes', { threshold: worst.bar }),
            ...cuts,
          ],
        },
      ]
    }),
}

type Trouble = { of: string; metric: string; label: string; bytes: number; bar: number; part: number; severity: Severity; why: string }

/** What is nearest of the three: the hard limit, the soft one that holds for some seconds, memory that keys must make room for. */
function troubleOf({ of, max, sum, hard, soft, softSeconds }: Class, limit: number, settings: Settings): Trouble | null {
  const { near, memory, bytesMin } = settings
  const one = { of, metric: MAX, label: `largest output buffer of a ${of} connection`, bytes: max }
  const severity = of === 'replica' ? 'critical' : 'warning'
  if (max >= bytesMin && hard > 0 && max >= near * hard)
    return { ...one, bar: near * hard, part: max / hard, severity, why: `at ${text(hard, 'bytes')} it is cut off` }
  if (max >= bytesMin && soft > 0 && max >= soft)
    return { ...one, bar: soft, part: max / (hard || soft), severity, why: `above ${text(soft, 'bytes')} for ${durationText(softSeconds * 1000)} it is cut off` } // biome-ignore format: one line
  // What is kept for replicas is not counted as used memory when keys are evicted.
  if (of === 'replica' || limit === 0 || sum < bytesMin || sum < memory * limit) return null
  const all = { of, metric: SUM, label: `output buffers of ${of} connections together`, bytes: sum, bar: memory * limit }
  return {
    ...all,
    part: sum / limit,
    severity: 'warning',
    why: `${text(sum / limit, 'ratio')} of its memory limit, for which keys are evicted`,
  }
}

/** `a subscriber (shop at 10.0.0.7:4711, SUBSCRIBE)`. */
function whoIs(window: SeriesWindow, target: string, of: string): string {
  const who = WHO[of] ?? 'a connection'
  const seen = window.records('client-buffer', target).find(({ id, at }) => id === of && at >= window.from)
  if (!seen) return who
  const command = seen.command.split('|')[0]!.toUpperCase()
  return `${who} (${[seen.name && `${safe(seen.name, 40)} at`, safe(seen.address, 60)].filter(Boolean).join(' ')}${command ? `, ${safe(command, 20)}` : ''})`
}
