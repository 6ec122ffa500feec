import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createDatabase } from '../lib/store/postgres/connection.ts'
import { createSharedStore } from '../lib/store/postgres/sharedStore.ts'
import { createStore } from '../lib/store/store.ts'
import { change, finding } from '../test/documents.ts'
import { describeWith } from '../test/live.ts'
import { type PostgresServer, startPostgres } from '../test/postgres.ts'
import { main } from './move.ts'

const log = { info() {}, warn() {}, error() {} }
const edit = { name: 'k', expect: 'old', value: 'new' }

describeWith(['postgres'], 'npm run move', () => {
  let server: PostgresServer
  let folder: string
  beforeAll(async () => {
    server = await startPostgres()
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-move-'))
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await server[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('copies a folder into an empty database and back, the audit log with its chain, and refuses what is not empty', async () => {
    const [from, to] = ['from', 'to'].map((name) => join(folder, name)) as [string, string]
    for (const path of [from, to]) mkdirSync(path)
    const url = server.about.url
    const store = createStore({ path: from })
    for (const id of ['a', 'b', 'c']) store.findings.put({ ...finding, id })
    store.changes.put({ ...change, id: 'c' })
    store.memory.put('token/1', { hash: 'é🦔\u0000' })
    store.memory.put('audit/running', true)
    await store.undo.append('c', Date.now() + 60_000, [edit])
    for (let n = 0; n < 600; n++)
      store.audit.append({
        at: n,
        what: 'mode-set',
        by: 'ann',
        how: 'person',
        from: null,
        about: `${n}`,
        outcome: 'done',
        detail: { n: `${n}` },
      })
    const head = store.audit.head()
    // Running: its lock is held.
    await expect(main(['--from', from, '--to', url])).rejects.toThrow(/another Evenkeel is running/)
    store.close()
    writeFileSync(join(from, 'session.key'), `${'k'.repeat(60)}\n`)

    expect(await main(['--from', from, '--to', url])).toBe(0)
    await expect(main(['--from', from, '--to', url])).rejects.toThrow(/holds \d+ rows of an Evenkeel already\. Nothing was moved/)
    const shared = await createSharedStore({
      path: join(folder, 'shared.db'),
      database: createDatabase({ url, replica: 'a' }),
      replica: 'a',
      now: Date.now,
      log,
    })
    expect(shared.findings.list().map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    expect(shared.memory.get('token/1')).toEqual({ hash: 'é🦔\u0000' })
    expect(shared.memory.get('keys/session')).toBe('k'.repeat(60))
    expect(shared.memory.get('audit/running')).toBeNull()
    expect((await shared.undo.newest('c'))!.edits).toEqual([edit])
    shared.findings.put({ ...finding, id: 'd', subject: { target: 'another' } })
    shared.audit.append({ at: 0, what: 'mode-set', by: null, how: 'evenkeel', from: null, about: '', outcome: 'done', detail: {} })
    await shared.durable()
    expect(shared.audit.head().seq).toBe(head.seq + 1)
    await expect(main(['--from', url, '--to', to])).rejects.toThrow(/1 running Evenkeel/)
    await shared.close()

    expect(await main(['--from', url, '--to', to])).toBe(0)
    await expect(main(['--from', url, '--to', to])).rejects.toThrow(/is there already\. Nothing was moved/)
    const back = createStore({ path: to })
    expect(back.findings.list().map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
    expect(back.changes.get('c')).toEqual({ ...change, id: 'c' })
    expect(back.memory.get('token/1')).toEqual({ hash: 'é🦔\u0000' })
    expect((await back.undo.newest('c'))!.edits).toEqual([edit])
    expect(back.audit.head().seq).toBe(head.seq + 1)
    back.close()
    expect(readFileSync(join(to, 'session.key'), 'utf8').trim()).toBe('k'.repeat(60))
    expect(existsSync(join(to, 'webpush.key'))).toBe(false)
  })

  it('says what is wrong with the places, and never the password', async () => {
    await expect(main([])).rejects.toThrow(/--to is missing/)
    await expect(main(['--from', folder, '--to', folder])).rejects.toThrow(/One of --from and --to is a database/)
    await expect(main(['--from', folder, '--to', 'postgres://a:sesame@127.0.0.1:1/x'])).rejects.toThrow(/there is no such file/)
    const unreached = main(['--from', 'postgres://a:sesame@127.0.0.1:1/x', '--to', join(folder, 'none')])
    await expect(unreached).rejects.toThrow(/cannot be reached/)
    await expect(unreached).rejects.not.toThrow(/sesame/)
  })
})
