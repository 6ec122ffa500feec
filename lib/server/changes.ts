import { lastingText } from '../advisors/weight-file.ts'
import type { OwnChange } from '../changes/changes.ts'
import type { GuardState } from '../changes/guards.ts'
import { text } from '../format/format.ts'
import { metricWords } from '../format/metric.ts'
import type { Change, ChangeState } from '../model/change.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Guard, Step } from '../model/proposal.ts'
import { lastStage } from '../model/slowStart.ts'
import type { ChangeView, Page } from '../model/views.ts'
import { figureOf } from './figures.ts'
import type { House } from './house.ts'
import { type Paging, pageNewest } from './paging.ts'
import { iso, withIso } from './time.ts'

/** Newest first. */
export function listChanges(
  house: House,
  { state, finding, ...paging }: { state?: ChangeState; finding?: string } & Paging = {},
): Page<ChangeView> {
  const found = house.store.changes.list(
    (change) => (state === undefined || change.state === state) && (finding === undefined || change.finding === finding),
  )
  const { items, ...rest } = pageNewest(found, (change) => change.at, paging)
  return { items: items.map((change) => changeView(house, change)), ...rest }
}

export function getChange(house: House, id: string): ChangeView {
  const change = house.store.changes.get(id)
  if (!change) throw new EvenkeelError('not_found', 'There is no change of that id.')
  const lasting = lastingOf(house, change)
  return { ...changeView(house, change), ...(lasting.length > 0 && { lasting }) }
}

/** For each server that runs otherwise than its configuration file says: how the change is made to outlive a reload. */
function lastingOf(house: House, { state, steps }: Change): string[] {
  if (state !== 'watching' && state !== 'kept') return []
  const { pools } = house.engine.topology()
  return pools.flatMap((pool) =>
    pool.servers
      .filter(({ name, fileLine }) =>
        steps.some(({ setting }) => fileLine && setting.target === pool.target && setting.name.startsWith(`${pool.name}/${name}/`)),
      )
      .map((server) => lastingText(pool, server)),
  )
}

/** A change of one's own, without a proposal. */
export async function createChange(
  house: House,
  own: OwnChange,
  by: string,
  options: { dryRun?: boolean } = {},
): Promise<{ change: string | null; steps: Step[]; commands: string[] }> {
  return house.changes.create(own, by, options)
}

export async function rollBackChange(house: House, id: string, by: string): Promise<ChangeView> {
  getChange(house, id)
  await house.changes.rollBack(id, by)
  return getChange(house, id)
}

export async function keepChange(house: House, id: string, by: string): Promise<ChangeView> {
  getChange(house, id)
  await house.changes.keep(id, by)
  return getChange(house, id)
}

/** A person has seen to what a change left open. */
export function settleChange(house: House, id: string, by: string): ChangeView {
  getChange(house, id)
  house.changes.settle(id, by)
  return getChange(house, id)
}

export function changeView(house: House, change: Change): ChangeView {
  const { journal, slowStart, ...rest } = change
  const watching = change.state === 'watching'
  return {
    ...(withIso(rest, 'at', 'watchFrom', 'watchUntil', 'endedAt') as Omit<ChangeView, 'journal' | 'guardsNow'>),
    journal: journal.map((entry) => ({ ...entry, at: iso(entry.at) })),
    ...(slowStart && {
      slowStart: {
        stage: slowStart.stage + 1,
        of: lastStage(slowStart) + 1,
        done: slowStart.doneAt !== undefined,
        weights: slowStart.rises,
        ...(slowStart.nextAt !== undefined && { nextAt: iso(slowStart.nextAt) }),
      },
    }),
    guardsNow: watching ? house.changes.guardsOf(change.id).map(guardNow) : [],
  }
}

/** `error ratio > 2.0 % for 5 s: the others fail under what they were given`. */
const guardWords = ({ metric, op, limit, unit, forMs, why }: Guard) =>
  `${metricWords(metric)} ${op} ${text(limit, unit)} for ${Math.round(forMs / 1000)} s: ${why}`

export function guardNow({ guard, seen, limit, loosened, breachedSince }: GuardState): ChangeView['guardsNow'][number] {
  return {
    metric: guard.metric,
    text: guardWords(guard),
    now: figureOf(seen),
    breached: breachedSince !== null,
    ...(breachedSince !== null && { since: iso(breachedSince) }),
    ...(loosened && { loosenedTo: limit }),
  }
}
