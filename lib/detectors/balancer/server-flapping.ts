import { z } from 'zod'
import { duration as durationText } from '../../format/format.ts'
import { serverLabels, serverSeries } from '../../metrics/traffic.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence, factsOf, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { downs: number; within: number }

export const serverFlapping: Detector<Settings> = {
  id: 'balancer/server-flapping',
  title: 'Server comes and goes',
  why: 'A server that fails its check, recovers and fails again drops the requests under way each time, and each time the other servers have to take over its share. Often a limit is hit under load (memory, file descriptors, a connection pool) that the restart relieves for a while. Take it out of the pool until the cause is found.',
  harmless: 'Never for the requests under way; during a deploy that restarts a server several times it ends with the deploy.',
  settings: z.strictObject({
    ...patience('0s', '5s'),
    downs: threshold(2, 'How often a server must go down: once is a restart'),
    within: duration('60s', 'The time within which it must go down that often: a rolling restart takes each server down once'),
  }),
  needs: { spanMs: 150_000, metrics: ['pool_up'], topology: 'pools' },
  detect: (window, topology, settings) =>
    topology.pools.values().flatMap((pool): Verdict[] => {
      const facts = factsOf(topology, pool.target)
      return pool.servers.map((server): Verdict => {
        const subject = serverLabels(pool, server)
        const unjudged = (because: string): Verdict => ({ subject, is: 'unjudged', because })
        if (facts && facts.state !== 'up') return unjudged(`${pool.target} does not answer`)
        // Somebody took it out: that ends the flapping.
        if (server.state === 'maint' || server.state === 'drain') return { subject, is: 'clear' }
        const up = serverSeries(window, 'pool_up', pool, server)
        if (!up) return unjudged('its state is not reported')
        const stale = staleBecause(up, window.to)
        if (stale) return unjudged(stale)
        const from = window.to - settings.within
        const downs = up.points.flatMap(([at, value], i) => (i > 0 && value < up.points[i - 1]![1] && at >= from ? [at] : []))
        if (downs.length < settings.downs) return { subject, is: 'clear' }
        const away = up.points.reduce((ms, [at, value], i) => {
          const next = up.points[i + 1]?.[0] ?? window.to
          return value === 0 ? ms + Math.max(0, next - Math.max(at, from)) : ms
        }, 0)
        return {
          subject,
          is: 'found',
          severity: 'warning',
          summary: `${server.name} in ${pool.name} went down ${downs.length} times in ${durationText(settings.within)}`,
          evidence: [
            evidence({ from, to: window.to }, 'pool_up', subject, 'times down', downs.length, 'count', { threshold: settings.downs }),
            evidence({ from, to: window.to }, 'pool_up', subject, 'time down', away / 1000, 'seconds'),
          ],
        }
      })
    }),
}
