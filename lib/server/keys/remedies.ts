import { copiesFor, hotKeyRemedies, LOCAL_SECONDS, placeOf } from '../../advisors/hotKeyRemedies.ts'
import type { RemediesView } from '../../model/answers/remedy.ts'
import type { Page } from '../../model/answers/shape.ts'
import { onePage, type Paging } from '../http/paging.ts'
import type { Runtime } from '../runtime.ts'
import { hotKeys, newestLook } from './keys.ts'
import { remedyCode } from './remedyCode.ts'

const SPAN_MS = 60_000

/** What takes the load of hot keys off their nodes, at the rates that were measured last, hottest first. */
export function listRemedies(
  runtime: Runtime,
  { target, key, ...paging }: { target?: string; key?: string } & Paging = {},
): Page<RemediesView> {
  const { items, ...rest } = hotKeys(runtime, { target, ...paging })
  const [topology, window] = [runtime.engine.topology(), runtime.engine.window(SPAN_MS)]
  const wanted =
    key === undefined
      ? items.filter(({ hot }) => hot)
      : newestLook(runtime.store.records('hot-key', target)).filter((one) => one.key === key)
  const remedies = wanted.map((one): RemediesView => {
    const place = placeOf(one.target, topology, window)
    const code = key === undefined ? {} : { code: remedyCode(LOCAL_SECONDS, copiesFor(place.nodes)) }
    return { target: one.target, key: one.key, perSecond: one.perSecond, remedies: hotKeyRemedies(one, place), ...code }
  })
  return key === undefined ? { items: remedies, ...rest } : onePage(remedies)
}
