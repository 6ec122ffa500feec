import type { Labels, Reading } from '../model/series.ts'

/** True when a reading of that target belongs to the series: to compare is cheaper than to make the key. */
export function isReadingOf(series: { metric: string; labels: Labels }, target: string, reading: Reading): boolean {
  if (series.metric !== reading.metric) return false
  let names = 0
  let own = false
  for (const name in reading.labels) {
    names++
    if (name === 'target') own = true
    if (series.labels[name] !== reading.labels[name]) return false
  }
  if (!own && series.labels.target !== target) return false
  let all = 0
  for (const _ in series.labels) all++
  return all === (own ? names : names + 1)
}
