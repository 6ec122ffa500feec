import { Agent, createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { quantile } from '../lib/math/robust.ts'

/** A server with a number of workers (its capacity): each handles one request at a time, in order of arrival, for a fixed time. */
export interface Workers extends AsyncDisposable {
  readonly port: number
  /** How long a request is worked on, in ms; may be changed while it runs. */
  serviceMs: number
}

/** Starts one on a free port of loopback; its answers name it in `x-app`. */
export async function startWorkers(name: string, workers: number, serviceMs: number): Promise<Workers> {
  const waiting: (() => void)[] = []
  let free = workers
  const server = createServer((_request, response) => {
    const work = () => {
      setTimeout(() => {
        response.writeHead(200, { 'x-app': name }).end('done\n')
        const next = waiting.shift()
        if (next) next()
        else free++
      }, own.serviceMs)
    }
    if (free > 0) {
      free--
      work()
    } else waiting.push(work)
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own: Workers = {
    port: (server.address() as AddressInfo).port,
    serviceMs,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return own
}

/** HAProxy's configuration with these servers in the pool `app`, named `app1` and up. */
export const poolConfig = (port: number, servers: readonly Workers[], weights: readonly number[], balance = 'roundrobin') => `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 60s
frontend in
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance ${balance}
${servers.map((server, i) => `  server app${i + 1} 127.0.0.1:${server.port} weight ${weights[i]}`).join('\n')}
`

export interface Client {
  /** p95 of each server, `app1` and up, over the newest `ms`, in ms. */
  p95s(servers: number, ms: number): number[]
  /** Mean of all over the newest `ms`, in seconds. */
  mean(ms: number): number
  stop(): void
}

/** Asks at a rate over a fixed number of connections; when all are busy, it waits for one. Evenly, or at random (Poisson). */
export function startClient(port: number, perSecond: number, connections: number, arrivals: 'even' | 'random' = 'even'): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers: { at: number; app: string; ms: number }[] = []
  let busy = 0
  let due = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    for (; due <= now; due += (1000 / perSecond) * (arrivals === 'even' ? 1 : -Math.log(1 - Math.random()))) {
      if (busy >= connections) continue
      busy++
      const sent = performance.now()
      get({ port, host: '127.0.0.1', path: '/', agent }, (response) => {
        response.resume()
        response.on('end', () => {
          busy--
          answers.push({ at: performance.now(), app: String(response.headers['x-app']), ms: performance.now() - sent })
        })
      }).on('error', () => void busy--)
    }
  }, 2)
  const newest = (ms: number) => answers.filter(({ at }) => at >= performance.now() - ms)
  return {
    p95s: (servers, ms) => {
      const own = newest(ms)
      return Array.from(
        { length: servers },
        (_, i) =>
          quantile(
            own.filter(({ app }) => app === `app${i + 1}`).map((answer) => answer.ms),
            0.95,
          ) ?? Number.NaN,
      )
    },
    mean: (ms) => {
      const own = newest(ms)
      return own.reduce((sum, answer) => sum + answer.ms, 0) / own.length / 1000
    },
    stop() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

/** Spread: the slowest over the fastest, minus one. */
export const apart = (times: readonly number[]) => Math.max(...times) / Math.min(...times) - 1
