import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseConfig } from '../../config/parse.ts'
import { openRuntime } from '../../server/open.ts'
import type { Runtime } from '../../server/runtime.ts'
import { schemas } from '../../server/schemas.ts'
import { getTarget } from '../../server/targets/targets.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-stranger-'))
const sockets = new Set<Socket>()
const server = createServer((socket) => {
  sockets.add(socket)
  socket.on('error', () => {})
  // No reply of Redis begins so; the rest is anything.
  socket.on('data', () => socket.write(Buffer.concat([Buffer.from([0x00, 0xfe]), randomBytes(2_000)])))
})
let runtime: Runtime
beforeAll(async () => {
  process.env.EVENKEEL_LOG = 'silent'
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const text = `targets: [{ kind: redis, name: a, role: cache, url: "redis://127.0.0.1:${port}" }]`
  const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
  runtime = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
  runtime.engine.start()
})
afterAll(async () => {
  await runtime?.close()
  for (const socket of sockets) socket.destroy()
  server.close()
  rmSync(data, { recursive: true, force: true })
})

test('a target that answers random bytes is down, and said to be no Redis', async () => {
  await vi.waitFor(() => expect(getTarget(runtime, 'a').state).toBe('down'), { timeout: 20_000, interval: 100 })
  const { error } = getTarget(runtime, 'a')
  expect(error).toMatch(/^what answers at 127\.0\.0\.1:\d+ is not Redis: it began with "\\x00\\xfe/)
  expect(error).toMatch(/^[ -~]+$/)
  expect(error).not.toContain('TLS')
})
