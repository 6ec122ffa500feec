import { z } from 'zod'
import { safe, text } from '../../format/format.ts'
import { cut, newestValue, rate } from '../../math/rates.ts'
import { behindSeconds, distantReplicas, type Replica } from '../../metrics/replicas.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { bytes: number; seconds: number; over: number; regionSeconds: number; regionOver: number }

export const replicationLag: Detector<Settings> = {
  id: 'cache/replication-lag',
  title: 'Replica lags behind',
  why: 'Readers of the replica see old values, and what it has not yet received is lost when the primary fails. When the lag outgrows the replication backlog, the replica must copy everything anew, which loads both. A slow network, a replica that is busy with a long command or a burst of large writes are usual causes. A replica in another region than its primary (`region` in the configuration) is judged by the age of its values alone: links between regions are slower, and their buffers larger.',
  harmless: 'Where nobody reads from the replica and the lag shrinks again, as after a bulk load.',
  settings: z.strictObject({
    ...patience('5s', '10s'),
    bytes: threshold(4_194_304, 'Bytes that the replica is behind, 4 MiB: as much is in the buffers of a connection'),
    seconds: threshold(2, 'And seconds of the present write rate: a primary that writes a lot has more in transit'),
    over: duration('15s', 'Every reading in this time must show it: the replica catches up with one batch within a second'),
    regionSeconds: threshold(
      10,
      'Of a replica in another region: seconds by which what its readers get is old. A link between continents takes 0.3 s, and what is read of both servers is a second apart',
    ),
    regionOver: duration('30s', 'Every reading of it in this time must show it'),
  }),
  needs: {
    spanMs: 120_000,
    metrics: ['redis_connected_slave_lag_bytes'],
    also: { metrics: ['redis_master_repl_offset', 'redis_slave_repl_offset', 'redis_master_link_up'] },
  },
  detect: (window, topology, settings) => [
    ...within(window, topology, settings),
    ...distantReplicas(topology).map((one) => across(one, window, settings)),
  ],
}

/** Each primary with the worst of its replicas. Those that are known to be in another region are judged there. */
function within(window: SeriesWindow, topology: Topology, settings: Settings): Verdict[] {
  const distant = new Set(distantReplicas(topology).map(({ replica, primary }) => `${primary.name} ${replica.host}`))
  const targets = Map.groupBy(
    window
      .series('redis_connected_slave_lag_bytes')
      .filter(({ labels }) => labels.slave_state === 'online' && !distant.has(`${labels.target} ${labels.slave_ip}`)),
    ({ labels }) => labels.target!,
  )
  return [...targets].map(([target, replicas]): Verdict => {
    const subject = { target }
    const live = replicas.filter((series) => !staleBecause(series, window.to))
    if (live.length === 0) return { subject, is: 'unjudged', because: 'no replica was seen lately' }
    const written = window.series('redis_master_repl_offset', subject)[0]
    const perSecond = written ? (rate(cut(written.points, window.to - settings.over, window.to)) ?? 0) : 0
    const bar = Math.max(settings.bytes, settings.seconds * perSecond)
    const least = live.map((series) => {
      const points = cut(series.points, window.to - settings.over, window.to)
      return { series, points: points.length, lag: Math.min(...points.map(([, value]) => value)) }
    })
    const worst = least.reduce((a, b) => (b.lag > a.lag ? b : a))
    if (worst.points < 5) return { subject, is: 'unjudged', because: `${worst.points} readings of the replicas; 5 needed` }
    if (worst.lag < bar) return { subject, is: 'clear' }
    const { slave_ip: ip, slave_port: port } = worst.series.labels
    return {
      subject,
      is: 'found',
      severity: 'warning',
      summary: `The replica ${ip}:${port} of ${target} is ${text(worst.lag, 'bytes')} behind`,
      evidence: [
        evidence(
          { from: window.to - settings.over, to: window.to },
          'redis_connected_slave_lag_bytes',
          worst.series.labels,
          'least it was behind',
          worst.lag,
          'bytes',
          { threshold: bar, method: `writes of ${text(perSecond, 'bytes')} a second` },
        ),
      ],
    }
  })
}

function across({ replica, primary }: Replica, window: SeriesWindow, settings: Settings): Verdict {
  const subject = { target: replica.name }
  const [link] = window.series('redis_master_link_up', subject)
  if (newestValue(link) === 0) return { subject, is: 'unjudged', because: 'it has lost its primary' }
  const from = window.to - settings.regionOver
  const all = behindSeconds({ replica, primary }, window, from)
  if (all.length < 5) return { subject, is: 'unjudged', because: `${all.length} readings of it and its primary; 5 needed` }
  const least = all.reduce((a, b) => (b.seconds < a.seconds ? b : a))
  if (least.seconds < settings.regionSeconds) return { subject, is: 'clear' }
  const [here, there] = [replica.labels!.region!, primary.labels!.region!]
  const old = `${least.over ? 'over ' : ''}${text(least.seconds, 'seconds')}`
  return {
    subject,
    is: 'found',
    severity: 'warning',
    summary: `Readers of ${replica.name} in ${safe(here, 64)} get values that are ${old} old: so far it is behind ${primary.name} in ${safe(there, 64)}`,
    evidence: [
      evidence({ from, to: window.to }, 'redis_slave_repl_offset', subject, 'least age of its values', least.seconds, 'seconds', {
        threshold: settings.regionSeconds,
        method: `${all.length} readings; since when the primary had written more than the replica has, by the offsets of both. Both are read once a second`,
      }),
    ],
  }
}
