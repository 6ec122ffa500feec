import type { CurvePoint, CurveRecord } from '../lib/model/record.ts'
import { FROM } from './series.ts'

const MIB = 1_048_576
type Drawn = Partial<CurvePoint> & { hitRatio: number }

/** A curve of the cache `a` whose first point is the present. */
export function curve(points: [Drawn, ...Drawn[]], more: Partial<CurveRecord> = {}): CurveRecord {
  return {
    kind: 'curve',
    target: 'a',
    id: 'memory',
    varies: 'memory',
    at: FROM,
    points: points.map((point) => ({
      bytes: 100 * MIB,
      ttlMs: null,
      policy: 'allkeys-lru',
      samples: 5,
      low: point.hitRatio - 0.01,
      high: point.hitRatio + 0.01,
      ageP95Ms: 60_000,
      filled: true,
      warmUpMs: null,
      ...point,
    })),
    present: { point: 0, measured: points[0].hitRatio },
    spanMs: 7_200_000,
    readsShare: 1,
    basis: '2 h of references, 12 000 keys',
    ...more,
  }
}
