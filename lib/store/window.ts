import { cut, increase } from '../math/rates.ts'
import type { RecordKind, RecordOf, TargetRecord } from '../model/record.ts'
import type { Labels, Point, PointColumns, Series } from '../model/series.ts'
import type { SeriesWindow } from '../model/window.ts'
import { Labelled } from './labelled.ts'

/** One series as somebody holds it, cut on demand. */
export interface Held {
  readonly metric: string
  readonly labels: Labels
  readonly stepMs: number
  readonly lateMs?: number
  points(from: number, to: number): readonly Point[]
  /** Whether there is any point in [from, to]: cheaper than to cut them. */
  spans(from: number, to: number): boolean
  /** The last point of [from, to], without the others. */
  newest?(from: number, to: number): Point | undefined
  /** All points of [from, to] as two columns, good until the next turn of the event loop; undefined where some are not in memory. */
  columnsWithin?(from: number, to: number): PointColumns | undefined
  /** Their moments alone, likewise. */
  momentsWithin?(from: number, to: number): Float64Array | undefined
  /** The value of the first of them where it is known that none is lower than the one before it; else undefined. */
  leastOfRising?(from: number, to: number): number | undefined
  /** A counter's growth over its points of [from, to], without making them. */
  grownWithin?(from: number, to: number): number
}

/** What a window looks into: the store's memory, or a few series of a test. */
export interface Holder {
  find(metric: string, labels?: Labels): readonly Held[]
  records<K extends RecordKind>(kind: K, target?: string): RecordOf<K>[]
  /** The holder of what lies days back; absent where this one holds it itself. */
  past?: Holder
}

/**
 * So many series a window keeps, with the points that were made of them: rules go target by target, and those of a whole fleet would be hundreds
 * of megabytes. Few, because each of them is compared with the one that is asked for.
 */
const KEPT_MOST = 16

/** A stretch of what a holder holds. Cheap to make: the points of each series are cut when they are first read, and kept while they are among the newest. */
export function windowOf(holder: Holder, from: number, to: number): SeriesWindow {
  const kept: CutSeries[] = []
  let next = 0
  const cutOf = (held: Held): CutSeries => {
    for (const series of kept) if (series.isOf(held)) return series
    const series = new CutSeries(held, from, to)
    kept[next] = series
    next = (next + 1) % KEPT_MOST
    return series
  }
  return {
    from,
    to,
    series: (metric, labels) => {
      const found = holder.find(metric, labels)
      // Mostly there is one: a list that grows has room for seventeen.
      if (found.length === 1) return found[0]!.spans(from, to) ? [cutOf(found[0]!)] : []
      const out: Series[] = []
      for (const held of found) if (held.spans(from, to)) out.push(cutOf(held))
      return out
    },
    records: (kind, target) => holder.records(kind, target).filter((record) => record.at <= to),
    between: (from, to) => windowOf(holder, from, to),
    ago: (offsetMs) => windowOf(holder.past ?? holder, from - offsetMs, to - offsetMs),
  }
}

/** A series of a window. Its points are made when they are first read and kept: each is an object, and most rules need few series in full. */
class CutSeries implements Series {
  readonly metric: string
  readonly labels: Labels
  readonly stepMs: number
  declare readonly lateMs?: number
  readonly #held: Held
  readonly #from: number
  readonly #to: number
  #points: readonly Point[] | null = null

  constructor(held: Held, from: number, to: number) {
    this.metric = held.metric
    this.labels = held.labels
    this.stepMs = held.stepMs
    if (held.lateMs) this.lateMs = held.lateMs
    this.#held = held
    this.#from = from
    this.#to = to
  }

  isOf(held: Held): boolean {
    return this.#held === held
  }

  get points(): readonly Point[] {
    this.#points ??= this.#held.points(this.#from, this.#to)
    return this.#points
  }

  get newest(): Point | undefined {
    if (this.#points || !this.#held.newest) return this.points.at(-1)
    return this.#held.newest(this.#from, this.#to)
  }

  columns(from = this.#from, to = this.#to): PointColumns | undefined {
    return this.#held.columnsWithin?.(Math.max(from, this.#from), Math.min(to, this.#to))
  }

  moments(from: number, to: number): Float64Array | undefined {
    return this.#held.momentsWithin?.(Math.max(from, this.#from), Math.min(to, this.#to))
  }

  leastOfRising(): number | undefined {
    return this.#held.leastOfRising?.(this.#from, this.#to)
  }

  grownWithin(from: number, to: number): number {
    if (this.#points || !this.#held.grownWithin) return increase(cut(this.points, from, to))
    return this.#held.grownWithin(Math.max(from, this.#from), Math.min(to, this.#to))
  }
}

/** A window over series that are simply given: for tests, replays and worked examples. */
export function windowOfSeries(series: readonly Series[], records: readonly TargetRecord[], from: number, to: number): SeriesWindow {
  const index = new Labelled<Held>()
  for (const one of series)
    index.add({
      metric: one.metric,
      labels: one.labels,
      stepMs: one.stepMs,
      ...(one.lateMs ? { lateMs: one.lateMs } : {}),
      // Read when they are asked for: whoever gives series may make their points only then.
      points: (from, to) => cut(one.points, from, to),
      spans: (from, to) => cut(one.points, from, to).length > 0,
    })
  const newestFirst = [...records].sort((a, b) => b.at - a.at)
  return windowOf(
    {
      find: (metric, labels) => index.find(metric, labels),
      records: <K extends RecordKind>(kind: K, target?: string) =>
        newestFirst.filter((record): record is RecordOf<K> => record.kind === kind && (target === undefined || record.target === target)),
    },
    from,
    to,
  )
}
