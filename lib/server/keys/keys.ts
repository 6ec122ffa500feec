import { hotKey } from '../../detectors/cache/hot-key.ts'
import type { BigKeyView, HotKeyView, KeyPatternView } from '../../model/answers/key.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { FingerprintView, SlowView } from '../../model/answers/slow.ts'
import type { HotKey } from '../../model/record.ts'
import { iso } from '../http/iso.ts'
import { type Paging, page, pageNewest } from '../http/paging.ts'
import { holds } from '../http/search.ts'
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
  const found = foundHot(runtime)
  const wanted = holds(q)
  const key = (hot: { share: number; target: string; key: string }) => descending(hot.share, `${hot.target} ${hot.key}`)
  return page(
    newestLook(runtime.store.records('hot-key', target))
      .filter((one) => wanted([one.key, one.target]))
      .map(({ kind: _, id: __, at, ...one }): HotKeyView => {
        const { measure = 'reads', heardMs = null } = one
        return { ...one, measure, heardMs, confidence: confidenceOf(one), at: iso(at), hot: found.has(nameOf(one)) }
      })
      .sort(by(key)),
    key,
    paging,
  )
}

/** How sure a share is, by its interval. LFU counters tell a class and no share. */
function confidenceOf({ share, low, high, method }: Pick<HotKey, 'share' | 'low' | 'high' | 'method'>): HotKeyView['confidence'] {
  const wide = share > 0 ? Math.max(high - share, share - low) / share : Number.POSITIVE_INFINITY
  if (method === 'lfu' || wide > 0.5) return 'low'
  return wide > 0.25 ? 'medium' : 'high'
}

export function bigKeys(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<BigKeyView> {
  knownTarget(runtime, target)
  const wanted = holds(q)
  const key = (big: { bytes: number; target: string; key: string }) => descending(big.bytes, `${big.target} ${big.key}`)
  return page(
    newestLook(runtime.store.records('big-key', target))
      .filter((big) => wanted([big.key, big.target]))
      .map(({ kind: _, id: __, at, ...big }) => ({ ...big, at: iso(at) }))
      .sort(by(key)),
    key,
    paging,
  )
}

export function keyPatterns(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<KeyPatternView> {
  knownTarget(runtime, target)
  const key = (one: { share: number; target: string; pattern: string }) => descending(one.share, `${one.target} ${one.pattern}`)
  const wanted = holds(q)
  const views = newestLook(runtime.store.records('key-pattern', target))
    .filter((one) => wanted([one.pattern, one.target]))
    .map((one) => patternView(one, runtime.patternRatios.of(one.target, one.pattern)))
  return page(views.sort(by(key)), key, paging)
}

/** Newest first, every node's. */
export function listSlow(runtime: Runtime, { target, q, ...paging }: Searched = {}): Page<SlowView> {
  knownTarget(runtime, target)
  const wanted = holds(q)
  const entries = runtime.store
    .records('slow', target)
    .filter((entry) => wanted([entry.command.join(' '), entry.client, entry.clientName, entry.target]))
  const { items, ...rest } = pageNewest(entries, (entry) => entry.at, paging)
  return { items: items.map(({ kind: _, fingerprint: __, at, ...entry }) => ({ ...entry, at: iso(at) })), ...rest }
}

/** The slow log, and the logs of large requests and replies, counted by kind: the costliest first. */
export function listFingerprints(
  runtime: Runtime,
  { target, log = 'slow', ...paging }: Of & { log?: FingerprintView['log'] } = {},
): Page<FingerprintView> {
  knownTarget(runtime, target)
  const entries =
    log === 'slow'
      ? runtime.store.records('slow', target).map(ofSlow)
      : runtime.store
          .records('large', target)
          .filter((entry) => entry.log === log)
          .map(ofLarge)
  return page(fingerprints(entries, runtime.now()), ({ total, fingerprint }) => descending(total / 1e6, fingerprint), paging)
}

const by =
  <T>(key: (item: T) => string) =>
  (a: T, b: T) =>
    key(a) < key(b) ? -1 : 1
