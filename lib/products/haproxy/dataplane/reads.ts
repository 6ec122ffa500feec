import type { StateRow } from '../serversState.ts'
import { parseRuntimeServers } from './answers.ts'
import { type Api, messageOf, part, refusal } from './api.ts'

/** The servers of one backend as they run; none of a backend that is not there: HAProxy's word for it comes with 500. */
export async function runtimeServers(api: Api, pool: string, signal: AbortSignal): Promise<StateRow[]> {
  const call = { path: `/runtime/backends/${part(pool)}/servers` }
  const answer = await api.send(call, signal)
  if (answer.status === 200) return parseRuntimeServers(answer.text, pool)
  if (/Can't find backend/.test(messageOf(answer))) return []
  throw refusal(answer, call)
}
