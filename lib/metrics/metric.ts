import type { Unit } from '../model/finding.ts'
import { namingOf } from '../model/naming.ts'
import type { Labels } from '../model/series.ts'
import type { Measurement, SeriesWindow } from '../model/window.ts'
import { drawnRows, type History, type Track } from './history.ts'
import { meanOfRows, rateOf } from './plain.ts'

/** Measures something over a window, of what these labels name. */
export type Measure = (window: SeriesWindow, where: Labels) => Measurement

/** The definition of a metric: name, unit, words, measurement over a window and history. It stands nowhere else. */
export type Metric = {
  name: string
  /** What people call it, in the middle of a sentence: "hit ratio". */
  words: string
  /** Ratios run 0 to 1, times are seconds, rates are per second; of a counter it is the unit of its rate. */
  unit: Unit
  /** Counters and gauges are stored as they were read; the others are computed of them. */
  kind: 'counter' | 'gauge' | 'rate' | 'ratio' | 'mean' | 'peak'
  /** The stored metrics without which it cannot be measured. */
  from: readonly string[]
  /** Stored metrics that it takes into account where they are reported. */
  also: readonly string[]
  measure: Measure
  /** Its history, computed of stored series; absent where the store has it under its own name. */
  series?: (history: History) => AsyncIterable<Track>
}

/** Where a stored gauge differs from the naming convention. */
type Stored = { unit?: Unit; together?: 'sum' | 'mean' }

/** A counter as it is stored: measured as its growth per second. */
export const counter = (name: string, words: string): Metric => {
  const { unit, events } = namingOf(name)
  return { name, words, unit, kind: 'counter', from: [name], also: [], measure: rateOf(name, events) }
}

/** A gauge as it is stored: measured as its mean over time. */
export const gauge = (name: string, words: string, stored: Stored = {}): Metric => {
  const { unit, together } = { ...namingOf(name), ...stored }
  return { name, words, unit, kind: 'gauge', from: [name], also: [], measure: meanOfRows(name, together) }
}

/** A counter's growth per second, under a name of its own. */
export const rate = (name: string, words: string, of: string): Metric => ({
  name,
  words,
  unit: 'perSecond',
  kind: 'rate',
  from: [of],
  also: [],
  measure: rateOf(of, namingOf(of).events),
  series: (history) => drawnRows(history, of),
})
