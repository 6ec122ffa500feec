import { z } from 'zod'
import { text } from '../../format/format.ts'
import { cut, increase, latest, spanMs } from '../../math/rates.ts'
import { median } from '../../math/robust.ts'
import type { Detector, DetectorSettings } from '../../model/detector.ts'
import type { Evidence, Verdict } from '../../model/finding.ts'
import type { Series } from '../../model/series.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { evidence, staleBecause } from '../rows.ts'
import { duration, patience, threshold } from '../settings.ts'

type Settings = DetectorSettings & { over: number; perSecondMin: number; young: number; pages: number; times: number }

/** A slab class over the newest `over` ms. */
type SlabClass = {
  id: string
  /** Evictions a second. */
  evicted: number
  /** How long what it evicts had not been read, in seconds. */
  evictedIdle: number
  /** How long its longest idle item has not been read, in seconds. */
  idle: number
  /** Pages that were free all the time; all its pages; bytes of one. */
  free: number
  pages: number
  pageBytes: number
  itemBytes: number
}

const EVICTED = 'memcached_slab_items_evicted_total'
const EVICTED_IDLE = 'memcached_slab_items_evicted_time_seconds'
const IDLE = 'memcached_slab_items_age_seconds'
const FREE = 'memcached_slab_chunks_free'
const PAGES = 'memcached_slab_current_pages'
const CHUNKS = 'memcached_slab_chunks_per_page'
const CHUNK = 'memcached_slab_chunk_size_bytes'

export const slabImbalance: Detector<Settings> = {
  id: 'cache/slab-imbalance',
  title: 'A slab class evicts while another has idle memory',
  why: 'memcached gives memory in pages to classes of item sizes. When the sizes of what is stored change, the pages stay with the class that had them: it keeps free chunks, or items that nobody reads any more, while another class evicts items that were just in use. The hit ratio falls though the memory would suffice. slab_automove moves pages by itself, one at a time; where it is switched off, nothing else does before a restart.',
  harmless: 'Where the class that evicts holds items that are not read again.',
  settings: z.strictObject({
    ...patience('60s', '60s'),
    over: duration(
      '2m',
      'Evictions are counted, and pages must have been free, over this time: slab_automove itself needs half a minute to see them',
    ),
    perSecondMin: threshold(1, 'Evictions a second of one class from which it is judged'),
    young: duration('1h', 'Evicted items that had been idle for longer are no loss'),
    pages: threshold(3, 'Idle pages of the other class: memcached itself moves the third free one'),
    times: threshold(
      4,
      'How many times longer the items of the other class are idle, where none of its pages is free: slab_automove evens them to 1.25',
    ),
  }),
  needs: { spanMs: 150_000, metrics: [EVICTED, EVICTED_IDLE, IDLE, FREE, PAGES, CHUNKS, CHUNK], also: { records: ['fact'] } },
  detect: (window, _topology, settings) =>
    Map.groupBy(window.series(EVICTED), ({ labels }) => labels.target ?? '')
      .entries()
      .map(([target, series]): Verdict => {
        const subject = { target }
        const newest = series.reduce((a, b) => ((b.points.at(-1)?.[0] ?? 0) > (a.points.at(-1)?.[0] ?? 0) ? b : a))
        const stale = staleBecause(newest, window.to)
        if (stale) return { subject, is: 'unjudged', because: stale }
        const from = window.to - settings.over
        const seconds = Math.max(...series.map(({ points }) => spanMs(cut(points, from, window.to)))) / 1_000
        if (seconds < settings.over / 2_000)
          return { subject, is: 'unjudged', because: `seen for ${Math.round(seconds)} s; ${settings.over / 2_000} s needed` }
        const classes = series.flatMap((one) => classOf(window, one, from) ?? [])
        const [short] = classes
          .filter(({ evicted, evictedIdle }) => evicted >= settings.perSecondMin && evictedIdle <= settings.young / 1_000)
          .sort((a, b) => b.evicted - a.evicted)
        const rich = short && richest(classes, short, settings)
        if (!short || !rich) return { subject, is: 'clear' }
        const isFree = rich.free >= settings.pages
        const off = window.records('fact', target).find(({ id }) => id === 'config/slab_automove')?.value === '0'
        return {
          subject,
          is: 'found',
          severity: isFree || off ? 'warning' : 'info',
          summary: `${target} evicts items of up to ${text(short.itemBytes, 'bytes')}, ${text(short.evicted, 'perSecond')}, that were read ${text(short.evictedIdle, 'seconds')} before, while ${
            isFree
              ? `${Math.floor(rich.free)} pages (${text(rich.free * rich.pageBytes, 'bytes')}) for items of up to ${text(rich.itemBytes, 'bytes')} are free`
              : `${rich.pages} pages (${text(rich.pages * rich.pageBytes, 'bytes')}) hold items of up to ${text(rich.itemBytes, 'bytes')}, some idle for ${text(rich.idle, 'seconds')}`
          }`,
          evidence: evidenceOf({ from, to: window.to }, target, short, rich, settings),
        }
      }),
}

/** The class with the most free pages; where none has enough of them, the one whose items are idle for much longer than what is evicted. */
function richest(classes: readonly SlabClass[], short: SlabClass, { pages, times }: Settings): SlabClass | undefined {
  const others = classes.filter((one) => one !== short)
  const free = others.filter((one) => one.free >= pages).sort((a, b) => b.free * b.pageBytes - a.free * a.pageBytes)
  const idle = others
    .filter((one) => one.pages >= pages && one.idle >= times * Math.max(1, short.evictedIdle))
    .sort((a, b) => b.idle - a.idle)
  return free[0] ?? idle[0]
}

/** Null while something of it is not reported: a class that has just begun. */
function classOf(window: SeriesWindow, evictions: Series, from: number): SlabClass | null {
  const within = (metric: string) => cut(window.series(metric, evictions.labels)[0]?.points ?? [], from, window.to)
  const values = (metric: string) => within(metric).map(([, value]) => value)
  const points = cut(evictions.points, from, window.to)
  const [chunks, chunk, pages, idle] = [CHUNKS, CHUNK, PAGES, IDLE].map((metric) => latest(within(metric)))
  const free = values(FREE)
  if (chunks == null || chunk == null || pages == null || !(chunks > 0) || free.length === 0 || points.length < 2) return null
  return {
    id: evictions.labels.class ?? '',
    evicted: increase(points) / (spanMs(points) / 1_000),
    evictedIdle: median(values(EVICTED_IDLE)) ?? Number.POSITIVE_INFINITY,
    idle: idle ?? 0,
    free: Math.min(...free) / chunks,
    pages,
    pageBytes: chunks * chunk,
    itemBytes: chunk,
  }
}

function evidenceOf(
  span: { from: number; to: number },
  target: string,
  short: SlabClass,
  rich: SlabClass,
  settings: Settings,
): [Evidence, ...Evidence[]] {
  const of = ({ id }: SlabClass) => ({ target, class: id })
  const { free, idle } = rich
  return [
    evidence(span, EVICTED, of(short), `evictions of class ${short.id}`, short.evicted, 'perSecond', { threshold: settings.perSecondMin }),
    evidence(span, EVICTED_IDLE, of(short), 'time since they had been read', short.evictedIdle, 'seconds', {
      threshold: settings.young / 1_000,
    }),
    free >= settings.pages
      ? evidence(span, FREE, of(rich), `pages of class ${rich.id} that were free all the time`, Math.floor(free), 'count', {
          threshold: settings.pages,
        })
      : evidence(span, IDLE, of(rich), `time since the longest idle item of class ${rich.id} was read`, idle, 'seconds', {
          baseline: short.evictedIdle,
          threshold: settings.times * Math.max(1, short.evictedIdle),
        }),
  ]
}
