import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { change, finding } from '../../../test/documents.ts'
import { describeWith } from '../../../test/live.ts'
import { type PostgresServer, startPostgres } from '../../../test/postgres.ts'
import type { AuditDraft } from '../../model/audit.ts'
import type { Store } from '../../model/store.ts'
import { verifyChain } from '../auditChain.ts'
import { createStore } from '../store.ts'
import { createDatabase } from './connection.ts'
import { createSharedStore } from './sharedStore.ts'

const AT = Date.parse('2026-01-05T12:00:00Z')
const log = { info() {}, warn() {}, error() {} }
const draft = (n: number, more: Partial<AuditDraft> = {}): AuditDraft => ({
  at: AT + n,
  what: 'mode-set',
  by: 'ann',
  how: 'person',
  from: null,
  about: `thing ${n}`,
  outcome: 'done',
  detail: { n: `${n}` },
  ...more,
})

describeWith(['postgres'], 'documents in a file and in PostgreSQL', () => {
  let server: PostgresServer
  let folder: string
  let url: string
  const open: Store[] = []
  beforeAll(async () => {
    server = await startPostgres()
  })
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-engines-'))
    url = await server.about.create()
    return async () => {
      for (const store of open.splice(0)) await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const ENGINES: Record<string, () => Promise<Store>> = {
    embedded: async () => createStore({ path: folder, now: () => AT, log }),
    postgres: () =>
      createSharedStore({
        path: folder,
        database: createDatabase({ url, replica: 'a' }),
        replica: 'a',
        now: () => AT,
        log,
      }),
  }

  describe.each(Object.keys(ENGINES))('%s', (engine) => {
    const opened = async () => {
      const store = await ENGINES[engine]!()
      open.push(store)
      return store
    }
    const reopened = async () => {
      for (const store of open.splice(0)) await store.close()
      return opened()
    }

    it('keeps what was put, changed and deleted, in the order in which it came, over a restart', async () => {
      const store = await opened()
      for (const id of ['a', 'b', 'c', 'd']) store.findings.put({ ...finding, id, subject: { target: id } })
      store.findings.put({ ...finding, id: 'b', subject: { target: 'b' }, summary: 'changed' })
      store.findings.delete('c')
      store.changes.insist({ ...change, id: 'one' })
      store.silences.put({ id: 's', match: {}, from: AT, until: AT, by: 'ann', reason: 'night' })
      const held = store.findings.list()
      await store.durable()
      const again = await reopened()
      expect(again.findings.list().map(({ id, summary }) => [id, summary])).toEqual([
        ['d', finding.summary],
        ['b', 'changed'],
        ['a', finding.summary],
      ])
      expect(again.findings.list()).toEqual(held)
      expect(again.changes.get('one')).toEqual({ ...change, id: 'one' })
      expect(again.silences.list()).toHaveLength(1)
      expect(again.findings.get('c')).toBeNull()
      // What was deleted may come again under its id.
      again.findings.put({ ...finding, id: 'c', subject: { target: 'c' } })
      expect((await reopened()).findings.get('c')?.id).toBe('c')
    })

    it('gives copies, and lists what nobody can change', async () => {
      const store = await opened()
      store.findings.put({ ...finding, id: 'a' })
      store.findings.get('a')!.summary = 'changed'
      expect(store.findings.get('a')!.summary).toBe(finding.summary)
      expect(() => Object.assign(store.findings.list()[0]!, { summary: 'changed' })).toThrow(TypeError)
    })

    it('keeps the small things by key, whatever stands in them', async () => {
      const store = await opened()
      const odd = { text: 'é🦔\u0000\ud800"\\', list: [1, null, { deep: true }] }
      store.memory.put('token/1', odd)
      store.memory.put('token/2', 2)
      store.memory.put('other', 3)
      store.memory.delete('token/2')
      const again = await reopened()
      expect(again.memory.get('token/1')).toEqual(odd)
      expect(again.memory.keys('token/')).toEqual(['token/1'])
      expect(again.memory.get('token/2')).toBeNull()
      again.own.put('mine', 1)
      expect((await reopened()).own.get('mine')).toBe(1)
    })

    it('keeps undo in batches, the newest first', async () => {
      const store = await opened()
      const edit = (name: string) => ({ name, expect: 'old', value: 'new' })
      await store.undo.append('x', AT + 1_000, [edit('1'), edit('2')])
      await store.undo.append('x', AT + 1_000, [edit('3')])
      await store.undo.append('y', AT + 1_000, [edit('4')])
      const again = await reopened()
      expect(await again.undo.count('x')).toBe(3)
      const newest = (await again.undo.newest('x'))!
      expect(newest).toMatchObject({ edits: [edit('3')], lost: 0 })
      await again.undo.drop(newest.batch)
      expect((await again.undo.newest('x'))!.edits).toEqual([edit('1'), edit('2')])
      expect(await again.undo.newest('z')).toBeNull()
    })

    it('chains the entries of the audit log, and finds them', async () => {
      const store = await opened()
      const seen: number[] = []
      store.audit.onWritten(({ seq }) => seen.push(seq))
      for (let n = 1; n <= 30; n++) store.audit.append(draft(n, n % 10 === 0 ? { by: 'bob' } : {}))
      await expect.poll(() => seen.length).toBe(30)
      const again = await reopened()
      again.audit.append(draft(31, { about: "é🦔'; DROP TABLE audit; --" }))
      await expect.poll(() => again.audit.head().seq).toBe(31)
      const entries = await again.audit.since(0, 100)
      expect(verifyChain(entries, { whole: true, head: again.audit.head() })).toMatchObject({ entries: 31, broken: null })
      const page = await again.audit.list({ limit: 2, by: 'bob' })
      expect(page.items.map(({ seq }) => seq)).toEqual([30, 20])
      expect((await again.audit.list({ limit: 2, by: 'bob', before: page.next! })).items.map(({ seq }) => seq)).toEqual([10])
      expect((await again.audit.list({ limit: 9, since: AT + 5, until: AT + 7 })).items.map(({ seq }) => seq)).toEqual([7, 6, 5])
      expect(again.audit.unsaved()).toEqual({ entries: 0, because: null })
    })

    it('gives a contested key to one of those that ask at the same moment', async () => {
      const store = await opened()
      const answers = await Promise.all(['a', 'b', 'c'].map((holder) => store.claims.take(['pool:edge/app', `own ${holder}`], holder)))
      const winner = answers.indexOf(null)
      expect(answers.filter((answer) => answer === null)).toHaveLength(1)
      const holder = ['a', 'b', 'c'][winner]!
      expect(answers.filter((answer) => answer !== null)).toEqual([holder, holder])
      // Of those that were refused nothing is held.
      expect(
        await store.claims.take(
          ['own a', 'own b', 'own c'].filter((key) => key !== `own ${holder}`),
          'd',
        ),
      ).toBeNull()
      expect(await store.claims.take(['pool:edge/app'], holder)).toBeNull()
      await store.claims.release(holder)
      expect(await store.claims.take(['pool:edge/app'], 'd')).toBeNull()
    })
  })
})
