import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Tap = AsyncDisposable & {
  port: number
  /** Commands that were sent through it and match, the oldest first. */
  sent(pattern: RegExp): string[]
}

/** A TCP relay to a port of loopback that remembers each line that clients send: how often a server was really told something. */
export async function startTap(port: number): Promise<Tap> {
  const sockets = new Set<Socket>()
  const lines: string[] = []
  const server = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' })
    let rest = ''
    near.on('data', (chunk) => {
      rest += chunk.toString('latin1')
      const whole = rest.split(/[\n;]/)
      rest = whole.pop()!
      lines.push(...whole)
    })
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => sockets.delete(from))
      from.pipe(to)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    sent: (pattern) => lines.filter((line) => pattern.test(line)),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
