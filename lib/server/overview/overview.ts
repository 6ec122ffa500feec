import { createSlices } from '../../engine/slices.ts'
import type { ChangeView } from '../../model/answers/change.ts'
import type { OverviewView } from '../../model/answers/overview.ts'
import { changeInFlight } from '../../model/change.ts'
import { scoreOf } from '../../model/changeScore.ts'
import { changeView } from '../changes/changes.ts'
import { iso } from '../http/iso.ts'
import { mode } from '../mode/mode.ts'
import type { Runtime } from '../runtime.ts'
import { tiers } from './tiers.ts'
import { topFindings } from './topFindings.ts'

/** Most rows of top findings below the picture. */
const RECENT = 5

/** Everything the first page shows, in one answer. */
export async function getOverview(runtime: Runtime): Promise<OverviewView> {
  const targets = runtime.engine.targets().filter((target) => target.kind !== 'control')
  const count = (state: string) => targets.filter((target) => target.state === state).length
  const changes = runtime.store.changes.list()
  const pause = createSlices()
  const { needs, list } = await topFindings(runtime, pause)
  const view = (change: (typeof changes)[number]): ChangeView => changeView(runtime, change)
  return {
    at: iso(runtime.now()),
    mode: mode(runtime),
    targets: { total: targets.length, up: count('up'), down: count('down'), unknown: count('unknown') },
    needs,
    learning: runtime.engine.learning(),
    ...(await tiers(runtime, pause)),
    pains: list,
    watching: changes.filter((change) => changeInFlight(change.state)).map(view),
    recent: changes
      .filter((change) => !changeInFlight(change.state))
      .slice(0, RECENT)
      .map(view),
    score: scoreOf(changes),
  }
}
