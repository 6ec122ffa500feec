import { interval, safe } from '../format/format.ts'
import type { Advisor } from '../model/detector.ts'
import { hotKeyRemedies, placeOf } from './hotKeyRemedies.ts'

/** What takes a hot key's load off its node. All of it is done in the application or by a person: no setting does it. */
export const hotKeyAdvice: Advisor = {
  id: 'hot-key',
  title: 'Take the load of a key off its node',
  answers: ['cache/hot-key'],
  spanMs: 60_000,
  propose({ subject: { target, key } }, window, topology) {
    if (target === undefined || key === undefined) return null
    const [record] = window.records('hot-key', target).filter((one) => one.key === key)
    if (!record) return null
    const lines = hotKeyRemedies(record, placeOf(target, topology, window)).map(({ title, off, because }) => {
      const taken = off === null ? 'no number' : `takes ${interval(off.low, off.high, 'perSecond')} off`
      return `${title} (${taken}): ${because}`
    })
    return { none: [`What can be done about ${safe(key, 80)}, with code on the Keys page:`, ...lines].join('\n') }
  },
}
