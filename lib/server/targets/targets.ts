import { factsOf } from '../../detectors/rows.ts'
import { mapped } from '../../engine/slices.ts'
import type { TargetStatus } from '../../engine/target.ts'
import { printable } from '../../format/printable.ts'
import type { Page } from '../../model/answers/shape.ts'
import type { FactView, LatencyView, RawView, TargetView } from '../../model/answers/target.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Topology } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { iso, isoOrNull } from '../http/iso.ts'
import type { Paging } from '../http/paging.ts'
import { searchedInSlices } from '../http/search.ts'
import { type Sorting, sortedPage } from '../http/sorting.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS, figure, figureWindow, newestFigure } from '../series/figures.ts'
import { targetColumns } from './columns.ts'

type TargetFilter = { q?: string; caching?: boolean; brief?: boolean }

/**
 * Configured and discovered targets, by name. Control documents are not among them: they are rings and TTL policies. `caching`: caches and stores
 * alone. `brief`: what one line of a list shows.
 */
export async function listTargets(
  runtime: Runtime,
  { q, caching = false, brief = false, ...asked }: Paging & Sorting & TargetFilter = {},
): Promise<Page<TargetView>> {
  const { engine } = runtime
  const seen = { window: engine.window(FIGURE_SPAN_MS), topology: engine.topology() }
  const sorted = listed(runtime).sort((a, b) => (a.name < b.name ? -1 : 1))
  const children = childrenOf(sorted)
  const roleOf = (name: string) => factsOf(seen.topology, name)?.role ?? engine.targetConfig(name)?.config.role
  const wanted = caching ? sorted.filter(({ name }) => roleOf(name) !== undefined) : sorted
  const { found, counted } = await searchedInSlices(wanted, q, (filter, { name, kind, through }) => {
    const [status, role] = [engine.target(name, false), roleOf(name)]
    return filter([name, kind, through, status?.title, status?.address, status?.state, status?.error, role], {
      ...status?.labels,
      target: name,
      kind,
      ...(status && { state: status.state }),
      ...(role && { role }),
    })
  })
  const by = {
    name: ({ name }: Listed) => name,
    columns: targetColumns(runtime, seen),
    labels: ({ name }: Listed) => engine.target(name, false)?.labels,
  }
  const { items, ...rest } = await sortedPage(found, by, asked)
  // One may go while others are read.
  const known = items.flatMap(({ name }) => engine.target(name, !brief) ?? [])
  const view = (status: TargetStatus) => targetView(runtime, status, seen, children.get(status.name))
  return { items: await mapped(known, brief ? (status) => briefly(view(status)) : view), ...rest, ...counted }
}

/** Four fifths of what a target says are its probes and the reasons of its capabilities. */
const briefly = (view: TargetView): TargetView => ({
  ...view,
  capabilities: view.capabilities.flatMap(({ feature, available }) => (available ? [] : [{ feature, available }])),
  probes: [],
})

export function getTarget(runtime: Runtime, name: string): TargetView {
  const { engine } = runtime
  const status = engine.target(name)
  if (!status || status.kind === CONTROL) throw new EvenkeelError('not_found', `There is no target of that name.`)
  const seen = { window: engine.window(FIGURE_SPAN_MS), topology: engine.topology() }
  return targetView(runtime, status, seen, childrenOf(listed(runtime)).get(name))
}

export type Listed = { name: string; kind: string; through?: string }

/** Those that were found through a target, by its name. */
function childrenOf(all: readonly Listed[]): Map<string, string[]> {
  const children = new Map<string, string[]>()
  for (const { name, through } of all) {
    if (through === undefined) continue
    const known = children.get(through)
    if (known) known.push(name)
    else children.set(through, [name])
  }
  return children
}
const FOUND_MAX = 200
const CONTROL = 'control'

const listed = (runtime: Runtime): Listed[] => runtime.engine.listed().filter(({ kind }) => kind !== CONTROL)
/** What of the fleet one list of views is made of. */
export type Seen = { window: SeriesWindow; topology: Topology }

/** What a product's own configuration says that pages need. */
type Configured = { monitor?: TargetView['monitor']; references?: { from: TargetView['references'] } }

function targetView(runtime: Runtime, status: TargetStatus, { window, topology }: Seen, found: readonly string[] | undefined): TargetView {
  const facts = factsOf(topology, status.name)
  const config = runtime.engine.targetConfig(status.name)?.config as Configured | undefined
  const [monitor, references] = [config?.monitor, config?.references?.from]
  const { memory, eviction, bursts } = facts?.can ?? {}
  // Caches and stores have one, whatever product they are seen through.
  const role = facts?.role ?? status.role
  const where = { target: status.name }
  const seen = figureWindow(runtime, facts, window)
  return {
    name: status.name,
    kind: status.kind,
    title: status.title,
    address: status.address,
    ...(role ? { role } : {}),
    ...(status.labels ? { labels: status.labels } : {}),
    ...(status.through === undefined ? {} : { through: status.through }),
    ...(found ? { found: found.slice(0, FOUND_MAX) } : {}),
    state: status.state,
    since: status.stateSince,
    ...(status.error ? { error: status.error } : {}),
    ...(facts?.version ? { version: facts.version } : {}),
    ...(facts?.runId ? { runId: facts.runId } : {}),
    capabilities: facts?.capabilities ?? [],
    lastPollAt: isoOrNull(status.lastPollAt),
    pollMs: status.pollMs,
    failures: status.failures,
    ...(status.nextPollAt === undefined ? {} : { nextPollAt: iso(status.nextPollAt) }),
    probes: status.probes.map((probe) => ({ ...probe, lastAt: isoOrNull(probe.lastAt) })),
    ...(role ? { can: { ...(memory && { memory }), ...(eviction && { eviction }) } } : {}),
    ...(monitor ? { monitor } : {}),
    ...(monitor === 'ask' && bursts ? { listening: bursts } : {}),
    ...(references ? { references } : {}),
    ...(role
      ? {
          figures: {
            hitRatio: figure('cache_hit_ratio', where, seen),
            readsPerSecond: figure('cache_read_rate', where, seen),
            evictionsPerSecond: figure('cache_eviction_rate', where, seen),
            memoryUsed: newestFigure('cache_memory_used_bytes', where, seen),
            memoryMax: newestFigure('cache_memory_max_bytes', where, seen),
            items: newestFigure('cache_items', where, seen),
          },
        }
      : {}),
  }
}

/** The newest raw answers of a target's probes, with control characters escaped. */
export function rawAnswers(runtime: Runtime, name: string): RawView[] {
  getTarget(runtime, name)
  return runtime.store.records('raw', name).map(({ id, at, text }) => ({ id, at: iso(at), text: printable(text) }))
}
/** Named facts of a target: configuration values, versions. */
export function targetFacts(runtime: Runtime, name: string): FactView[] {
  getTarget(runtime, name)
  return runtime.store.records('fact', name).map(({ id, at, value }) => ({ id, at: iso(at), value }))
}
/** Spikes that the server's own latency monitor has kept, by kind of event. */
export function latencyEvents(runtime: Runtime, name: string): LatencyView[] {
  getTarget(runtime, name)
  return runtime.store.records('latency', name).map(({ id, at, event, latestMs, maxMs }) => ({ id, at: iso(at), event, latestMs, maxMs }))
}
