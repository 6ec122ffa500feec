import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy before one server that can hold everything back, as a network does that loses packets: polls time out while the server is well. */
export type Gate = { port: number; closed: boolean; stop(): Promise<void> }

export async function startGate(to: number): Promise<Gate> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let closed = false
  const server = createServer((near) => {
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true })
    const pair = [near, far] as const
    pairs.add(pair)
    const end = () => {
      near.destroy()
      far.destroy()
      pairs.delete(pair)
    }
    for (const socket of pair) {
      socket.on('error', end)
      socket.on('close', end)
      if (closed) socket.pause()
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => near.write(bytes))
    if (closed) for (const socket of pair) socket.pause()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get closed() {
      return closed
    },
    set closed(now) {
      closed = now
      for (const socket of [...pairs].flat()) now ? socket.pause() : socket.resume()
    },
    async stop() {
      for (const socket of [...pairs].flat()) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
