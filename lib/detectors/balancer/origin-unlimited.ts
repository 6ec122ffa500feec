import { z } from 'zod'
import { text } from '../../format/format.ts'
import { poolLabels, requestsOf } from '../../metrics/traffic.ts'
import { admissionText, effective } from '../../model/admission.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import { calledBy, callersOf } from '../../model/edges.ts'
import type { Verdict } from '../../model/finding.ts'
import { poolRef, type Ref, refText } from '../../model/ref.ts'
import { servingOf } from '../../model/serving.ts'
import type { Pool, Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, factsOf } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { rate: number; over: number }

export const originUnlimited: Detector<Settings> = {
  id: 'balancer/origin-unlimited',
  title: 'Nothing limits what reaches the origin',
  why: 'The last tier gets every request that comes, as fast as it comes. When a cache in front of it is cold, clients try again or a crawler comes by, it is asked for more than it can serve; each request takes longer, clients give up and ask anew, and it does work for answers that nobody waits for. A limit of requests at once on each server, a rate limit or a circuit breaker lets as much through as it can serve, and the rest waits or is refused at once.',
  harmless:
    'It is judged where `edges` lead from a cache to the pool. Where the servers limit themselves (a bounded worker pool with a short queue), where something that is not watched limits before, and where the origin bears all that can come. It is a note, because nothing has failed yet.',
  settings: z.strictObject({
    ...patience('60s', '60s'),
    rate: threshold(10, 'Requests a second from which a pool is judged: with fewer, one slow second piles up nothing'),
    over: duration('60s', 'Requests are counted over this time'),
  }),
  needs: { spanMs: 90_000, metrics: ['pool_requests_total'], topology: 'pools' },
  detect: (window, topology, settings) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const ref = poolRef(pool)
      // What calls on to another tier is not the last one: that one is judged where it is called.
      if (calledBy(ref, topology.edges).length > 0) return []
      // An origin is what stands behind a cache: without an edge from one nobody has said that this is one.
      if (!callersOf(ref, topology.edges).some(isCache)) return []
      return [verdictOf(window, topology, pool, settings)]
    }),
}

/** Caches, rings of them, and what is reached as a whole target. */
const isCache = (ref: Ref): boolean => 'ring' in ref || 'cache' in ref || refText(ref).startsWith('target:')

function verdictOf(window: SeriesWindow, topology: Topology, pool: Pool, { rate, over }: Settings): Verdict {
  const subject = poolLabels(pool)
  const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
  if (factsOf(topology, pool.target)?.state === 'down') return unjudged(`${pool.target} does not answer`)
  const { admission } = pool
  if (!admission) return unjudged('what limits the requests to it is not told')
  if (effective(admission).length > 0) return { subject, is: 'clear' }
  if (admission.because) return unjudged(`other limits may stand before it: ${admission.because}`)
  const serving = servingOf(pool)
  const asked = serving.map((server) => requestsOf(window, pool, server, over))
  if (serving.length === 0 || asked.includes(null)) return unjudged('requests of each server are not reported')
  const perSecond = asked.reduce<number>((sum, count) => sum + count!, 0) / (over / 1_000)
  if (perSecond < rate) return { subject, is: 'clear' }
  const [nominal] = admission.limits
  const who = serving.length === 1 ? 'the server' : `the ${serving.length} servers`
  return {
    subject,
    is: 'found',
    severity: 'info',
    summary: nominal
      ? `${text(perSecond, 'perSecond')} reach ${pool.name}, and its only limit is one in name: ${admissionText(nominal)}`
      : `Nothing limits what reaches ${who} of ${pool.name}: neither a rate limit nor one of requests at once, at ${text(perSecond, 'perSecond')} now`,
    evidence: [
      evidence({ from: window.to - over, to: window.to }, 'pool_request_rate', subject, 'requests that pass', perSecond, 'perSecond', {
        method: nominal ? `limits found: ${admission.limits.map(admissionText).join('; ')}` : 'no limit found',
      }),
    ],
  }
}
