import type { AddressInfo } from 'node:net'
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
