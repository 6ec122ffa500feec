import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { main } from '../../scripts/audit.ts'
import { killedAfter } from '../../test/killedChild.ts'
import { type AuditDraft, type AuditEntry, canonical, NO_HASH } from '../model/audit.ts'
import type { Store } from '../model/store.ts'
import { readEntry, verifyChain } from './auditChain.ts'
import { verifyAuditLog } from './auditLog.ts'
import { createStore } from './store.ts'

const AT = Date.UTC(2026, 0, 5, 12)
let directory: string
let store: Store | null = null
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-audit-'))
  store = createStore({ path: directory, now: () => AT })
})
afterEach(() => {
  vi.restoreAllMocks()
  store?.close()
  rmSync(directory, { recursive: true })
})

const draft = (n: number, more: Partial<AuditDraft> = {}): AuditDraft => ({
  at: AT + n,
  what: 'mode-set',
  by: 'ann',
  how: 'person',
  from: '192.0.2.1',
  about: `thing ${n}`,
  outcome: 'done',
  detail: { b: '2', a: '1', n: `${n}` },
  ...more,
})
const fill = (n: number) => {
  for (let i = 1; i <= n; i++) store!.audit.append(draft(i))
}
const close = () => {
  store?.close()
  store = null
}
/** What somebody with a SQLite shell could do: without the triggers nothing but the chain stands against him. */
function tamper(sql: string): void {
  const db = new DatabaseSync(join(directory, 'evenkeel.db'))
  for (const { name } of db.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").all()) db.exec(`DROP TRIGGER ${name}`)
  db.exec(sql)
  db.close()
}
function verified(anchors: { seq: number; hash: string }[] = []) {
  const db = new DatabaseSync(join(directory, 'evenkeel.db'), { readOnly: true })
  const verdict = verifyAuditLog(db, anchors)
  db.close()
  return verdict
}
const everything = () => store!.audit.since(0, 1_000_000)
/** The command with what it printed. */
const command = (...args: string[]) =>
  spawnSync(process.execPath, [fileURLToPath(new URL('../../scripts/run.mjs', import.meta.url)), 'audit', ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  })

describe('the chain', () => {
  test('is SHA-256 over the canonical JSON of an entry without its hash, which holds the hash before', async () => {
    fill(3)
    const entries = await everything()
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(entries[0]!.prev).toBe(NO_HASH)
    expect(entries[2]!.prev).toBe(entries[1]!.hash)
    const text = `{"about":"thing 1","at":"2026-01-05T12:00:00.001Z","by":"ann","detail":{"a":"1","b":"2","n":"1"},"from":"192.0.2.1","how":"person","outcome":"done","prev":"${NO_HASH}","seq":1,"what":"mode-set"}`
    expect(entries[0]!.hash).toBe(createHash('sha256').update(text).digest('hex'))
    expect(store!.audit.head()).toEqual({ seq: 3, hash: entries[2]!.hash })
  })

  test('is intact whatever stood in the texts, and bounds them', async () => {
    const odd = ['', '"\\', 'a\u0000b\u007f\u0085', '\ud800x', 'é🦔\u2028', "'; DROP TABLE audit; --", 'x'.repeat(5_000), '__proto__']
    for (const text of odd)
      store!.audit.append(draft(1, { by: text, from: text, about: text, detail: { [text || 'empty']: text, z: '1', Z: '2', é: '3' } }))
    store!.audit.append(draft(2, { by: null, from: null, how: 'evenkeel', detail: Object.fromEntries(odd.map((_, i) => [`k${i}`, ''])) }))
    expect(verified()).toMatchObject({ entries: odd.length + 1, broken: null })
    for (const entry of await everything()) {
      expect(JSON.stringify(entry).length).toBeLessThan(2_000)
      expect(JSON.stringify(entry)).not.toMatch(/\\u00|\\ud8/)
      // What another program reads and writes again is still the same.
      expect(canonical(JSON.parse(JSON.stringify(entry)))).toBe(canonical(entry))
    }
  })

  test('goes on after a restart', async () => {
    fill(2)
    const { hash } = store!.audit.head()
    close()
    store = createStore({ path: directory, now: () => AT })
    fill(1)
    expect((await everything())[2]!.prev).toBe(hash)
    expect(verified()).toMatchObject({ entries: 3, broken: null })
  })

  test('cannot be changed or cut through the tables as they stand', () => {
    fill(3)
    const db = new DatabaseSync(join(directory, 'evenkeel.db'))
    const [row] = db.prepare('SELECT * FROM audit').all()
    for (const sql of [
      "UPDATE audit SET by = 'bob' WHERE seq = 1",
      'DELETE FROM audit WHERE seq = 3',
      'DELETE FROM audit',
      `INSERT OR REPLACE INTO audit VALUES (2, ${Object.values(row!)
        .slice(1)
        .map((value) => `'${value}'`)
        .join(', ')})`,
      'DELETE FROM audit_head',
      'UPDATE audit_head SET seq = 2',
    ])
      expect(() => db.exec(sql), sql).toThrow(/append-only/)
    db.close()
    expect(verified()).toMatchObject({ entries: 3, broken: null })
  })
})

describe('tampering is found, and the first entry that is wrong is named', () => {
  const columns: [string, string][] = [
    ['at', 'at + 1'],
    ['what', "'mode-sat'"],
    ['by', "'bob'"],
    ['by', 'NULL'],
    ['how', "'evenkeel'"],
    ['sender', "'192.0.2.2'"],
    ['about', "about || ' '"],
    ['outcome', "'refused'"],
    ['detail', '\'{"a":"1","b":"3","n":"3"}\''],
    ['detail', "'{'"],
    ['at', "'yesterday'"],
    ['prev', `'${'1'.repeat(64)}'`],
    ['hash', `'${'1'.repeat(64)}'`],
    ['hash', "'none'"],
  ]
  test.each(columns)('%s = %s', (column, value) => {
    fill(5)
    close()
    tamper(`UPDATE audit SET ${column} = ${value} WHERE seq = 3`)
    expect(verified()).toMatchObject({ entries: 2, last: { seq: 2 }, broken: { seq: 3 } })
  })

  test('an entry with a hash made anew breaks the next', async () => {
    fill(5)
    const { hash: _, ...entry } = (await everything())[2]!
    const changed = { ...entry, by: 'bob' }
    close()
    tamper(`UPDATE audit SET by = 'bob', hash = '${createHash('sha256').update(canonical(changed)).digest('hex')}' WHERE seq = 3`)
    expect(verified()).toMatchObject({ broken: { seq: 4, what: expect.stringContaining('prev') } })
  })

  test.each([
    ['the first', 'DELETE FROM audit WHERE seq = 1', 1],
    ['one in the middle', 'DELETE FROM audit WHERE seq = 3', 3],
    ['one whose place was taken by the next', 'DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3', 3],
    ['the tail', 'DELETE FROM audit WHERE seq > 3', 4],
    ['all', 'DELETE FROM audit', 1],
    ['the head record', 'DELETE FROM audit_head', 5],
    [
      'one too many, before',
      'INSERT INTO audit SELECT 0, at, what, by, how, sender, about, outcome, detail, prev, hash FROM audit WHERE seq = 1',
      0,
    ],
    ['one too many, after', 'UPDATE audit_head SET seq = 4, hash = (SELECT hash FROM audit WHERE seq = 4)', 5],
    ['a head of another chain', `UPDATE audit_head SET hash = '${'1'.repeat(64)}'`, 5],
  ])('missing or more: %s', (_, sql, seq) => {
    fill(5)
    close()
    tamper(sql)
    expect(verified().broken).toMatchObject({ seq })
  })

  test('after a tail was cut off, what is appended leaves the gap to be seen', async () => {
    fill(5)
    close()
    tamper('DELETE FROM audit WHERE seq > 3')
    store = createStore({ path: directory, now: () => AT })
    fill(1)
    expect((await everything()).map(({ seq }) => seq)).toEqual([1, 2, 3, 6])
    expect(verified().broken).toMatchObject({ seq: 4, what: 'the entry is missing' })
  })

  test('a log that was made anew from the start is told by an entry known from elsewhere, and by nothing else', async () => {
    fill(5)
    const [, , known] = await everything()
    close()
    rmSync(directory, { recursive: true })
    store = createStore({ path: directory, now: () => AT })
    for (let i = 1; i <= 5; i++) store.audit.append(draft(i, { by: 'bob' }))
    expect(verified().broken).toBeNull()
    expect(verified([known!]).broken).toMatchObject({ seq: 3, what: 'the hash that was given', expected: known!.hash })
    expect(verified([{ seq: 9, hash: known!.hash }]).broken).toMatchObject({ seq: 9 })
  })
})

describe('an export', () => {
  const lines = (entries: AuditEntry[]) => `${entries.map((entry) => JSON.stringify(entry)).join('\n')}\n`
  test('whole, and a part of it, holds; each member of each line counts', async () => {
    fill(6)
    const entries = await everything()
    expect(verifyChain(entries, { whole: false })).toMatchObject({ entries: 6, first: 1, broken: null })
    expect(verifyChain(entries.slice(2), { whole: false })).toMatchObject({ entries: 4, first: 3, broken: null })
    expect(verifyChain(entries.toSpliced(3, 1), { whole: false }).broken).toMatchObject({ seq: 4 })
    for (const name of Object.keys(entries[3]!) as (keyof AuditEntry)[]) {
      const spoilt = { ...entries[3]!, [name]: name === 'seq' ? 40 : name === 'detail' ? {} : 'x' }
      const verdict = verifyChain(
        entries.with(3, spoilt as AuditEntry).map((entry, i) => readEntry(entry, i + 1)),
        { whole: false },
      )
      expect(verdict.broken, name).toMatchObject({ seq: 4 })
    }
    expect(readEntry({ ...entries[0], more: 1 }, 1)).toMatchObject({ what: 'the member more' })
    for (const nothing of [null, 5, 'x', []]) expect(readEntry(nothing, 7)).toMatchObject({ seq: 7, what: 'the entry' })
  })

  test('is checked by the command, in a file and in a folder that is in use', { timeout: 60_000 }, async () => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    fill(4)
    const file = join(directory, 'export.jsonl')
    const entries = await everything()
    writeFileSync(file, lines(entries))
    const live = command('--data', directory)
    expect(live).toMatchObject({ status: 0, stdout: expect.stringContaining('intact, 4 entries, 1 to 4') })
    expect(live.stdout).toContain(`4:${entries[3]!.hash}`)
    fill(1)
    close()
    expect(await main(['--data', directory, '--anchor', `4:${entries[3]!.hash}`])).toBe(0)
    expect(await main(['--file', file])).toBe(0)
    writeFileSync(file, lines(entries).replace('"thing 3"', '"thing 4"'))
    const broken = command('--file', file)
    expect(broken).toMatchObject({ status: 1, stdout: expect.stringContaining('BROKEN at entry 3: the hash of its contents') })
    expect(broken.stdout).toContain(entries[2]!.hash)
    writeFileSync(file, `${lines(entries.slice(0, 2))}{"seq":3`)
    expect(await main(['--file', file])).toBe(1)
    tamper('DELETE FROM audit WHERE seq > 3')
    expect(await main(['--data', directory])).toBe(1)
    tamper('DROP TABLE audit')
    expect(await main(['--data', directory])).toBe(1)
    writeFileSync(join(directory, 'evenkeel.db'), 'no database '.repeat(1000))
    expect(await main(['--data', directory])).toBe(1)
  })

  test.each([
    ['--file', '/nowhere'],
    ['--data', '/nowhere'],
    ['--config', '/nowhere'],
    ['--file', 'x', '--data', 'y'],
    ['--data', 'x', '--anchor', '5'],
    ['--sing'],
    ['word'],
  ])('%s %s is unusable', async (...args) => {
    await expect(main(args)).rejects.toMatchObject({ code: 2 })
  })
})

describe('a full disk', () => {
  const fullAt = () => {
    const db = new DatabaseSync(join(directory, 'evenkeel.db'))
    db.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT raise(FAIL, 'database or disk is full'); END")
    return {
      roomAgain() {
        db.exec('DROP TRIGGER full')
        db.close()
      },
    }
  }
  test('holds entries, in order, and says so; they are written when there is room', async () => {
    fill(2)
    const full = fullAt()
    store!.audit.append(draft(3))
    store!.audit.append(draft(4))
    expect(store!.audit.unsaved()).toEqual({ entries: 2, because: 'database or disk is full' })
    store!.audit.retry(AT)
    expect(store!.audit.unsaved().entries).toBe(2)
    full.roomAgain()
    store!.audit.append(draft(5))
    expect(store!.audit.unsaved().entries).toBe(3)
    store!.audit.retry(AT)
    expect(store!.audit.unsaved()).toEqual({ entries: 0, because: null })
    expect((await everything()).map(({ about }) => about)).toEqual([1, 2, 3, 4, 5].map((n) => `thing ${n}`))
    expect(verified()).toMatchObject({ entries: 5, broken: null })
  })

  test('holds so many and no more; how many were lost is an entry', async () => {
    const full = fullAt()
    fill(1_234)
    expect(store!.audit.unsaved().entries).toBe(1_234)
    full.roomAgain()
    store!.audit.retry(AT)
    expect(await everything()).toHaveLength(1_001)
    expect((await everything()).at(-1)).toMatchObject({ what: 'audit-lost', how: 'evenkeel', detail: { entries: '234' } })
    expect(verified().broken).toBeNull()
  })

  test('a close writes what was held', () => {
    const full = fullAt()
    fill(2)
    full.roomAgain()
    close()
    expect(verified()).toMatchObject({ entries: 2, broken: null })
  })
})

test('each entry is told once it is on the disk; a listener that throws hurts nobody', async () => {
  const told: number[] = []
  store!.audit.onWritten(() => {
    throw new Error('no log')
  })
  store!.audit.onWritten(({ seq }) => told.push(seq))
  fill(3)
  expect(told).toEqual([1, 2, 3])
  expect(await everything()).toHaveLength(3)
})

describe('a look at it', () => {
  test('newest first, by page, each entry once', async () => {
    fill(25)
    const seen: number[] = []
    for (let before: number | undefined; ; ) {
      const { items, next } = await store!.audit.list({ limit: 10, ...(before === undefined ? {} : { before }) })
      seen.push(...items.map(({ seq }) => seq))
      if (next === null) break
      // What comes meanwhile shifts nothing.
      fill(1)
      before = next
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => 25 - i))
  })

  test('by who, what, from where and when', async () => {
    fill(3)
    store!.audit.append(draft(10, { by: 'bob', what: 'token-made' }))
    store!.audit.append(draft(20, { by: 'bob', from: '198.51.100.7' }))
    store!.audit.append(draft(30, { by: null, how: 'evenkeel', from: null, what: 'start' }))
    const found = async (query: object) => (await store!.audit.list({ limit: 100, ...query })).items.map(({ seq }) => seq)
    expect(await found({ by: 'bob' })).toEqual([5, 4])
    expect(await found({ by: 'bob', what: 'token-made' })).toEqual([4])
    expect(await found({ from: '198.51.100.7' })).toEqual([5])
    expect(await found({ what: 'start' })).toEqual([6])
    expect(await found({ since: AT + 3, until: AT + 20 })).toEqual([5, 4, 3])
    expect(await found({ by: "' OR 1=1 --" })).toEqual([])
  })
})

describe('kill -9', () => {
  const kills = process.env.EVENKEEL_LONG ? Array.from({ length: 100 }, (_, i) => 1 + 7 * i) : [40, 300]
  test.each(kills)('after %i entries: each that was told is there, and the chain is whole', { timeout: 60_000 }, async (entries) => {
    close()
    const said = await killedAfter(entries, fileURLToPath(new URL('audit.child.ts', import.meta.url)), [directory])
    const told = said.split('\n').slice(0, -1)
    const anchors = told.map((line) => ({ seq: Number(line.split(':')[0]), hash: line.split(':')[1]! }))
    expect(verified(anchors)).toMatchObject({ broken: null, first: 1 })
    store = createStore({ path: directory, now: () => AT })
    fill(1)
    const verdict = verified(anchors)
    expect(verdict.broken).toBeNull()
    expect(verdict.entries).toBeGreaterThan(told.length)
  })
})
