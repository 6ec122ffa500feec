import type { Unit } from '@/lib/format/format.ts'
import type { ChartPoint } from './geometry.ts'

export type ChartSeries = { name: string; points: readonly ChartPoint[]; colour?: string; dashed?: boolean }
/** A series as it is drawn: with a colour, and the column that it has in the rows. */
export type DrawnSeries = ChartSeries & { id: string; colour: string }
/** A moment when something was done: a violet line. `external`: what people and programs have annotated, which Evenkeel did not do: a grey one. */
export type Annotation = { at: number; label: string; external?: boolean }
/** A horizontal line that values are held against. */
export type Level = { value: number; label: string }
/** What a change predicts: hatched from `from` to `to` between `low` and `high`. */
export type Band = { from: number; to: number; low: number; high: number; label: string }

/** What a chart of lines over time shows. */
export type ChartContent = {
  title: string
  unit: Unit
  /** Epoch ms: the page's range, whether there is data or not. */
  from: number
  to: number
  stepMs?: number
  threshold?: Level
  baseline?: Level
  annotations?: readonly Annotation[]
  bands?: readonly Band[]
  /** False: the axis need not begin at zero. */
  fromZero?: boolean
}
