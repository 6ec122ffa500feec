import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Relay = AsyncDisposable & {
  port: number
  /** Packets vanish in both directions: connections stay, and new ones are taken, but nothing comes through. */
  hold(): void
  /** What was held comes through. */
  release(): void
  /** Ends every connection, as a network that is cut and noticed. */
  cut(): void
}

/** A TCP relay to a port of loopback whose packets can be made to vanish. */
export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>()
  let held = false
  const pass = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on('data', (chunk) => {
      if (held) from.pause()
      to.write(chunk)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      to.destroy()
    })
    if (held) from.pause()
  }
  const server = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' })
    pass(near, far)
    pass(far, near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    hold() {
      held = true
      for (const socket of sockets) socket.pause()
    },
    release() {
      held = false
      for (const socket of sockets) socket.resume()
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
