import { spawnSync } from 'node:child_process'
import { closeSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs' // biome-ignore format: one line
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { change, finding } from '../../test/documents.ts'
import { randomOf } from '../../test/random.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Store } from '../model/store.ts'
import { encodeColumns } from './codec.ts'
import { createStore } from './store.ts'

const FROM = Date.UTC(2026, 0, 5, 12)
const SERIES = 40
const TICKS = 120
const NOW = FROM + TICKS * 1_000

/** A data folder as a process leaves it: closed, or killed with its log still there. Made once, copied for each test. */
let closed: string
let killed: string
let data: string
let store: Store | null = null

function fill(store: Store): void {
  for (let i = 1; i <= TICKS; i++) {
    const at = FROM + i * 1_000
    store.append('edge', at, Array.from({ length: SERIES }, (_, n) => ({ metric: 'x', labels: { n: `${n}` }, value: i * n + Math.sin(i) })), 1_000) // biome-ignore format: one line
    store.tick(at)
  }
  // Enough of each noun for several pages.
  for (let i = 0; i < 60; i++) {
    store.findings.put({ ...finding, id: `f${i}`, summary: 'x'.repeat(900) })
    store.changes.put({ ...change, id: `c${i}`, state: i === 0 ? 'watching' : 'kept', because: 'y'.repeat(900) })
    store.memory.put(`key/${i}`, 'z'.repeat(900))
    void store.undo.append('c0', NOW + 86_400_000, [{ name: `${i}`, expect: 'a', value: 'b'.repeat(900) }])
  }
  store.putRecords('edge', [{ kind: 'fact', id: 'version', at: NOW, value: '3' }])
  store.audit.append({ at: NOW, what: 'mode-set', by: 'ann', how: 'person', from: null, about: '', outcome: 'done', detail: {} })
  store.tick(NOW)
}

beforeAll(() => {
  closed = mkdtempSync(join(tmpdir(), 'evenkeel-closed-'))
  killed = mkdtempSync(join(tmpdir(), 'evenkeel-killed-'))
  const running = createStore({ path: closed, now: () => NOW, chunkMs: 20_000 })
  fill(running)
  for (const name of readdirSync(closed)) copyFileSync(join(closed, name), join(killed, name))
  running.close()
  return () => {
    rmSync(closed, { recursive: true })
    rmSync(killed, { recursive: true })
  }
})
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'evenkeel-damage-'))
})
afterEach(() => {
  try {
    store?.close()
  } finally {
    store = null
    rmSync(data, { recursive: true, force: true })
  }
})

const at = (name: string) => join(data, name)
const DB = 'evenkeel.db'
function from(folder: string): void {
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), at(name))
}
function open(): Store {
  store = createStore({ path: data, now: () => NOW, busyMs: 50 })
  return store
}
/** The refusal: an error that may be read, with the file and the mend, and without a stack. */
function refusal(): string {
  try {
    open()
  } catch (error) {
    expect(error).toBeInstanceOf(EvenkeelError)
    const { message } = error as Error
    expect(message).toContain(data)
    expect(message).not.toMatch(/\n|\bat .*:\d+:\d+/)
    return message
  }
  throw new Error('it started')
}
function overwrite(name: string, offset: number, bytes: Buffer): void {
  const fd = openSync(at(name), 'r+')
  writeSync(fd, bytes, 0, bytes.length, offset)
  closeSync(fd)
}
const garbage = (size: number) => Buffer.alloc(size, 'garbage!')
function sql(text: string, ...values: (string | Uint8Array)[]): void {
  const db = new DatabaseSync(at(DB))
  db.prepare(text).run(...values)
  db.close()
}
/** Which page a table begins at, and the pages of its tree. */
function pagesOf(table: string): number[] {
  const db = new DatabaseSync(at(DB))
  const root = Number(db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)!.rootpage)
  db.close()
  const bytes = readFileSync(at(DB))
  const offset = (root - 1) * 8192
  // An inner page: its cells name its children.
  if (bytes[offset] !== 5 && bytes[offset] !== 2) return [root]
  const cells = bytes.readUInt16BE(offset + 3)
  const children = Array.from({ length: cells }, (_, i) => bytes.readUInt32BE(offset + bytes.readUInt16BE(offset + 12 + 2 * i)))
  return [root, ...children, bytes.readUInt32BE(offset + 8)]
}
const destroy = (page: number) => overwrite(DB, (page - 1) * 8192, garbage(8192))
const keptAside = () => readdirSync(data).filter((name) => name.includes('.damaged-'))
const whole = async (store: Store) => {
  expect(store.changes.list()).toHaveLength(60)
  expect(store.findings.list()).toHaveLength(60)
  expect(store.memory.keys('key/')).toHaveLength(60)
  expect(await store.undo.count('c0')).toBe(60)
  expect(store.window(FROM, NOW).series('x')).toHaveLength(SERIES)
  for (const { points } of store.window(FROM, NOW).series('x')) expect(points).toHaveLength(TICKS)
  expect(store.records('fact', 'edge')).toHaveLength(1)
}
/** It goes on as if nothing had been. */
function goesOn(store: Store): void {
  store.append('edge', NOW + 1_000, [{ metric: 'x', labels: { n: '1' }, value: 1 }], 1_000)
  store.changes.put({ ...change, id: 'new' })
  store.tick(NOW + 1_000)
  expect(store.failing()).toBeNull()
  store.close()
  const again = open()
  expect(again.changes.get('new')).not.toBeNull()
  expect(again.repairs()).toEqual([])
}

describe('what was not damaged', () => {
  test.each(['closed', 'killed'])('starts and says nothing: %s', async (how) => {
    from(how === 'closed' ? closed : killed)
    await whole(open())
    expect(store!.repairs()).toEqual([])
    goesOn(store!)
  })
  test('its files are for their owner alone, in a folder that was open to all', () => {
    from(killed)
    for (const name of readdirSync(data)) spawnSync('chmod', ['644', at(name)])
    open()
    for (const name of readdirSync(data)) expect([name, statSync(at(name)).mode & 0o077]).toEqual([name, 0])
  })
  test('a fresh one too', () => {
    open().tick(NOW)
    for (const name of readdirSync(data)) expect([name, statSync(at(name)).mode & 0o077]).toEqual([name, 0])
  })
})

describe('a start that mends, keeps what was damaged, and says so', () => {
  const mended = (more: RegExp) => {
    const { repairs } = open()
    expect(repairs().join(' ')).toMatch(more)
    return store!
  }
  test('the database cut to half', () => {
    from(closed)
    truncateSync(at(DB), Math.floor(statSync(at(DB)).size / 2 / 8192) * 8192)
    const damaged = readFileSync(at(DB))
    const store = mended(
      /evenkeel\.db was damaged .* rows could be read .* kept as evenkeel\.db\.damaged-2026-01-05T12-02-00\. Rows are missing in: .*compare the servers/,
    )
    expect(readFileSync(at(keptAside()[0]!))).toEqual(damaged)
    expect(store.changes.list().length + store.findings.list().length).toBeGreaterThan(0)
    goesOn(store)
  })
  test('the head of the database overwritten', async () => {
    from(closed)
    overwrite(DB, 0, garbage(100))
    await whole(mended(/file is not a database.* Nothing is missing\./))
    goesOn(store!)
  })
  test('the whole first page overwritten', async () => {
    from(closed)
    open().close()
    destroy(1)
    await whole(mended(/damaged.* Nothing is missing\./))
    goesOn(store!)
  })
  test.each(['document', 'memory', 'chunk', 'undo', 'series', 'record', 'recovery', 'audit'])(
    'a page of the table %s overwritten',
    async (table) => {
      from(closed)
      const pages = pagesOf(table)
      destroy(pages[Math.floor(pages.length / 2)]!)
      const store = mended(new RegExp(`Rows are missing in: .*${table}`))
      if (table === 'document') expect(store.changes.list().length + store.findings.list().length).toBeGreaterThan(80)
      else expect(store.changes.list()).toHaveLength(60)
      if (table === 'memory') expect(store.memory.keys('key/').length).toBeGreaterThan(30)
      if (table === 'undo') expect(await store.undo.count('c0')).toBeGreaterThan(30)
      goesOn(store)
    },
  )
  test('two pages of the documents overwritten: what lies between them is saved', () => {
    from(closed)
    const pages = pagesOf('document').slice(1)
    destroy(pages[2]!)
    destroy(pages[pages.length - 3]!)
    const store = mended(/Rows are missing in: .*document/)
    expect(store.changes.list().length + store.findings.list().length).toBeGreaterThan(80)
  })
  test('an index that does not fit its table', async () => {
    from(closed)
    const [root] = pagesOf('undo_by_change')
    destroy(root!)
    await whole(mended(/Nothing is missing\./))
  })
  test('a table that is gone', () => {
    from(closed)
    sql('DROP TABLE undo')
    const store = mended(/the table undo is missing.*Rows are missing in: undo/)
    expect(store.changes.list()).toHaveLength(60)
    goesOn(store)
  })
  test('a column that is gone', () => {
    from(closed)
    sql('ALTER TABLE series DROP COLUMN coarse_to')
    expect(mended(/the column coarse_to of the table series is missing/).changes.list()).toHaveLength(60)
  })
  test('its log is garbage', () => {
    from(killed)
    writeFileSync(at(`${DB}-wal`), garbage(100_000))
    mended(/evenkeel\.db-wal could not be read and is kept as evenkeel\.db-wal\.damaged-.*changes among it perhaps/)
    expect(readFileSync(at(keptAside()[0]!))).toEqual(garbage(100_000))
    goesOn(store!)
  })
  test('its log is gone', () => {
    from(killed)
    rmSync(at(`${DB}-wal`))
    mended(/evenkeel\.db-wal is missing though Evenkeel had not been closed/)
    goesOn(store!)
  })
  test('its log was cut: what came before the cut is there', () => {
    from(killed)
    truncateSync(at(`${DB}-wal`), Math.floor(statSync(at(`${DB}-wal`)).size / 2))
    expect(open().window(FROM, NOW).series('x').length).toBeGreaterThan(0)
    goesOn(store!)
  })
  test('a page of its log overwritten: what came before it is there', () => {
    from(killed)
    overwrite(`${DB}-wal`, Math.floor(statSync(at(`${DB}-wal`)).size / 2), garbage(8192))
    open()
    goesOn(store!)
  })
  test('the index of its log is garbage', async () => {
    from(killed)
    writeFileSync(at(`${DB}-shm`), garbage(32_768))
    await whole(open())
  })
  test('the lock is garbage', async () => {
    from(closed)
    writeFileSync(at(`${DB}-lock`), garbage(10_000))
    await whole(open())
  })
  test('the reserve is garbage, or cut, or gone', async () => {
    from(closed)
    writeFileSync(at(`${DB}-reserve`), garbage(10_000))
    await whole(mended(/evenkeel\.db-reserve could not be read/))
    goesOn(store!)
    store!.close()
    rmSync(at(`${DB}-reserve`))
    open()
    goesOn(store!)
  })
  test('a page that only use comes across: the next start mends it', () => {
    from(closed)
    open()
    store!.close()
    const running = open()
    // What another program does to a file that is in use.
    for (const page of pagesOf('chunk').slice(1)) destroy(page)
    running.query({ metric: 'x', labels: {}, from: FROM, to: NOW })
    running.close()
    store = null
    expect(open().changes.list()).toHaveLength(60)
  })
})

describe('a database that is taken away while it is in use', () => {
  test('is told of, is no place for a new change, and stands there again after an ordinary end', async () => {
    from(closed)
    open()
    rmSync(at(DB))
    store!.tick(NOW + 1_000)
    expect(store!.failing()).toMatchObject({ reason: 'removed' })
    store!.changes.put({ ...change, id: 'c0', state: 'rolled_back' })
    store!.close()
    await whole(open())
    expect(store!.changes.get('c0')!.state).toBe('rolled_back')
    expect(store!.repairs()).toEqual([])
    expect(statSync(at(DB)).mode & 0o077).toBe(0)
    goesOn(store!)
  })
  test('another one in its place is left alone', () => {
    from(closed)
    open()
    rmSync(at(DB))
    writeFileSync(at(DB), 'theirs')
    store!.tick(NOW + 1_000)
    expect(store!.failing()).toMatchObject({ reason: 'removed' })
    store!.close()
    store = null
    expect(readFileSync(at(DB), 'utf8')).toBe('theirs')
  })
})

describe('one bad row costs that row', () => {
  const others = (store: Store, noun: string) => {
    if (noun !== 'change') expect(store.changes.list()).toHaveLength(60)
    expect(store.findings.list().length).toBeGreaterThanOrEqual(59)
    goesOnBut(store)
  }
  const goesOnBut = (store: Store) => {
    store.append('edge', NOW + 1_000, [{ metric: 'x', labels: { n: '1' }, value: 1 }], 1_000)
    store.tick(NOW + 1_000)
    expect(store.failing()).toBeNull()
  }
  test.each([
    ['change', "UPDATE document SET json = '{\"id\":\"c1' WHERE noun = 'change' AND id = 'c1'"],
    ['change', "UPDATE document SET json = '{\"id\":\"c1\"}' WHERE noun = 'change' AND id = 'c1'"],
    ['change', "UPDATE document SET json = json_set(json, '$.steps', 5) WHERE noun = 'change' AND id = 'c1'"],
    ['change', "UPDATE document SET json = CAST(x'ff00fe' AS TEXT) WHERE noun = 'change' AND id = 'c1'"],
    ['finding', "UPDATE document SET json = '5' WHERE noun = 'finding' AND id = 'f1'"],
    ['finding', "UPDATE document SET json = x'00' WHERE noun = 'finding' AND id = 'f1'"],
    ['memory', "UPDATE memory SET json = 'nonsense' WHERE key = 'key/1'"],
    ['record', "UPDATE record SET json = '{}'"],
    ['series', "UPDATE series SET labels = '[[' WHERE id = 3"],
    ['series', "UPDATE series SET labels = '[[1,2]]' WHERE id = 3"],
  ])('%s: %s', (noun, damage) => {
    from(closed)
    sql(damage)
    open()
    expect(store!.repairs()).toEqual([expect.stringMatching(new RegExp(`^1 row of ${noun} could not be read and is left out`))])
    expect(store!.changes.list()).toHaveLength(noun === 'change' ? 59 : 60)
    expect(store!.memory.keys('key/')).toHaveLength(noun === 'memory' ? 59 : 60)
    expect(store!.window(FROM, NOW).series('x')).toHaveLength(noun === 'series' ? SERIES - 1 : SERIES)
    others(store!, noun)
  })
  test.each(['garbage', ''])('a chunk of %j is a gap', (text) => {
    from(closed)
    sql('UPDATE chunk SET data = ? WHERE rowid IN (SELECT rowid FROM chunk WHERE series = 2 ORDER BY from_at LIMIT 1)', Buffer.from(text))
    open()
    const lengths = store!.window(FROM, NOW).series('x').map(({ points }) => points.length) // biome-ignore format: one line
    expect(lengths.filter((length) => length < TICKS)).toHaveLength(1)
    expect(store!.repairs()).toEqual([expect.stringMatching(/^1 row of chunk could not be read/)])
    goesOnBut(store!)
  })
  test('a recovery row', () => {
    from(killed)
    sql("UPDATE recovery SET data = x'1234' WHERE number = (SELECT max(number) - 5 FROM recovery)")
    open()
    expect(store!.repairs().at(-1)).toMatch(/^1 row of recovery could not be read/)
    others(store!, 'recovery')
  })
  test.each([2 ** 60, 999.5, Number.NaN, -1])('a recovery row of the series %d, which is none', (number) => {
    from(killed)
    const data = encodeColumns([[number], [0], [0], [1], [0]])
    sql('UPDATE recovery SET data = ? WHERE number = (SELECT max(number) - 5 FROM recovery)', data)
    open()
    others(store!, 'recovery')
    store!.append(
      'edge',
      NOW + 1_000,
      [
        { metric: 'new', value: 1 },
        { metric: 'newer', value: 2 },
      ],
      1_000,
    )
    store!.tick(NOW + 1_000)
    expect(store!.failing()).toBeNull()
  })
  test('a batch of undo', async () => {
    from(closed)
    sql("UPDATE undo SET edits = '[[1' WHERE batch = (SELECT max(batch) FROM undo)")
    open()
    const newest = (await store!.undo.newest('c0'))!
    expect(newest).toMatchObject({ edits: [], lost: 1 })
    await store!.undo.drop(newest.batch)
    expect(await store!.undo.newest('c0')).toMatchObject({ lost: 0, edits: [{ name: '58' }] })
  })
})

/** Bytes that flip, pages of zeros and of other pages, cuts: a start goes on or is refused with words, and so does what comes after it. */
describe('damage by chance', () => {
  const ROUNDS = Number(process.env.EVENKEEL_LONG ? 1_000 : 15)
  test.each(['closed', 'killed'])(`${ROUNDS} times, to the files of a store that was %s`, { timeout: ROUNDS * 2_000 }, async (how) => {
    const random = randomOf(how.length)
    const below = (n: number) => Math.floor(random() * n)
    const ends = { whole: 0, told: 0, refused: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      from(how === 'closed' ? closed : killed)
      const names = readdirSync(data).filter((name) => random() < (name === DB || name.endsWith('-wal') ? 0.6 : 0.2))
      for (const name of names) {
        const { size } = statSync(at(name))
        if (size === 0) continue
        const kind = random()
        if (kind < 0.2) truncateSync(at(name), below(size))
        else
          for (let n = 1 + below(kind < 0.6 ? 1 : 20); n > 0; n--) {
            const offset = random() < 0.2 ? below(Math.min(size, 200)) : below(size)
            const bytes = random() < 0.3 ? Buffer.alloc(8192) : Buffer.from(Array.from({ length: 1 + below(64) }, () => below(256)))
            overwrite(name, kind < 0.4 ? offset - (offset % 8192) : offset, bytes.subarray(0, Math.max(1, size - offset)))
          }
      }
      try {
        const store = open()
        store.query({ metric: 'x', labels: {}, from: FROM, to: NOW })
        store.query({ metric: 'x', labels: {}, from: FROM, to: NOW, stepMs: 10_000 })
        store.catalog(FROM)
        for (const { id } of store.changes.list()) {
          for (let undo = await store.undo.newest(id); undo; undo = await store.undo.newest(id)) await store.undo.drop(undo.batch)
        }
        for (let i = 1; i <= 3; i++) {
          store.append('edge', NOW + i * 1_000, [{ metric: 'x', labels: { n: '1' }, value: 1 }], 1_000)
          store.changes.put({ ...change, id: 'new', at: i })
          store.tick(NOW + i * 1_000)
        }
        ends[store.repairs().length > 0 || store.failing() ? 'told' : 'whole']++
        store.close()
      } catch (error) {
        if (!(error instanceof EvenkeelError)) throw new Error(`round ${round}, ${how}: ${names.join(' ')}`, { cause: error })
        expect(error.message).toContain(data)
        ends.refused++
      } finally {
        store = null
        for (const name of readdirSync(data)) rmSync(at(name), { recursive: true })
      }
    }
    expect(ends.told).toBeGreaterThan(ROUNDS / 15)
  })
})

test('a start on a damaged file ends with 2 and one sentence', () => {
  writeFileSync(at(DB), 'no database at all, but long enough to be read as one'.repeat(100))
  writeFileSync(at('evenkeel.yaml'), `data: ${data}\ntargets: [{ kind: redis, name: a, url: "redis://127.0.0.1:1", role: cache }]\n`)
  const script = "const { start } = await import('./lib/server/start.ts'); await start()"
  const env = { ...process.env, EVENKEEL_CONFIG: at('evenkeel.yaml'), EVENKEEL_LOG: 'fatal', HOSTNAME: '127.0.0.1', PORT: '3000' }
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { env, encoding: 'utf8' })
  expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/evenkeel\.db: is damaged .*restore it from a backup/)])
  expect(status).toBe(2)
})

describe('a start that is refused names the file and the mend', () => {
  test.each([
    [
      'cut to nothing',
      () => truncateSync(at(DB), 0),
      /evenkeel\.db: is empty, and evenkeel\.db-reserve beside it .*put it back from a backup; or, .* move all evenkeel\.db\* files away/,
    ],
    ['taken away', () => rmSync(at(DB)), /evenkeel\.db: is missing, and evenkeel\.db-reserve beside it/],
    [
      'a folder',
      () => {
        rmSync(at(DB))
        mkdirSync(at(DB))
      },
      /evenkeel\.db: a folder stands where a file should: move it away/,
    ],
    [
      'of another program',
      () => {
        rmSync(at(DB))
        sql('CREATE TABLE theirs (x)')
      },
      /evenkeel\.db: .*belongs to another program: choose another/,
    ],
    ['of a newer version', () => sql('PRAGMA user_version = 99'), /evenkeel\.db: .*newer Evenkeel \(its version is 99.*start that one/],
    [
      'links in a circle',
      () => {
        rmSync(at(DB))
        symlinkSync(at(DB), at(DB))
      },
      /evenkeel\.db: its links lead in a circle/,
    ],
    [
      'a link to nowhere',
      () => {
        rmSync(at(DB))
        symlinkSync(at('none'), at(DB))
      },
      /evenkeel\.db: the link leads nowhere/,
    ],
    [
      'garbage all through',
      () => writeFileSync(at(DB), garbage(statSync(at(DB)).size)),
      /evenkeel\.db: is damaged .*restore it from a backup/,
    ],
    [
      'its lock a folder',
      () => {
        rmSync(at(`${DB}-lock`))
        mkdirSync(at(`${DB}-lock`))
      },
      /evenkeel\.db-lock: a folder stands/,
    ],
    [
      'its reserve a folder',
      () => {
        rmSync(at(`${DB}-reserve`))
        mkdirSync(at(`${DB}-reserve`))
      },
      /evenkeel\.db-reserve: a folder stands/,
    ],
    ['its log a folder', () => mkdirSync(at(`${DB}-wal`)), /evenkeel\.db-wal: a folder stands/],
  ])('%s', (_, damage, words) => {
    // biome-ignore format: a table
    from(closed)
    damage()
    const before = readdirSync(data).sort()
    expect(refusal()).toMatch(words)
    // Nothing is taken away from who restores it.
    expect(readdirSync(data).sort()).toEqual(expect.arrayContaining(before))
  })
  test('the data folder is a file', () => {
    writeFileSync(at('plain'), '')
    expect(() => createStore({ path: at('plain') })).toThrow(/plain.*a file stands where a folder should/)
  })
  test('text in the place of a database leaves nothing behind that would stop the next start', () => {
    writeFileSync(at(DB), 'no database at all, but long enough to be read as one'.repeat(100))
    expect(refusal()).toMatch(/is damaged/)
    renameSync(at(DB), at('mine.txt'))
    open()
    goesOn(store!)
  })
  test('it is in use', () => {
    open()
    expect(() => createStore({ path: data, busyMs: 20 })).toThrow(/evenkeel\.db-lock: another Evenkeel is running/)
    expect(existsSync(at(DB))).toBe(true)
  })
})
