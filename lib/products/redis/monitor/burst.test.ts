import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import { startRude } from '../../../../test/markedConfig.ts'
import { redisConfig } from '../config.ts'
import { listen } from './burst.ts'

test('a server that quotes the password is not quoted', async () => {
  const server = await startRude()
  try {
    const { port } = server.address() as AddressInfo
    const config = redisConfig.parse({ kind: 'redis', name: 'a', url: `redis://127.0.0.1:${port}`, password: 'sesame' })
    const limits = { lines: 1, ms: 1_000, bytes: 10_000, lagMs: 1_000 }
    const error = await listen(config, limits, () => {}, AbortSignal.timeout(5_000)).catch((found: Error) => found)
    expect(error).toMatchObject({ message: "ERR unknown command 'AUTH'" })
  } finally {
    server.close()
  }
})

test('how long was heard is told by the times of the commands: one who reads late takes no rate for lower', async () => {
  const run = (count: number, ms: number) =>
    Array.from({ length: count }, (_, i) => `+${(1_000 + (i * ms) / count / 1_000).toFixed(6)} [0 1.1.1.1:1] "GET" "a"\r\n`).join('')
  const heard = async (lines: string) => {
    const server = createServer((socket) => socket.on('data', () => socket.write(`+OK\r\n+OK\r\n${lines}`)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const config = redisConfig.parse({ kind: 'redis', name: 'a', url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}` })
    try {
      return (await listen(config, { lines: 3_000, ms: 150, bytes: 1e6, lagMs: 10_000 }, () => {}, AbortSignal.timeout(5_000))).ms
    } finally {
      server.close()
    }
  }
  expect(await heard(run(500, 20))).toBeCloseTo(20, 1)
  // Few commands may all have come at once, and a clock may be set.
  expect(await heard(run(3, 20))).toBeGreaterThan(140)
  expect(await heard(run(500, 90_000))).toBeGreaterThan(140)
})
