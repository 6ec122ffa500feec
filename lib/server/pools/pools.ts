import { tunable } from '../../advisors/tunable.ts'
import { factsOf } from '../../detectors/rows.ts'
import { createSlices, mapped, type Pause } from '../../engine/slices.ts'
import { measuredValue } from '../../metrics/measure.ts'
import { shares } from '../../metrics/pool.ts'
import type { PoolServerView, PoolView } from '../../model/answers/pool.ts'
import type { Page } from '../../model/answers/shape.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { POOL_COLUMNS } from '../../model/listColumns.ts'
import type { Labels } from '../../model/series.ts'
import { labelsIn } from '../../model/targetLabels.ts'
import type { Pool } from '../../model/topology.ts'
import type { SeriesWindow } from '../../model/window.ts'
import { sharesExpected } from '../../predictions/sharesExpected.ts'
import type { Paging } from '../http/paging.ts'
import { searchedInSlices } from '../http/search.ts'
import { type Sortable, type Sorting, sortedPage } from '../http/sorting.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS, figureWindow, newest } from '../series/figures.ts'
import { spillsOf } from './spills.ts'

const keyOf = (pool: { target: string; name: string }) => `${pool.target}/${pool.name}`

/** The texts in which a pool is looked for. */
const textsOf = ({ target, name, algorithm, servers }: Pool) => [
  keyOf({ target, name }),
  algorithm,
  ...servers.flatMap((server) => [server.name, server.address]),
]

function poolColumns(seen: (pool: Pool) => SeriesWindow): Record<(typeof POOL_COLUMNS)[number], (pool: Pool) => Sortable> {
  const measured = (metric: string) => (pool: Pool) => measuredValue(metric, { target: pool.target, pool: pool.name }, seen(pool))
  return {
    name: keyOf,
    imbalance: measured('pool_imbalance'),
    requestsPerSecond: measured('pool_request_rate'),
    responseSeconds: measured('pool_response_seconds'),
    errorRatio: measured('pool_error_ratio'),
    servers: ({ servers }) => servers.length,
    algorithm: ({ algorithm }) => algorithm,
  }
}

/** `brief`: what one line of a list shows, for half of what the whole costs. */
export async function listPools(
  runtime: Runtime,
  { target, q, brief = false, ...asked }: Paging & Sorting & { target?: string; q?: string; brief?: boolean } = {},
): Promise<Page<PoolView>> {
  const window = runtime.engine.window(FIGURE_SPAN_MS)
  const topology = runtime.engine.topology()
  const labelsOf = labelsIn(topology)
  const pools = topology.pools.filter((pool) => target === undefined || pool.target === target)
  const { found, counted } = await searchedInSlices(pools, q, (filter, pool) =>
    filter(textsOf(pool), { ...labelsOf({ target: pool.target }), target: pool.target, pool: pool.name }),
  )
  const sorted = [...found].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  const pause = createSlices()
  const seen = (pool: Pool) => figureWindow(runtime, factsOf(topology, pool.target), window)
  const by = { name: keyOf, columns: poolColumns(seen), labels: (pool: Pool) => labelsOf({ target: pool.target }) }
  const { items, ...rest } = await sortedPage(sorted, by, asked)
  const view = (pool: Pool) => poolView(pool, seen(pool), labelsOf({ target: pool.target }), pause, brief)
  const views = await mapped(items, view, pause)
  return { items: views, ...rest, ...counted }
}

export async function getPool(runtime: Runtime, target: string, name: string): Promise<PoolView> {
  const pool = runtime.engine.topology().pools.find((candidate) => candidate.target === target && candidate.name === name)
  if (!pool) throw new EvenkeelError('not_found', 'There is no pool of that name on that target.')
  const lines = tunable(pool)
  const window = figureWindow(runtime, factsOf(runtime.engine.topology(), target), runtime.engine.window(FIGURE_SPAN_MS))
  return {
    ...(await poolView(pool, window, labelsIn(runtime.engine.topology())({ target }), createSlices())),
    ...(lines && { tunable: lines }),
  }
}

/** A pool's own numbers, and the share of each of its servers: what a picture of many pools shows. */
export function poolFigures(pool: Pool, window: SeriesWindow) {
  const where = { target: pool.target, pool: pool.name }
  const expected = sharesExpected(pool)
  const seen = shares(where, window)
  return {
    share(server: string) {
      const own = seen.get(server)
      return { expected: expected?.get(server) ?? null, seen: own?.is === 'measured' ? own.value : null }
    },
    requestsPerSecond: measuredValue('pool_request_rate', where, window),
    responseSeconds: measuredValue('pool_response_seconds', where, window),
    errorRatio: measuredValue('pool_error_ratio', where, window),
  }
}

/** Without its ring and what is said of its servers: two thirds of a long list. */
const briefly = <P extends Pick<Pool, 'ring' | 'unknown' | 'servers'>>({ ring: _, unknown: __, servers, ...pool }: P) => ({
  ...pool,
  servers: servers.map(({ name, address, id, weightSet, weightEffective, state, backup }) => ({
    name,
    address,
    id,
    weightSet,
    weightEffective,
    state,
    ...(backup && { backup }),
  })),
})

/** A server's own figures that a list does not show. */
const UNTOLD = { sessions: null, queue: null, requestsPerSecond: null, errorRatio: null, responseSeconds: null }

async function poolView(
  { lasting: _, tunable: _lines, consistent: _advice, unstick: _unstick, ...pool }: Pool,
  window: SeriesWindow,
  labels: Labels | undefined,
  pause: Pause,
  brief = false,
): Promise<PoolView> {
  const where = { target: pool.target, pool: pool.name }
  // Of the whole pool, also for a brief view: shares of a ring follow from the ring.
  const { share, ...own } = poolFigures(pool, window)
  const shown = brief ? briefly(pool) : pool
  const serverView = (server: Pool['servers'][number]): PoolServerView => {
    const one = { ...where, server: server.name }
    const { expected, seen } = share(server.name)
    if (brief) return { ...server, shareExpected: expected, shareSeen: seen, ...UNTOLD }
    return {
      ...server,
      shareExpected: expected,
      shareSeen: seen,
      sessions: newest('pool_sessions', one, window),
      queue: newest('pool_queue', one, window),
      requestsPerSecond: measuredValue('pool_request_rate', one, window),
      errorRatio: measuredValue('pool_error_ratio', one, window),
      responseSeconds: measuredValue('pool_response_seconds', one, window),
    }
  }
  const servers = await mapped(shown.servers, serverView, pause)
  const { weight } = pool.can
  const live = weight === true ? { liveWeights: true } : { liveWeights: false, because: weight.because }
  const spills = brief ? undefined : spillsOf(pool, (server) => newest('pool_sessions', { ...where, server }, window))
  return {
    ...shown,
    ...(labels && { labels }),
    ...live,
    servers,
    ...(spills && { spills }),
    ...own,
    imbalance: measuredValue('pool_imbalance', where, window),
  }
}
