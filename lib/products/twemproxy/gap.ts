import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseSocketAddress, type SocketAddress } from '../exchange.ts'
import type { PoolConfig } from './configFile.ts'

const TRY_MS = 500
/** Between two tries to connect: the gap is known to about this. */
const LOOK_MS = 1
const BACK_WITHIN_MS = 10_000

/** The address at which this machine reaches a pool; null where that is not known. */
export function socketOfPool({ listen }: PoolConfig): SocketAddress | null {
  const where = listen?.trim().split(/\s+/)[0]
  return where ? parseSocketAddress(where.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')) : null
}

/**
 * For how long clients are cut, in ms: from the end of a connection that stood to the first that opens again. `begin` first, then the
 * restart, then `end`; null where nothing could be measured (it listens elsewhere, it did not come back, nothing was cut).
 */
export async function watchGap(address: SocketAddress): Promise<{ end(): Promise<number | null> }> {
  const held = await opened(address)
  if (!held) return { end: async () => null }
  let over = false
  const gap = new Promise<number | null>((resolve) => {
    held.once('close', async () => {
      const cutAt = performance.now()
      while (!over && performance.now() - cutAt < BACK_WITHIN_MS) {
        const socket = await opened(address)
        socket?.destroy()
        if (socket) return resolve(performance.now() - cutAt)
        await sleep(LOOK_MS)
      }
      resolve(null)
    })
  })
  return {
    async end() {
      // A connection that nobody has cut yet is cut by no restart.
      const answer = await Promise.race([gap, sleep(TRY_MS, null)])
      over = true
      held.destroy()
      return answer
    },
  }
}

/** A connection that stands, or null. Errors of later are its end and no more. */
function opened(address: SocketAddress): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: TRY_MS })
    socket.once('connect', () => {
      socket.setTimeout(0)
      resolve(socket)
    })
    socket.once('timeout', () => socket.destroy())
    socket.on('error', () => {})
    socket.once('close', () => resolve(null))
    socket.resume()
  })
}
