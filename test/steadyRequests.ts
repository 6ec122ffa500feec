import { Agent, get } from 'node:http'
import { ask, type HaproxyServer } from './servers.ts'

/** Steady requests to each of the ports of loopback, so many a second each, until it is disposed. */
export function steadyRequests(ports: readonly number[], perSecond: number): Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: 96 })
  const timer = setInterval(() => {
    for (const port of ports)
      for (let i = 0; i < perSecond / 20; i++) get({ port, host: '127.0.0.1', path: '/', agent }, (answer) => answer.resume()).on('error', () => {}) // biome-ignore format: one line
  }, 50)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      agent.destroy()
    },
  }
}

/** The weight of a server of the backend `app`, as HAProxy's socket tells it. */
export const weightOf = async (server: HaproxyServer, name: string): Promise<string | undefined> =>
  /^(\d+)/.exec(await ask(server.about.adminPort, `get weight app/${name}\n`))?.[1]
