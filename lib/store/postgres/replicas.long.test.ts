import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { change, finding } from '../../../test/documents.ts'
import { describeWith } from '../../../test/live.ts'
import { type PostgresServer, startPostgres } from '../../../test/postgres.ts'
import { type Relay, startRelay } from '../../../test/relay.ts'
import type { Store } from '../../model/store.ts'
import { verifyChain } from '../auditChain.ts'
import { createDatabase } from './connection.ts'
import { createSharedStore } from './sharedStore.ts'

const SOON = { timeout: 12_000, interval: 20 }
const told: string[] = []
const tell = (...words: unknown[]) => void told.push(words.map(String).join(' '))
const log = { info: tell, warn: tell, error: tell }
const entry = { at: 0, what: 'mode-set', by: 'ann', how: 'person', from: null, about: '', outcome: 'done', detail: {} } as const

describeWith(['postgres'], 'stores whose database goes away', () => {
  let server: PostgresServer
  let relay: Relay
  let folder: string
  let url: string
  const open: Store[] = []
  beforeAll(async () => {
    server = await startPostgres()
    relay = await startRelay(server.about.port)
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-replicas-'))
    url = await server.about.create()
    told.length = 0
    return async () => {
      relay.release()
      for (const store of open.splice(0)) await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
  afterAll(async () => {
    await relay[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  async function replica(name: string, { through = url, deadlineMs = 1_000, patienceMs = 0 } = {}): Promise<Store> {
    const database = createDatabase({ url: through, replica: name, deadlineMs })
    const path = join(folder, `${name}.db`)
    const store = await createSharedStore({ path, database, replica: name, now: Date.now, log, patienceMs })
    open.push(store)
    return store
  }
  const relayed = () => url.replace(`:${server.about.port}/`, `:${relay.port}/`)

  it('go on in memory while packets vanish, say so, commit nothing, and catch up', async () => {
    const [a, b] = [await replica('a', { through: relayed() }), await replica('b')]
    expect(a.failing()).toBeNull()
    relay.hold()
    const began = performance.now()
    a.silences.put({ id: 's', match: {}, from: 0, until: 9, by: 'ann', reason: 'night' })
    await expect(a.durable()).rejects.toMatchObject({ code: 'unavailable', written: 'none' })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(a.failing()).toMatchObject({ reason: 'unreachable', because: expect.stringContaining('does not answer') })
    expect(a.silences.get('s')?.id).toBe('s')
    expect(() => a.changes.insist({ ...change, id: 'c' })).toThrow(/Nothing that is new can be written down/)
    await expect(a.undo.append('c', 1, [])).rejects.toMatchObject({ code: 'unavailable' })
    await expect(a.claims.take(['x'], 'c')).rejects.toMatchObject({ code: 'unavailable' })
    b.findings.put({ ...finding, id: 'meanwhile' })
    await b.durable()
    expect(b.silences.list()).toEqual([])
    relay.release()
    await expect.poll(() => [a.findings.get('meanwhile')?.id, b.silences.get('s')?.id, a.failing()], SOON).toEqual(['meanwhile', 's', null])
    await a.durable()
    expect(told.filter((text) => text.includes('Nothing is being saved'))).toHaveLength(1)
    expect(told.join('\n')).not.toContain('sesame')
  })

  it('lose nothing over the restart of the database, be it killed', async () => {
    const [a, b] = [await replica('a'), await replica('b')]
    for (const signal of ['SIGQUIT', 'SIGINT'] as const) {
      await server.stop(signal)
      for (let n = 0; n < 50; n++) a.memory.put(`${signal}/${n}`, n)
      a.audit.append(entry)
      await expect.poll(() => b.failing()?.reason, SOON).toBe('unreachable')
      await server.start()
      await expect.poll(() => b.memory.keys(`${signal}/`).length, SOON).toBe(50)
      await expect.poll(() => [a.failing(), b.failing()], SOON).toEqual([null, null])
    }
    await a.durable()
    const entries = await b.audit.since(0, 100)
    expect(verifyChain(entries, { whole: true, head: a.audit.head() })).toMatchObject({ entries: 2, broken: null })
  })
})
