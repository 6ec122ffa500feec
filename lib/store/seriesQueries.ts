import { type Labels, labelsMatch } from '../model/series.ts'
import type { Drawing, SeriesQuery, Store } from '../model/store.ts'
import type { Archive, Retention } from './archive.ts'
import { drawn, flushedPoints } from './draw.ts'
import { History } from './history.ts'
import type { SeriesMemory } from './seriesMemory.ts'
import { Common } from './sheet.ts'

type Options = { memory: SeriesMemory; archive: Archive; retention: Retention; now(): number }

/** Questions about series, answered from memory and the archive together. */
export function createSeriesQueries({ memory, archive, retention, now }: Options): Pick<Store, 'query' | 'drawings' | 'catalog'> {
  /** What a query is of; each series is drawn when it is asked for. */
  function drawings(asked: SeriesQuery): Drawing[] {
    const at = now()
    const kept = { rawFrom: at - retention.rawMs, fineFrom: at - retention.fineMs }
    // A time that has not come yet holds at most what a clock that was ahead left there.
    const query = { ...asked, to: Math.min(asked.to, Math.max(at, memory.newestAt ?? at)) }
    const found = memory.find(query.metric, query.labels)
    const onDisk = new Common()
    onDisk.older = (id, from, to) => flushedPoints(archive, id, from, to)
    for (const row of archive.since(query.metric, query.from, (id) => memory.has(id))) {
      if (!labelsMatch(row.labels, query.labels)) continue
      const history = new History(row.id, row.metric, row.labels, row.stepMs, onDisk)
      history.flushedTo = row.lastAt
      history.heldFrom = row.lastAt + 1
      found.push(history)
    }
    return found.map((history) => ({ labels: history.labels, draw: () => drawn(history, archive, query, kept) }))
  }

  return {
    drawings,
    query: (asked) =>
      drawings(asked)
        .map(({ draw }) => draw())
        .filter((view) => view.points.some((point) => point[1] !== null)),
    catalog(from) {
      const metrics = new Map<string, Labels[]>()
      const add = (metric: string, labels: Labels) => {
        const there = metrics.get(metric)
        if (there) there.push(labels)
        else metrics.set(metric, [labels])
      }
      for (const { metric, labels, lastAt } of memory.all()) if (lastAt >= from) add(metric, labels)
      for (const { metric, labels } of archive.since(null, from, (id) => memory.has(id))) add(metric, labels)
      return [...metrics].map(([metric, labels]) => ({ metric, labels })).sort((a, b) => (a.metric < b.metric ? -1 : 1))
    },
  }
}
