import type { Value } from '../../metrics/history.ts'
import type { Labels } from '../../model/series.ts'
import type { Kind, Watched } from './watchedFigures.ts'

/** The course of one figure of one thing, from before the run to its end. */
export type Course = { kind: Kind; where: Labels; watched: Watched; points: readonly Value[] }
/** A figure that left the range in which it had been: when, with what value, and where that range ended. */
export type Left = Omit<Course, 'points'> & { at: number; value: number; limit: number; range: { low: number; high: number } }

/** Less says too little of what is usual. */
const BEFORE_MIN = 8
/** Points in a row outside: one alone is chance, or a poll that came late. */
const OUT_IN_A_ROW = 3
/** A range of a few minutes is narrower than the next few minutes: it is made wider by half of itself. */
const WIDER = 0.5

/** Figures that left their earlier range in the run and hurt, in the order of time. `judged`: of how many that could be told. */
export function leftTheirRange(courses: readonly Course[], from: number): { left: Left[]; judged: number } {
  let judged = 0
  const left = courses.flatMap((course) => {
    const found = leftOf(course, from)
    if (found !== 'unjudged') judged++
    return found === 'unjudged' || found === null ? [] : [found]
  })
  return { left: left.sort((a, b) => a.at - b.at), judged }
}

function leftOf({ points, ...course }: Course, from: number): Left | null | 'unjudged' {
  const { worse, floor } = course.watched
  const seen = points.filter((point): point is readonly [number, number] => point[1] !== null)
  // A bucket that begins before the run and ends in it is of neither.
  const before = seen.filter(([at]) => at + stepOf(points) <= from).map(([, value]) => value)
  const during = seen.filter(([at]) => at >= from)
  if (worse === undefined || before.length < BEFORE_MIN || during.length < OUT_IN_A_ROW) return 'unjudged'
  const range = { low: Math.min(...before), high: Math.max(...before) }
  const margin = Math.max(floor, WIDER * (range.high - range.low))
  const limit = worse === 'higher' ? range.high + margin : range.low - margin
  const isOut = (value: number) => (worse === 'higher' ? value > limit : value < limit)
  for (let i = 0, run = 0; i < during.length; i++) {
    run = isOut(during[i]![1]) ? run + 1 : 0
    if (run < OUT_IN_A_ROW) continue
    const [at, value] = during[i - OUT_IN_A_ROW + 1]!
    return { ...course, at, value, limit, range }
  }
  return null
}

/** How long a bucket is: points are evenly spaced, gaps among them. */
const stepOf = (points: readonly Value[]) => (points.length > 1 ? points[1]![0] - points[0]![0] : 0)

/** The value of a course at a moment: of the last point at or before it, unless that is a gap. */
export function valueAt(points: readonly Value[], at: number): number | null {
  return points.findLast(([moment]) => moment <= at)?.[1] ?? null
}
