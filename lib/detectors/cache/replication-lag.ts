import { z } from 'zod'
import { text } from '../../format/format.ts'
import { cut, rate } from '../../math/rates.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { bytes: number; seconds: number; over: number }

export const replicationLag: Detector<Settings> = {
  id: 'cache/replication-lag',
  title: 'Replica lags behind',
  why: 'Readers of the replica see old values, and what it has not yet received is lost when the primary fails. When the lag outgrows the replication backlog, the replica must copy everything anew, which loads both. A slow network, a replica that is busy with a long command or a burst of large writes are usual causes.',
  harmless: 'Where nobody reads from the replica and the lag shrinks again, as after a bulk load.',
  settings: z.strictObject({
    ...patience('5s', '10s'),
    bytes: threshold(4_194_304, 'Bytes that the replica is behind, 4 MiB: as much is in the buffers of a connection'),
    seconds: threshold(2, 'And seconds of the present write rate: a primary that writes a lot has more in transit'),
    over: duration('15s', 'Every reading in this time must show it: the replica catches up with one batch within a second'),
  }),
  needs: { spanMs: 60_000, metrics: ['redis_connected_slave_lag_bytes'], also: { metrics: ['redis_master_repl_offset'] } },
  detect: (window, _topology, settings) => {
    const targets = Map.groupBy(
      window.series('redis_connected_slave_lag_bytes').filter(({ labels }) => labels.slave_state === 'online'),
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
  },
}
