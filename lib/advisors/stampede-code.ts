import { interval, text } from '../format/format.ts'
import { measuredValue } from '../metrics/measure.ts'
import type { Advisor } from '../model/detector.ts'
import { stampedeRemedies } from './stampedeRemedies.ts'

/** What keeps readers of a key that has ended from fetching it all at once. All of it is code of the application: no setting does it. */
export const stampedeCode: Advisor = {
  id: 'stampede-code',
  title: 'One fetch instead of many, in the application',
  answers: ['cache/stampede'],
  spanMs: 30_000,
  propose({ subject, evidence }, window) {
    const duplicates = evidence.find(({ unit }) => unit === 'ratio')?.value
    const fills = measuredValue('cache_fills_total', subject, window) ?? measuredValue('cache_writes_total', subject, window)
    if (duplicates === undefined || fills === null || fills <= 0) return null
    const connections = measuredValue('cache_connections', { target: subject.target ?? '' }, window)
    const lines = stampedeRemedies({ fills, duplicates, connections }).map(({ title, fetches, because }) => {
      const left = fetches === null ? 'no number' : `${fetchesText(fetches)} still fetched`
      return `${title} (${left}): ${because}`
    })
    const now = `${text(fills, 'perSecond')} are fetched now, ${text(duplicates, 'ratio')} of them again`
    return { none: [`What ends it is code of the application, see docs/stampedes.md. ${now}.`, ...lines].join('\n') }
  },
}

const fetchesText = ({ low, high }: { low: number; high: number }) =>
  high - low < 1e-9 ? `about ${text(low, 'perSecond')}` : interval(low, high, 'perSecond')
