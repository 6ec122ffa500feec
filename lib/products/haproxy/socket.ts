import type { SocketAddress } from '../exchange.ts'
import { type Admin, type LimitRow, oneByOne } from './admin.ts'
import { ask, readFrontends } from './client.ts'
import { frontendPart, parseFrontends } from './frontends.ts'
import { parseServersState } from './serversState.ts'
import { checkedParts, checkValue, limitParts, refusedBy } from './settings.ts'
import { numbersIn, parseStat, poolOf, serverOf } from './stat.ts'

/** Weights, states and limits by the admin socket. */
export const socketAdmin = (socket: SocketAddress): Admin => ({
  state: async (_pools, signal) => parseServersState(await ask(socket, 'show servers state', signal)),
  limits: async (pools, signal) => (await Promise.all(pools.map((pool) => limitsOf(socket, pool, signal)))).flat(),
  frontends: async (signal) => parseFrontends(await readFrontends(socket, signal)),
  set: (edits, signal) => oneByOne(edits, (name, value) => set(socket, name, value, signal)),
  close: async () => {},
})

/** The column `slim` of the servers of one pool (type 4): empty where there is no limit. */
async function limitsOf(socket: SocketAddress, pool: string, signal: AbortSignal): Promise<LimitRow[]> {
  const text = await ask(socket, `show stat ${pool} 4 -1`, signal)
  if (!text.startsWith('#')) return []
  return parseStat(text).servers.map((row) => ({ pool: poolOf(row), server: serverOf(row), limit: numbersIn(row).optional('slim') ?? 0 }))
}

/** The command of the admin socket that sets a value. */
export function command(name: string, wanted: string): string {
  const frontend = frontendPart(name)
  if (frontend !== null) {
    checkValue(name, wanted)
    return `set maxconn frontend ${frontend} ${wanted}`
  }
  const limit = limitParts(name)
  if (limit) {
    checkValue(name, wanted)
    return `set maxconn server ${limit.pool}/${limit.server} ${wanted}`
  }
  const { pool, server, what, value } = checkedParts(name, wanted)
  return `set server ${pool}/${server} ${what} ${value}`
}

/** Checks the answer to a command: HAProxy answers nothing on success, and anything else is a refusal in its own words. */
async function set(socket: SocketAddress, name: string, value: string, signal: AbortSignal): Promise<void> {
  const answer = (await ask(socket, command(name, value), signal)).trim()
  if (answer !== '') throw refusedBy(answer, name, value)
}
