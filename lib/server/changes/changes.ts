import { lastingText } from '../../advisors/weight-file.ts'
import type { OwnChange } from '../../changes/changes.ts'
import type { GuardState } from '../../changes/guards.ts'
import { text } from '../../format/format.ts'
import { metricOf } from '../../metrics/registry.ts'
import type { ChangeView } from '../../model/answers/change.ts'
import type { AppliedView } from '../../model/answers/proposal.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { Change, ChangeState } from '../../model/change.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Guard } from '../../model/proposal.ts'
import { serverOf } from '../../model/setting.ts'
import { lastStage } from '../../model/slowStart.ts'
import { iso, withIso } from '../http/iso.ts'
import { type Paging, pageNewest } from '../http/paging.ts'
import { searched } from '../http/search.ts'
import type { Runtime } from '../runtime.ts'
import { figureOf } from '../series/figures.ts'

/** Newest first. */
export function listChanges(
  runtime: Runtime,
  { state, finding, q, ...paging }: { state?: ChangeState; finding?: string; q?: string } & Paging = {},
): Page<ChangeView> {
  const listed = runtime.store.changes.list(
    (change) => (state === undefined || change.state === state) && (finding === undefined || change.finding === finding),
  )
  const { found, counted } = searched(listed, q, (filter, { because, by, state, steps, labels }) =>
    filter(
      [because, by, ...steps.flatMap(({ setting, before, after }) => [setting.target, setting.name, before, after])],
      steps.map(({ setting: { target } }) => ({ ...labels, state, target })),
    ),
  )
  const { items, ...rest } = pageNewest(found, (change) => change.at, paging)
  return { items: items.map((change) => changeView(runtime, change)), ...rest, ...counted }
}

export function getChange(runtime: Runtime, id: string): ChangeView {
  const change = runtime.store.changes.get(id)
  if (!change) throw new EvenkeelError('not_found', 'There is no change of that id.')
  const lasting = lastingOf(runtime, change)
  const retime = runtime.changes.retimings(change).map(({ target, step, text, because }) => ({
    target,
    text,
    commands: runtime.changes.describe([step]).commands,
    ...(because !== null && { because }),
  }))
  return { ...changeView(runtime, change), ...(lasting.length > 0 && { lasting }), ...(retime.length > 0 && { retime }) }
}

/** The job that re-times the keys of one cache that were stored before a TTL became shorter, as a change of its own. */
export async function retimeChange(
  runtime: Runtime,
  id: string,
  target: string,
  by: string,
  options: { dryRun?: boolean } = {},
): Promise<AppliedView> {
  getChange(runtime, id)
  return runtime.changes.retime(id, target, by, options)
}

/** For each server that runs otherwise than its configuration file says: how the change is made to outlive a reload. */
function lastingOf(runtime: Runtime, { state, steps }: Change): string[] {
  if (state !== 'watching' && state !== 'kept') return []
  const { pools } = runtime.engine.topology()
  const changed = steps.flatMap(({ setting }) => serverOf(setting, pools) ?? [])
  return pools.flatMap((pool) =>
    pool.servers
      .filter((server) => server.fileLine && changed.some((one) => one.server === server))
      .map((server) => lastingText(pool, server)),
  )
}

/** A change of one's own, without a proposal. */
export async function createChange(runtime: Runtime, own: OwnChange, by: string, options: { dryRun?: boolean } = {}): Promise<AppliedView> {
  return runtime.changes.create(own, by, options)
}

export async function rollBackChange(runtime: Runtime, id: string, by: string): Promise<ChangeView> {
  getChange(runtime, id)
  await runtime.changes.rollBack(id, by)
  return getChange(runtime, id)
}

export async function keepChange(runtime: Runtime, id: string, by: string): Promise<ChangeView> {
  getChange(runtime, id)
  await runtime.changes.keep(id, by)
  return getChange(runtime, id)
}

/** The acknowledgement of what a change left open. */
export function settleChange(runtime: Runtime, id: string, by: string): ChangeView {
  getChange(runtime, id)
  runtime.changes.settle(id, by)
  return getChange(runtime, id)
}

export function changeView(runtime: Runtime, change: Change): ChangeView {
  const { journal, slowStart, committed, returned, approval: _, ...rest } = change
  const watching = change.state === 'watching'
  return {
    ...(withIso(rest, 'at', 'watchFrom', 'watchUntil', 'endedAt') as Omit<ChangeView, 'journal' | 'guardsNow' | 'committed' | 'returned'>),
    ...(committed && { committed: { ...committed, until: iso(committed.until) } }),
    ...(returned && { returned: { ...returned, until: iso(returned.until) } }),
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
    guardsNow: watching ? runtime.changes.guardsOf(change.id).map(guardNow) : [],
  }
}

/** `error ratio > 2.0 % for 5 s: the other servers fail more often under the added load`. */
const guardWords = ({ metric, op, limit, unit, forMs, why }: Guard) =>
  `${metricOf(metric).words} ${op} ${text(limit, unit)} for ${Math.round(forMs / 1000)} s: ${why}`

function guardNow({ guard, seen, limit, loosened, shared, breachedSince }: GuardState): ChangeView['guardsNow'][number] {
  return {
    metric: guard.metric,
    text: guardWords(guard),
    now: figureOf(seen),
    breached: breachedSince !== null,
    ...(breachedSince !== null && { since: iso(breachedSince) }),
    ...(shared !== null && { siblings: shared }),
    ...(loosened && { loosenedTo: limit }),
  }
}
