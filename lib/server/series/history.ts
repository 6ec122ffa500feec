import type { Pause } from '../../engine/slices.ts'
import type { History } from '../../metrics/history.ts'
import { isCounter } from '../../model/naming.ts'
import type { Labels } from '../../model/series.ts'
import type { Store } from '../../model/store.ts'

export type Asked = { labels: Labels; from: number; to: number; stepMs?: number }

/** The store's series as metrics read them, drawn in slices. */
export function historyOf(store: Pick<Store, 'drawings'>, { stepMs, ...asked }: Asked, pause: Pause): History {
  const stepOf = (leastMs: number) => Math.max(stepMs ?? leastMs, leastMs)
  return {
    labels: asked.labels,
    pause,
    stepMs: stepOf,
    rows: (metric, leastMs, labels = asked.labels) => {
      const step = leastMs === undefined ? stepMs : stepOf(leastMs)
      const query = { ...asked, labels, metric, rate: isCounter(metric), ...(step !== undefined && { stepMs: step }) }
      return store.drawings(query).map(({ labels, draw }) => ({
        labels,
        draw: async () => {
          await pause()
          return draw().points
        },
      }))
    },
  }
}
