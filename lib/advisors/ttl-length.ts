import type { LifeLimits } from '../curves/lives.ts'
import { duration, text } from '../format/format.ts'
import { latest } from '../math/rates.ts'
import { measure } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import { durationText } from '../model/duration.ts'
import { globMatches } from '../model/glob.ts'
import { settingText } from '../model/setting.ts'
import type { SeriesWindow } from '../model/window.ts'
import { curveOf } from './curve.ts'
import { shorterByCurve, winningByCurve } from './ttlByCurve.ts'

const SURPLUS = 'cache/memory-surplus'
/** As the rule that finds such keys draws the line. */
const LIMITS: LifeLimits = { loss: 0.003, saving: 0.3, bytesMin: 16 * 1_048_576 }
/** One step doubles the TTL where no curve tells what would be enough: its effect is measured before the next. */
const LONGER = 2
/** With fewer expirations than this for each miss, misses have another cause. */
const ENDS_PER_MISS = 0.5
/** With more evictions than this for each expiration, memory is too small. */
const EVICTIONS_PER_END = 0.1
/** Keys that live twice as long are at most twice as many: they must fit. */
const MEMORY_MOST = 0.9

/** A longer life for keys that end before they are read again, where the memory for it is there; a shorter one for keys that are held long after their last read. */
export const ttlLength: Advisor = {
  id: 'ttl-length',
  title: 'Let keys live as long as they are read',
  answers: ['cache/hit-ratio-low', 'cache/eviction-storm', 'cache/memory-surplus'],
  spanMs: 300_000,
  unattended: 'Keys written before keep their life, so that it sets in slowly, and a guard on hits takes it back.',
  propose(finding, window, topology, settingsOf) {
    const { target } = finding.subject
    if (!target) return null
    if (finding.rule === SURPLUS)
      return shorterByCurve(target, window, topology, { ...LIMITS, ...(settingsOf?.(SURPLUS) as Partial<LifeLimits> | undefined) })
    const rate = (metric: string) => value(metric, target, window)
    const known = winningByCurve(target, window, topology)
    // Why a full cache evicts, only a curve tells.
    if (known || finding.rule === 'cache/eviction-storm') return known
    // Its policy was changed since: the next curve is of the TTL as it is.
    if (topology.ttls.some(({ name }) => curveOf(window, target, `ttl/${name}`))) return null
    const [ends, misses, evictions] = [rate('cache_expiration_rate'), rate('cache_miss_rate'), rate('cache_eviction_rate') ?? 0]
    if (ends === null || misses === null) return null
    if (evictions > EVICTIONS_PER_END * ends)
      return { none: `${text(evictions, 'perSecond')} are evicted before they expire: the memory is too small, not the TTL too short.` }
    if (ends < ENDS_PER_MISS * misses)
      return {
        none: `Only ${text(ends, 'perSecond')} keys end for ${text(misses, 'perSecond')} misses: most of what is missed was never there, and a longer TTL would not help.`,
      }
    const [histogram] = window.records('ttl-histogram', target)
    const covering = topology.ttls.filter(({ match }) => histogram?.pattern === undefined || globMatches(match, histogram.pattern))
    const [policy, another] = covering
    if (!policy)
      return {
        none: 'No TTL policy covers these keys. Where the application writes them, a longer TTL would keep more of them; or configure a TTL policy for them, and it can be set here.',
      }
    if (another)
      return {
        none: 'Several TTL policies may apply, and it is not known which of their keys expire. Look at each of them under TTL policies on the page of caches.',
      }
    if (policy.error) return { none: `The policy ${policy.name} cannot be read: ${policy.error}` }
    const used = newest('cache_memory_used_bytes', target, window)
    const most = newest('cache_memory_max_bytes', target, window)
    if (most && used && used * LONGER > MEMORY_MOST * most)
      return {
        none: `Keys that live twice as long may need ${text(used * LONGER, 'bytes')}; ${target} has ${text(most, 'bytes')}. Give it memory first.`,
      }
    const after = policy.ttlMs * LONGER
    return {
      steps: [
        {
          setting: settingText({ of: { ttl: policy.name }, name: 'ttl' }),
          before: durationText(policy.ttlMs),
          after: durationText(after),
        },
      ],
      because: `${text(ends, 'perSecond')} keys end and ${text(misses, 'perSecond')} reads miss, while ${most && used ? `${text(1 - used / most, 'ratio')} of the memory is free` : 'nothing is evicted'}: keys end before they are read again. A TTL of ${duration(after)} instead of ${duration(policy.ttlMs)} keeps them for twice as many reads.`,
      predict: {
        absentBecause:
          'the reads of single keys are not recorded: counters do not show how many keys are read again after they expire, and an estimate from their rates is off by up to ten points',
      },
      guards: [
        {
          metric: 'cache_eviction_rate',
          where: { target },
          unit: 'perSecond',
          op: '>',
          limit: Math.max(1, ends * EVICTIONS_PER_END),
          forMs: 10_000,
          why: 'the longer life does not fit into the memory',
        },
      ],
      risk: 'medium',
      riskBecause: `What is served may be up to ${duration(after)} old instead of ${duration(policy.ttlMs)}. Keys written meanwhile keep the TTL that they drew.`,
    }
  },
}

function value(metric: string, target: string, window: SeriesWindow): number | null {
  const measured = measure(metric, { target }, window)
  return measured.is === 'measured' ? measured.value : null
}

function newest(metric: string, target: string, window: SeriesWindow): number | null {
  const [series] = window.series(metric, { target })
  return series ? latest(series.points) : null
}
