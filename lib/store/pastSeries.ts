import type { Labels, Point } from '../model/series.ts'
import type { Archive, Retention } from './archive.ts'
import { drawn } from './draw.ts'
import type { History } from './history.ts'
import { COARSE_MS } from './rollup.ts'
import type { SeriesMemory } from './seriesMemory.ts'
import type { Held, Holder } from './window.ts'

const MINUTE = 60_000
const HOUR = 3_600_000
/** Hours of a series that are kept drawn. A rule that finds something asks for the same few at each tick; 60 points each, some 30 MB at most. */
const HOURS_MOST = 8_192

type Options = { memory: SeriesMemory; archive: Archive; retention: Retention; now(): number }

/** What series were days ago, by the minute, for those that are still reported: hours are drawn from the archive once and cached. */
export class PastSeries implements Holder {
  readonly #options: Options
  readonly #hours = new Map<string, readonly Point[]>()

  constructor(options: Options) {
    this.#options = options
  }

  find(metric: string, labels?: Labels): Held[] {
    return this.#options.memory.find(metric, labels).map((history) => ({
      metric,
      labels: history.labels,
      // Two weeks back there are stretches of five minutes alone.
      stepMs: Math.max(COARSE_MS, history.stepMs),
      points: (from, to) => this.#points(history, from, to),
      spans: (from, to) => this.#points(history, from, to).length > 0,
    }))
  }

  records(): [] {
    return []
  }

  /** The clock was set, so that hours are others. */
  clear(): void {
    this.#hours.clear()
  }

  #points(history: History, from: number, to: number): Point[] {
    const out: Point[] = []
    for (let hour = Math.floor(from / HOUR); hour * HOUR <= to; hour++)
      for (const point of this.#hour(history, hour)) if (point[0] >= from && point[0] <= to) out.push(point)
    return out
  }

  #hour(history: History, hour: number): readonly Point[] {
    const key = `${history.id} ${hour}`
    let points = this.#hours.get(key)
    if (points) this.#hours.delete(key)
    else {
      points = this.#drawn(history, hour * HOUR)
      if (this.#hours.size >= HOURS_MOST) this.#hours.delete(this.#hours.keys().next().value!)
    }
    this.#hours.set(key, points)
    return points
  }

  #drawn(history: History, from: number): Point[] {
    const { archive, retention, now } = this.#options
    const kept = { rawFrom: now() - retention.rawMs, fineFrom: now() - retention.fineMs }
    const query = { metric: history.metric, labels: history.labels, from, to: from + HOUR - 1, stepMs: MINUTE }
    return drawn(history, archive, query, kept).points.filter((point): point is Point => point[1] !== null)
  }
}
