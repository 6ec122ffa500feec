import type { WarmingView, WarmRunView } from '../../model/answers/warming.ts'
import type { WarmRun } from '../../model/warming.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import type { Runtime } from '../runtime.ts'
import { knownTarget } from '../targets/knownTarget.ts'

/** The hook of a target and its runs. Throws `not_found`. */
export function getWarming(runtime: Runtime, target: string): WarmingView {
  knownTarget(runtime, target)
  const { warming } = runtime
  const settings = warming.settings(target)
  const names = settings && warming.names(target)
  return {
    hook: settings && (settings.http ? 'http' : 'command'),
    keys: settings?.keys ?? null,
    perSecond: settings?.perSecond ?? null,
    names: names && { at: iso(names.at), keys: names.keys.length, covers: names.covers },
    refusal: settings ? warming.refusal(target) : 'The configuration names no hook of this target (warm).',
    runs: warming.runs(target).map(warmRunView),
  }
}

export const warmRunView = ({ emptiedAt, at, namedAt, newest, endedAt, stoppedBy: _, notBefore: __, ...run }: WarmRun): WarmRunView => ({
  ...run,
  emptiedAt: isoOrNull(emptiedAt),
  at: iso(at),
  namedAt: iso(namedAt),
  ...(newest && { newest: { ...newest, at: iso(newest.at) } }),
  ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
})
