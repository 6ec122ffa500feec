import { measure } from '../../metrics/measure.ts'
import { metricOf } from '../../metrics/registry.ts'
import { type Labels, labelsKey } from '../../model/series.ts'
import type { Measurement, SeriesWindow } from '../../model/window.ts'
import { type Kind, WATCHED, type Watched } from './watchedFigures.ts'

/** How a figure of the run lies to that of the time before: `same` where chance alone explains the difference, or it does not matter. */
export type Moved = 'worse' | 'better' | 'higher' | 'lower' | 'same' | 'unjudged'
export type Compared = { metric: string; before: Measurement; during: Measurement; moved: Moved }
export type ComparedThing = { kind: Kind; where: Labels; figures: Compared[] }

/** Every pool, ring and cache that was seen in either window, with its figures in both. What is not reported of a thing is left out. */
export function compare(before: SeriesWindow, during: SeriesWindow): ComparedThing[] {
  return (Object.keys(WATCHED) as Kind[]).flatMap((kind) =>
    thingsIn(kind, [before, during]).map((where) => ({ kind, where, figures: figuresOf(kind, where, before, during) })),
  )
}

/** The labels of each thing of a kind that some series is of. */
function thingsIn(kind: Kind, windows: readonly SeriesWindow[]): Labels[] {
  const { labels, tellsOf } = WATCHED[kind]
  const found = new Map<string, Labels>()
  for (const window of windows)
    for (const metric of tellsOf)
      for (const series of window.series(metric)) {
        const where = Object.fromEntries(labels.map((label) => [label, series.labels[label]]))
        if (labels.every((label) => where[label] !== undefined)) found.set(labelsKey(where as Labels), where as Labels)
      }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, where]) => where)
}

function figuresOf(kind: Kind, where: Labels, before: SeriesWindow, during: SeriesWindow): Compared[] {
  return WATCHED[kind].figures.flatMap((watched) => {
    const isReported = [before, during].some((window) =>
      metricOf(watched.metric).from.every((from) => window.series(from, where).length > 0),
    )
    if (!isReported) return []
    const [was, is] = [measure(watched.metric, where, before), measure(watched.metric, where, during)]
    return [{ metric: watched.metric, before: was, during: is, moved: moved(watched, was, is) }]
  })
}

/**
 * Sure where the run's value lies outside of what two stretches of the usual would differ by: the noise is that of the time before. The run's own
 * scatter is no noise: a load that rises, or a fall half-way, makes its interval wide because so much happened.
 */
export function moved({ worse, floor }: Pick<Watched, 'worse' | 'floor'>, before: Measurement, during: Measurement): Moved {
  if (before.is === 'unjudged' || during.is === 'unjudged') return 'unjudged'
  const isHigher = during.value - before.value > Math.SQRT2 * (before.high - before.value)
  const isLower = before.value - during.value > Math.SQRT2 * (before.value - before.low)
  if ((!isHigher && !isLower) || Math.abs(during.value - before.value) < floor) return 'same'
  const direction = isHigher ? 'higher' : 'lower'
  if (worse === undefined) return direction
  return direction === worse ? 'worse' : 'better'
}
