import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { change, finding } from '../../../test/documents.ts'
import { describeWith } from '../../../test/live.ts'
import { type PostgresServer, startPostgres } from '../../../test/postgres.ts'
import { type Relay, startRelay } from '../../../test/relay.ts'
import type { SharedDocument, Store } from '../../model/store.ts'
import { verifyChain } from '../auditChain.ts'
import { createDatabase } from './connection.ts'
import { createSharedStore } from './sharedStore.ts'

const SOON = { timeout: 12_000, interval: 20 }
const told: string[] = []
const tell = (...words: unknown[]) => void told.push(words.map(String).join(' '))
const log = { info: tell, warn: tell, error: tell }
const entry = { at: 0, what: 'mode-set', by: 'ann', how: 'person', from: null, about: '', outcome: 'done', detail: {} } as const

describeWith(['postgres'], 'several stores on one database', () => {
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

  it('show what another has put, changed and deleted, and tell it', async () => {
    const [a, b] = [await replica('a'), await replica('b')]
    const seen: SharedDocument[] = []
    b.onShared((shared) => seen.push(shared))
    a.onShared(() => tell('a heard of its own'))
    a.findings.put({ ...finding, id: 'x' })
    a.memory.put('token/1', 7)
    await a.durable()
    await expect.poll(() => [b.findings.get('x')?.id, b.memory.get('token/1')], SOON).toEqual(['x', 7])
    b.findings.put({ ...b.findings.get('x')!, summary: 'said by b' })
    await expect.poll(() => a.findings.get('x')?.summary, SOON).toBe('said by b')
    a.findings.delete('x')
    a.memory.delete('token/1')
    await expect.poll(() => [b.findings.get('x'), b.memory.get('token/1')], SOON).toEqual([null, null])
    expect(seen.map(({ noun, id, document }) => [noun, id, document === null])).toEqual([
      ['finding', 'x', false],
      ['memory', 'token/1', false],
      ['finding', 'x', true],
      ['memory', 'token/1', true],
    ])
    expect(told.filter((text) => text.includes('its own'))).toHaveLength(1)
  })

  it('keep one of two writes of a change on the same ground, and whoever wrote the other must not go on', async () => {
    const [a, b] = [await replica('a', { through: relayed() }), await replica('b')]
    a.changes.put({ ...change, id: 'c' })
    await expect.poll(() => b.changes.get('c')?.id, SOON).toBe('c')
    relay.hold()
    a.changes.put({ ...change, id: 'c', because: 'said by a' })
    const barrier = a.durable().then(
      () => 'committed',
      (error: { message: string }) => error.message,
    )
    b.changes.put({ ...change, id: 'c', because: 'said by b' })
    await b.durable()
    relay.release()
    expect(await barrier).toMatch(/Another Evenkeel has taken this over/)
    await expect.poll(() => a.changes.get('c')?.because, SOON).toBe('said by b')
    expect(b.changes.get('c')?.because).toBe('said by b')
    // What comes next builds on that.
    a.changes.put({ ...a.changes.get('c')!, because: 'said by a, later' })
    await a.durable()
    await expect.poll(() => b.changes.get('c')?.because, SOON).toBe('said by a, later')
  })

  it('append to one chain of the audit log from all of them at once', async () => {
    const replicas = [await replica('a'), await replica('b'), await replica('c')]
    for (let n = 0; n < 40; n++) for (const store of replicas) store.audit.append({ ...entry, about: `${n}` })
    await Promise.all(replicas.map((store) => store.durable()))
    const entries = await replicas[0]!.audit.since(0, 1_000)
    expect(verifyChain(entries, { whole: true })).toMatchObject({ entries: 120, broken: null })
  })

  it('give a contested key to one of two that ask at the same moment, and forget one whose change was never committed', async () => {
    const [a, b] = [await replica('a'), await replica('b')]
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all([a.claims.take(['x', `a${round}`], `a${round}`), b.claims.take(['x', `b${round}`], `b${round}`)])
      expect(answers.filter((answer) => answer === null)).toHaveLength(1)
      await (answers[0] === null ? a.claims.release(`a${round}`) : b.claims.release(`b${round}`))
    }
    const database = createDatabase({ url, replica: 'test' })
    expect(await a.claims.take(['x'], 'dead')).toBeNull()
    expect(await b.claims.take(['x'], 'next')).toBe('dead')
    await database.query("UPDATE evenkeel.claim SET at = at - interval '1 minute'")
    expect(await b.claims.take(['x'], 'next')).toBeNull()
    await database.close()
  })

  it('refuse to start without the database, naming the key and the mend, and never the password', async () => {
    const wrong = url.replace('sesame-postgres', 'sesame-wrong')
    await expect(replica('a', { through: wrong })).rejects.toThrow(/^state \(127\.0\.0\.1:\d+\/\w+\): .*refuses the user or the password/)
    await expect(replica('a', { through: `${url}x` })).rejects.toThrow(/there is no database of the name/)
    await expect(replica('a', { through: url.replace(/:\d+\//, ':1/') })).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/)
    relay.hold()
    await expect(replica('a', { through: relayed() })).rejects.toThrow(/does not answer/)
    expect(told.join('\n')).not.toContain('sesame')
  })

  it('say that no connection is left, and go on when there is one', async () => {
    const a = await replica('a')
    await server.about.say(`ALTER ROLE evenkeel CONNECTION LIMIT 0`)
    await server.about.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'evenkeel'")
    a.memory.put('kept', 1)
    await expect.poll(() => a.failing()?.because, SOON).toContain('has no connection left')
    await server.about.say('ALTER ROLE evenkeel CONNECTION LIMIT -1')
    await a.durable()
    await expect.poll(() => a.failing(), SOON).toBeNull()
  })
})
