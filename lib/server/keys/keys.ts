import { hotKey } from '../../detectors/cache/hot-key.ts'
import { safe } from '../../format/format.ts'
import type { BigKeyView, HotKeyView, KeyPatternView } from '../../model/answers/key.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { FingerprintView, SlowView } from '../../model/answers/slow.ts'
import type { Filter } from '../../model/filter.ts'
import type { HotKey } from '../../model/record.ts'
import { iso } from '../http/iso.ts'
import { type Counted, type Paging, page, pageNewest } from '../http/paging.ts'
import { searched } from '../http/search.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'
import { fingerprints, ofLarge, ofSlow } from './fingerprints.ts'
import { patternView } from './patternView.ts'

type Of = { target?: string } & Paging
type Searched = Of & { q?: string }

/** A sort key for largest first: the figure, subtracted from a constant. */
const descending = (value: number, name: string) => `${(1e15 - value * 1e6).toFixed(0).padStart(22, '0')} ${name}`

/** A target's keys as they were at its newest look: what was hot or big before that is so no more. */
export function newestLook<T extends { target: string; at: number }>(records: readonly T[]): T[] {
  const newest = new Map<string, number>()
  for (const { target, at } of records) newest.set(target, Math.max(at, newest.get(target) ?? 0))
  return records.filter(({ target, at }) => at === newest.get(target))
}

/** As it is and as it is shown: bytes that are no text are written out. */
const wantedKey = (filter: Filter, { key, target }: { key: string; target: string }) =>
  filter([key, safe(key, Number.POSITIVE_INFINITY), target], { target })

const nameOf = (key: { target?: string; key?: string }) => JSON.stringify([key.target, key.key])

/** The keys that the rule finds hot now, by its own settings: with a threshold of its own the page would call keys hot that no finding names. */
function foundHot({ config, engine }: Runtime): Set<string> {
  const settings = hotKey.settings.parse({})
  const verdicts = hotKey.detect(engine.window(hotKey.needs.spanMs), engine.topology(), {
    ...settings,
    ...config.rules[hotKey.id]?.settings,
  } as typeof settings)
  return new Set([...verdicts].flatMap(({ is, subject }) => (is === 'found' ? [nameOf(subject)] : [])))
}

/** By share of their target's reads, hottest first; `hot` is the verdict of the rule. */
export function hotKeys(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<HotKeyView> {
  knownTarget(runtime, target)
  const hot = foundHot(runtime)
  const key = (hot: { share: number; target: string; key: string }) => descending(hot.share, `${hot.target} ${hot.key}`)
  const { found, counted } = searched(newestLook(runtime.store.records('hot-key', target)), q, wantedKey)
  const { items, ...rest } = pageSorted(found, key, paging)
  const view = ({ kind: _, id: __, at, ...one }: HotKey): HotKeyView => {
    const { measure = 'reads', heardMs = null } = one
    return { ...one, measure, heardMs, confidence: confidenceOf(one), at: iso(at), hot: hot.has(nameOf(one)) }
  }
  return { items: items.map(view), ...rest, ...counted }
}

/** How sure a share is, by its interval. LFU counters tell a class and no share. */
function confidenceOf({ share, low, high, method }: Pick<HotKey, 'share' | 'low' | 'high' | 'method'>): HotKeyView['confidence'] {
  const wide = share > 0 ? Math.max(high - share, share - low) / share : Number.POSITIVE_INFINITY
  if (method === 'lfu' || wide > 0.5) return 'low'
  return wide > 0.25 ? 'medium' : 'high'
}

export function bigKeys(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<BigKeyView> {
  knownTarget(runtime, target)
  const key = (big: { bytes: number; target: string; key: string }) => descending(big.bytes, `${big.target} ${big.key}`)
  const { found, counted } = searched(newestLook(runtime.store.records('big-key', target)), q, wantedKey)
  const { items, ...rest } = pageSorted(found, key, paging)
  return { items: items.map(({ kind: _, id: __, at, ...big }) => ({ ...big, at: iso(at) })), ...rest, ...counted }
}

export function keyPatterns(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<KeyPatternView> {
  knownTarget(runtime, target)
  const key = (one: { share: number; target: string; pattern: string }) => descending(one.share, `${one.target} ${one.pattern}`)
  const { found, counted } = searched(newestLook(runtime.store.records('key-pattern', target)), q, (filter, { pattern, target }) =>
    wantedKey(filter, { key: pattern, target }),
  )
  const { items, ...rest } = pageSorted(found, key, paging)
  return { items: items.map((one) => patternView(one, runtime.patternRatios.of(one.target, one.pattern))), ...rest, ...counted }
}

/** Newest first, every node's. */
export function listSlow(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<SlowView> {
  knownTarget(runtime, target)
  const { found, counted } = searched(runtime.store.records('slow', target), q, (filter, { command, client, clientName, target }) =>
    filter([command.join(' '), client, clientName, target], { target }),
  )
  const { items, ...rest } = pageNewest(found, (entry) => entry.at, paging)
  return { items: items.map(({ kind: _, fingerprint: __, at, ...entry }) => ({ ...entry, at: iso(at) })), ...rest, ...counted }
}

/** The slow log, and the logs of large requests and replies, counted by kind: the costliest first. */
export function listFingerprints(
  runtime: Runtime,
  { target, log = 'slow', q, ...paging }: Searched & { log?: FingerprintView['log'] } = {},
): Page<FingerprintView> {
  knownTarget(runtime, target)
  const entries =
    log === 'slow'
      ? runtime.store.records('slow', target).map(ofSlow)
      : runtime.store
          .records('large', target)
          .filter((entry) => entry.log === log)
          .map(ofLarge)
  const { found, counted } = searched(fingerprints(entries, runtime.now()), q, (filter, { fingerprint, targets, clients }) =>
    filter(
      [fingerprint, ...targets, ...clients],
      targets.map((target) => ({ target })),
    ),
  )
  return { ...page(found, ({ total, fingerprint }) => descending(total / 1e6, fingerprint), paging), ...counted }
}

/** One page of what is sorted by a key that takes long to make: it is made once for each, not for each comparison. */
function pageSorted<T>(found: readonly T[], key: (item: T) => string, paging: Paging): Counted<T> {
  const keyed = found.map((item) => ({ item, at: key(item) })).sort((a, b) => (a.at < b.at ? -1 : 1))
  const { items, ...rest } = page(keyed, ({ at }) => at, paging)
  return { items: items.map(({ item }) => item), ...rest }
}
