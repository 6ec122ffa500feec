import { changeInFlight } from '../model/change.ts'
import type { ChangeView, OverviewView } from '../model/views.ts'
import { changeView } from './changes.ts'
import type { House } from './house.ts'
import { mode } from './mode.ts'
import { pains } from './pains.ts'
import { tiers } from './tiers.ts'
import { iso } from './time.ts'

/** Rows below the picture: what is worth a look first. */
const RECENT = 5

/** Everything the first page shows, in one answer. */
export function getOverview(house: House): OverviewView {
  const targets = house.engine.targets().filter((target) => target.kind !== 'control')
  const count = (state: string) => targets.filter((target) => target.state === state).length
  const changes = house.store.changes.list()
  const { needs, list } = pains(house)
  const view = (change: (typeof changes)[number]): ChangeView => changeView(house, change)
  const judged = changes.filter((change) => change.prediction && change.measured && change.verdict && change.verdict !== 'unjudged')
  const inside = judged.filter(({ prediction, measured }) => measured!.after >= prediction!.low && measured!.after <= prediction!.high)
  return {
    at: iso(house.now()),
    mode: mode(house),
    targets: { total: targets.length, up: count('up'), down: count('down'), unknown: count('unknown') },
    needs,
    learning: house.engine.learning(),
    ...tiers(house),
    pains: list,
    watching: changes.filter((change) => changeInFlight(change.state)).map(view),
    recent: changes
      .filter((change) => !changeInFlight(change.state))
      .slice(0, RECENT)
      .map(view),
    score: { inside: inside.length, judged: judged.length },
  }
}
