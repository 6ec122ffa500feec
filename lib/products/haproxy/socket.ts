import type { SocketAddress } from '../exchange.ts'
import { type Admin, oneByOne } from './admin.ts'
import { ask } from './client.ts'
import { parseServersState } from './serversState.ts'
import { checkedParts, refusedBy } from './settings.ts'

/** Weights and states by the admin socket. */
export const socketAdmin = (socket: SocketAddress): Admin => ({
  state: async (_pools, signal) => parseServersState(await ask(socket, 'show servers state', signal)),
  set: (edits, signal) => oneByOne(edits, (name, value) => set(socket, name, value, signal)),
  close: async () => {},
})

/** The command of the admin socket that sets a value. */
export function command(name: string, wanted: string): string {
  const { pool, server, what, value } = checkedParts(name, wanted)
  return `set server ${pool}/${server} ${what} ${value}`
}

/** Checks the answer to a command: HAProxy answers nothing on success, and anything else is a refusal in its own words. */
async function set(socket: SocketAddress, name: string, value: string, signal: AbortSignal): Promise<void> {
  const answer = (await ask(socket, command(name, value), signal)).trim()
  if (answer !== '') throw refusedBy(answer, name, value)
}
