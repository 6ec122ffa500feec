import { mapped } from '../../engine/slices.ts'
import { apart } from '../../math/intervals.ts'
import type { KeyDifferenceView, SamplingView } from '../../model/answers/remedy.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { DIFFERENCE_COLUMNS } from '../../model/listColumns.ts'
import type { KeySampling } from '../../model/record.ts'
import { iso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import { searchedInSlices } from '../http/search.ts'
import { type Sortable, type Sorting, sortedPage } from '../http/sorting.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'
import { newestLook } from './keys.ts'

type Sampling = Pick<KeySampling, 'target' | 'at' | 'rows'>
type Row = KeySampling['rows'][number]
type What = KeySampling['what']

/** Samplings that are kept, newest first. */
export function listSamplings(
  runtime: Runtime,
  { target, what = 'hot', ...paging }: { target?: string; what?: What } & Paging = {},
): Page<SamplingView> {
  knownTarget(runtime, target)
  const kept = runtime.store.records('key-sampling', target).filter((one) => one.what === what)
  const { items, ...rest } = pageNewest(kept, ({ at }) => at, paging)
  return {
    ...rest,
    items: items.map(({ target, what, id, at, method, rows }) => ({ target, what, id, at: iso(at), method, names: rows.length })),
  }
}

type Asked = { target?: string; what?: What; before?: number; after?: number; q?: string } & Paging & Sorting

const movedBy = ({ before, after }: KeyDifferenceView) => Math.abs((after?.share ?? 0) - (before?.share ?? 0))
const COLUMNS: Record<(typeof DIFFERENCE_COLUMNS)[number], (one: KeyDifferenceView) => Sortable> = {
  name: ({ name }) => name,
  target: ({ target }) => target,
  before: ({ before }) => before?.share,
  after: ({ after }) => after?.share,
  moved: movedBy,
}

/** What changed between two samplings of each target: at `before` (the oldest that is kept, unless given) and at `after` (what is known now). */
export async function compareSamplings(
  runtime: Runtime,
  { target, what = 'hot', before, after, q, sort, ...paging }: Asked = {},
): Promise<Page<KeyDifferenceView>> {
  knownTarget(runtime, target)
  const kept = Map.groupBy(
    runtime.store.records('key-sampling', target).filter((one) => one.what === what),
    (one) => one.target,
  )
  const now = Map.groupBy(newest(runtime, what, target), (one) => one.target)
  const differences = await mapped(new Set([...kept.keys(), ...now.keys()]), (name) => {
    const samplings: Sampling[] = kept.get(name) ?? []
    const earlier = before === undefined ? samplings.at(-1) : upTo(samplings, before)
    const later = after === undefined ? now.get(name)?.[0] : upTo(samplings, after)
    return earlier && later && earlier.at < later.at ? differencesOf(earlier, later) : []
  })
  const { found, counted } = await searchedInSlices(differences.flat(), q, (filter, { name, target }) => filter([name, target], { target }))
  // Largest first unless another order is asked for.
  const by = { name: ({ target, name }: KeyDifferenceView) => `${target} ${name}`, columns: COLUMNS, labels: () => undefined }
  return { ...(await sortedPage(found, by, { sort: sort ?? '-moved', ...paging })), ...counted }
}

/** Of samplings, newest first, the newest that is not later. */
const upTo = (samplings: readonly Sampling[], at: number) => samplings.find((one) => one.at <= at)

/** What the page shows now, as a sampling of each target. */
function newest(runtime: Runtime, what: What, target: string | undefined): Sampling[] {
  const rows: (Row & { target: string; at: number })[] =
    what === 'hot'
      ? newestLook(runtime.store.records('hot-key', target)).map((one) => ({ ...one, name: one.key }))
      : newestLook(runtime.store.records('key-pattern', target)).map((one) => ({ ...one, name: one.pattern, perSecond: null }))
  return [...Map.groupBy(rows, (row) => row.target)].map(([name, rows]) => ({ target: name, at: rows[0]!.at, rows }))
}

/** Pure. Of two samplings only what differs beyond chance is called more or less. */
export function differencesOf(before: Sampling, after: Sampling): KeyDifferenceView[] {
  const [old, fresh] = [before, after].map(({ rows }) => new Map(rows.map((row) => [row.name, row]))) as [
    Map<string, Row>,
    Map<string, Row>,
  ]
  return [...new Set([...old.keys(), ...fresh.keys()])].map((name) => {
    const [was, is] = [old.get(name), fresh.get(name)]
    return {
      target: after.target,
      name,
      before: stated(was),
      after: stated(is),
      change: changeOf(was, is),
      beforeAt: iso(before.at),
      afterAt: iso(after.at),
    }
  })
}

function changeOf(was: Row | undefined, is: Row | undefined): KeyDifferenceView['change'] {
  if (!was) return 'appeared'
  if (!is) return 'gone'
  if (!apart({ ...was, value: was.share }, { ...is, value: is.share })) return 'same'
  return is.share > was.share ? 'more' : 'less'
}

const stated = (row: Row | undefined) => (row ? { share: row.share, low: row.low, high: row.high, perSecond: row.perSecond } : null)
