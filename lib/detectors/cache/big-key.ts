import { z } from 'zod'
import { safe, text } from '../../format/format.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Verdict } from '../../model/finding.ts'
import { evidence } from '../rows.ts'
import { duration, patience, share, threshold } from '../settings.ts'

type Settings = DetectorSettings & { bytes: number; share: number; warning: number; fresh: number }

export const bigKey: Detector<Settings> = {
  id: 'cache/big-key',
  title: 'Big key',
  why: 'One key holds megabytes. Reading or deleting it stalls every other client of the server meanwhile, it cannot be split over servers, and moving it blocks both. Split it by field or by page, and delete such keys with UNLINK.',
  harmless: 'Where the key is read rarely, by a job that nobody waits for, and never deleted at once.',
  settings: z.strictObject({
    ...patience('0s', '30s'),
    bytes: threshold(10_485_760, 'Size of a key, 10 MiB: each whole read takes tens of milliseconds'),
    share: share(0.01, 'And this share of the memory: on a large server a few such keys do no harm'),
    warning: threshold(104_857_600, 'Size from which it is a warning, 100 MiB: each access is a stall that users notice'),
    fresh: duration('10m', 'Older samples are ignored: the key may be gone'),
  }),
  needs: { spanMs: 60_000, metrics: [], records: ['big-key'], also: { metrics: ['cache_memory_used_bytes'] } },
  // One target after the other: all keys of thousands of caches in one list would hold the process up for as long as it is sorted.
  detect: (window, topology, settings) =>
    topology.targets.values().flatMap(({ name: target }): Verdict[] => {
      const keys = window.records('big-key', target).filter(({ at }) => window.to - at <= settings.fresh)
      if (keys.length === 0) return []
      const used = window.series('cache_memory_used_bytes', { target })[0]?.points.at(-1)?.[1]
      const big = keys.filter(({ bytes }) => bytes >= settings.bytes && (!used || bytes >= settings.share * used))
      return [
        ...big.map(
          ({ key, type, bytes, at }): Verdict => ({
            subject: { target, key },
            is: 'found',
            severity: bytes >= settings.warning ? 'warning' : 'info',
            summary: `${safe(key, 80)}, a ${type}, holds ${text(bytes, 'bytes')} of ${target}${used ? `, ${text(bytes / used, 'ratio')} of its memory` : ''}`,
            evidence: [
              evidence({ from: at, to: window.to }, 'cache_memory_used_bytes', { target }, 'size of the key', bytes, 'bytes', {
                threshold: settings.bytes,
                method: 'as the server tells it, of a list or a hash by a sample of its elements',
              }),
            ],
          }),
        ),
        // Clears every key that has no verdict of its own.
        { subject: { target }, is: 'clear' },
      ]
    }),
}
