import { type AddressInfo, createServer, type Server } from 'node:net'
import { expect } from 'vitest'
import type { z } from 'zod'
import { configSchema } from '../lib/config/schema.ts'
import { schemas } from '../lib/server/schemas.ts'
import { markedSamples } from './marked.ts'

const markers: string[] = []
const marker = () => {
  markers.push(`sesame${String(markers.length).padStart(3, '0')}x`)
  return markers.at(-1)!
}
export const markerCount = (): number => markers.length

/** Forms in which a marker can appear: itself, and inside base64 at each of the three offsets. */
export const tracesOf = (text: string): string[] => [
  text,
  ...[0, 1, 2].map((pad) =>
    Buffer.from(`${'x'.repeat(pad)}${text}`)
      .toString('base64')
      .slice(pad === 0 ? 0 : 4, -4),
  ),
]

/** Fails when the text holds a marker in any form. */
export function expectNoMarker(where: string, text: string): void {
  expect(
    markers.filter((one) => tracesOf(one).some((trace) => text.includes(trace))),
    `${where}: ${text.slice(Math.max(0, text.indexOf('sesame') - 200)).slice(0, 400)}`,
  ).toEqual([])
}

/** A server that refuses HTTP and then answers nonsense; as Redis it knows no command and quotes it, as one that has renamed AUTH does. */
export function startRude(): Promise<Server> {
  let asked = 0
  const server = createServer((socket) => {
    socket.on('error', () => {})
    // Whoever waits to be greeted, as mail clients do, hears of it soon.
    const silent = setTimeout(() => socket.end('554 No\r\n'), 200)
    socket.on('close', () => clearTimeout(silent))
    socket.on('data', (chunk) => {
      clearTimeout(silent)
      const text = chunk.toString('latin1')
      if (/^(GET|POST|HEAD) /.test(text)) {
        const status = ['401 No', '500 Oops', '200 OK'][asked++ % 3]
        return void socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 4\r\nconnection: close\r\n\r\noops`)
      }
      const commands = text.split(/\*\d+\r\n/).slice(1)
      for (const command of commands) {
        const [name, ...rest] = command.split('\r\n').filter((_, index) => index % 2 === 1)
        socket.write(`-ERR unknown command '${name}', with args beginning with: ${rest.map((word) => `'${word}' `).join('')}\r\n`)
      }
      if (commands.length === 0) socket.end('ERROR\r\n')
    })
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}

/** Configurations with every secret of every kind twice: at an address that answers and at one that does not. One file for each sign-in mode with secrets. */
export function markedConfigurations(somebodyServer: Server, nobodyPort: number): Record<string, unknown>[] {
  const [somebody, nobody] = [`127.0.0.1:${(somebodyServer.address() as AddressInfo).port}`, `127.0.0.1:${nobodyPort}`]
  const schema = configSchema(schemas())
  const shape: Record<string, z.ZodType> = schema.shape
  const at = (key: string, address: string) => markedSamples(shape[key]!, marker, address)
  const named = (key: string) =>
    [...at(key, somebody), ...at(key, nobody)]
      .flatMap((list) => list as object[])
      .map((value, index) => ({ ...value, name: `${key}-${index}` }))
  const [targets, receivers] = [named('targets'), named('receivers')]
  const routes = [{ match: {}, to: receivers.map(({ name }) => name), wait: '0s' }]
  const others = Object.keys(schema.shape).filter((key) => !['targets', 'receivers'].includes(key))
  const single = Object.fromEntries(others.map((key) => [key, at(key, nobody)]).filter(([, values]) => values!.length > 0)) as Record<
    string,
    unknown[]
  >
  const count = Math.max(1, ...Object.values(single).map((values) => values.length))
  return Array.from({ length: count }, (_, index) => ({
    mode: 'tune',
    poll: { every: '200ms', timeout: '500ms' },
    targets,
    receivers,
    routes,
    ...Object.fromEntries(Object.entries(single).map(([key, values]) => [key, values[index % values.length]])),
  }))
}
