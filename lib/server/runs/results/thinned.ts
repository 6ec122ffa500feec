import { LOAD_RESULT_MAX, type LoadMoment } from '../../../model/loadResult.ts'

/** The course of a run in at most so many moments: means of stretches, of users and times the largest. */
export function thinned(course: readonly LoadMoment[]): LoadMoment[] {
  const size = Math.ceil(course.length / LOAD_RESULT_MAX.course)
  if (size <= 1) return [...course]
  const out: LoadMoment[] = []
  for (let i = 0; i < course.length; i += size) {
    const part = course.slice(i, i + size)
    const of = (member: keyof LoadMoment) => part.map((moment) => moment[member]).filter((value) => value !== null)
    const mean = (values: number[]) => (values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null)
    const most = (values: number[]) => (values.length > 0 ? Math.max(...values) : null)
    out.push({
      at: part.at(-1)!.at,
      users: most(of('users')),
      perSecond: mean(of('perSecond')),
      failuresPerSecond: mean(of('failuresPerSecond')),
      p95: most(of('p95')),
    })
  }
  return out
}
