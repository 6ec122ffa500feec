import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { describeWith } from '../../test/live.ts'
import { type PostgresServer, startPostgres } from '../../test/postgres.ts'
import { type RedisServer, startRedis } from '../../test/servers.ts'
import { parseConfig } from '../config/parse.ts'
import { EvenkeelError } from '../model/error.ts'
import { openRuntime } from './open.ts'
import type { Runtime } from './runtime.ts'
import { schemas } from './schemas.ts'

const SOON = { timeout: 20_000, interval: 50 }

describeWith(['postgres', 'redis-server'], 'a runtime with its state in PostgreSQL', () => {
  let server: PostgresServer
  let redis: RedisServer
  let folder: string
  let url: string
  let runtime: Runtime | null = null
  const printed: string[] = []
  beforeAll(async () => {
    ;[server, redis] = await Promise.all([startPostgres(), startRedis({ config: ['maxmemory 10mb'] })])
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-state-'))
    url = await server.about.create()
  })
  afterEach(async () => {
    await runtime?.close()
    runtime = null
    rmSync(folder, { recursive: true, force: true })
  })
  afterAll(async () => {
    await Promise.all([server[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()])
  })

  async function open(name = 'keel-1'): Promise<Runtime> {
    const text = JSON.stringify({
      data: join(folder, name),
      state: url,
      replica: name,
      mode: 'tune',
      targets: [{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' }],
    })
    const config = parseConfig(text, {}, schemas(), { file: join(folder, 'evenkeel.yaml'), readFile: () => '' })
    const log = { info() {}, warn() {}, error: (_: unknown, words: unknown) => void printed.push(String(words)) }
    runtime = await openRuntime(config, process.env, (line) => printed.push(line), { log })
    await vi.waitFor(() => expect(runtime!.engine.topology().targets[0]?.state).toBe('up'), SOON)
    return runtime
  }
  const memory = (mb: number) => ({
    steps: [{ setting: { target: 'cache', name: 'config/maxmemory' }, after: `${mb * 1024 * 1024}` }],
    because: 'a test',
  })

  it('writes to a server what is journaled there, goes on from it after a restart, and writes nothing without the database', async () => {
    const { changes } = await open()
    const { change } = await changes.create(memory(20), 'ann')
    expect(change).not.toBeNull()
    await runtime!.store.durable()
    await runtime!.close()
    await open()
    expect(runtime!.store.changes.get(change!)?.state).toBe('watching')
    await expect(runtime!.changes.create(memory(30), 'bob')).rejects.toMatchObject({ code: 'busy' })
    await runtime!.changes.keep(change!, 'ann')
    await runtime!.store.durable()

    await server.stop()
    await expect(runtime!.changes.create(memory(40), 'bob')).rejects.toBeInstanceOf(EvenkeelError)
    await expect(runtime!.changes.create(memory(40), 'bob')).rejects.toMatchObject({ code: 'unavailable' })
    const at = runtime!.store.newestAt()!
    await vi.waitFor(() => expect(runtime!.store.newestAt()!).toBeGreaterThan(at), SOON)
    expect(runtime!.store.failing()?.because).toContain('the database that `state` names')
    await server.start()
    await vi.waitFor(() => expect(runtime!.store.failing()).toBeNull(), SOON)
    const next = await runtime!.changes.create(memory(40), 'bob')
    expect(
      runtime!.store.changes
        .list()
        .filter(({ state }) => state === 'watching')
        .map(({ id }) => id),
    ).toEqual([next.change])
    await runtime!.changes.rollBack(next.change!, 'bob')
    expect(printed.join('\n')).not.toContain('sesame')
  })
})
