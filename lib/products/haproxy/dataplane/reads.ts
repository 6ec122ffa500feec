import type { LimitRow } from '../admin.ts'
import { type FrontendRow, frontendRows } from '../frontends.ts'
import type { StateRow } from '../serversState.ts'
import { numbersIn, poolOf, serverOf } from '../stat.ts'
import { parseNative, parseRuntimeServers } from './answers.ts'
import { type Api, messageOf, part, refusal } from './api.ts'

/** The servers of one backend as they run; none of a backend that is not there: HAProxy's word for it comes with 500. */
export async function runtimeServers(api: Api, pool: string, signal: AbortSignal): Promise<StateRow[]> {
  const call = { path: `/runtime/backends/${part(pool)}/servers` }
  const answer = await api.send(call, signal)
  if (answer.status === 200) return parseRuntimeServers(answer.text, pool)
  if (/Can't find backend/.test(messageOf(answer))) return []
  throw refusal(answer, call)
}

/** The limits of all frontends as they run. */
export async function runtimeFrontends(api: Api, signal: AbortSignal): Promise<FrontendRow[]> {
  return frontendRows(parseNative(await api.text({ path: '/stats/native', query: { type: 'frontend' } }, signal)).frontends)
}

/** The limits of the servers of these backends as they run: `slim`, which is left out where there is none. */
export async function runtimeLimits(api: Api, pools: readonly string[], signal: AbortSignal): Promise<LimitRow[]> {
  const { servers } = parseNative(await api.text({ path: '/stats/native', query: { type: 'server' } }, signal))
  return servers
    .filter((row) => pools.includes(poolOf(row)))
    .map((row) => ({ pool: poolOf(row), server: serverOf(row), limit: numbersIn(row).optional('slim') ?? 0 }))
}
