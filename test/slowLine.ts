import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * A TCP relay that delays each chunk by `ms` in both directions. Loopback answers within a fraction of a millisecond; with the delay of a real
 * network a kill can fall between a write and its answer.
 */
export async function slowLine(port: number, ms: number): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>()
  const relay = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (chunk) => setTimeout(() => to.writable && to.write(chunk), ms))
    from.on('end', () => setTimeout(() => to.end(), ms))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      setTimeout(() => to.destroySoon(), ms)
    })
  }
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    relay(near, far)
    relay(far, near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
