import type { RecordKind, RecordOf } from './record.ts'
import type { Labels, Series } from './series.ts'

/** The whole fleet's newest history, read-only. `to` is now: detectors have no other clock. */
export interface SeriesWindow {
  readonly from: number
  readonly to: number
  /** Every series of that metric whose labels include the given ones, cut to [from, to]. Empty when there is none. */
  series(metric: string, labels?: Labels): Series[]
  /** Records of that kind, newest first. */
  records<K extends RecordKind>(kind: K, target?: string): RecordOf<K>[]
  /** The same fleet between two moments (epoch ms). */
  between(from: number, to: number): SeriesWindow
  /**
   * The same fleet so long ago, from what is kept of it: by the minute or coarser, without records. It may be asked (`between`) for times after
   * its `to` as well. Read only where something is about to be found: it lies on the disk.
   */
  ago(offsetMs: number): SeriesWindow
}

/** The result of a measurement: a value with its 95 % interval, or what is missing. */
export type Measurement = { is: 'measured'; value: number; low: number; high: number; count: number } | { is: 'unjudged'; because: string }
