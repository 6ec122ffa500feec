import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Log } from '../../model/log.ts'
import type { NewRecord } from '../../model/record.ts'
import type { Access } from '../../model/reference.ts'
import type { Staleness } from '../../model/staleness.ts'
import { hash64 } from '../../rings/hashes/hash64.ts'
import { computeStaleness } from './computeStaleness.ts'
import { readLog } from './readLog.ts'
import { SegmentLog } from './segmentLog.ts'
import { headerBytes, putAccess, putCount, ROW, readHeader, readRows } from './segmentRows.ts'
import { createStalenessLook } from './stalenessLook.ts'
import { ValueTags } from './valueTags.ts'

const NOW = 1_767_225_600_000
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-staleness-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const access = (at: number, key: string, op: number, rest: Partial<Access> = {}): Access => ({
  at: NOW + at,
  ...hash64(Buffer.from(key)),
  op,
  size: 0,
  ttlMs: Number.NaN,
  keyBytes: key.length,
  pattern: `${key.split(':')[0]}:*`,
  ...rest,
})
/** Each second ten keys are filled for 900 ms and read ten times; with `changed` every other value is another one, by its tag or as reported. */
function traffic(prefix: string, how: { tags?: boolean; writes?: boolean }): Access[] {
  const list: Access[] = []
  for (let second = 0; second < 40; second++)
    for (let k = 0; k < 10; k++) {
      const [key, at] = [`${prefix}:${k}`, second * 1_000 + k]
      list.push(access(at, key, 0), access(at + 1, key, 1, { ttlMs: 900, size: 9, ...(how.tags && { tag: 1 + (second >> 1) }) }))
      for (let i = 1; i < 10; i++) list.push(access(at + i * 80 + 2, key, 0))
      if (how.writes && second % 2 === 1) list.push(access(at + 404, key, 3))
    }
  return list.sort((a, b) => a.at - b.at)
}
async function logged(...lists: Access[][]) {
  const log = new SegmentLog(folder, { keepMs: 3_600_000, rowsMax: 1_000_000 }, () => NOW + 40_000)
  for (const list of lists) await log.add({ list, rate: 1, gets: list.filter(({ op }) => op === 0).length })
  await log.close()
}

test('each pattern is judged by what is told of it: by reported writes, by tags of values, or not at all', async () => {
  await logged(traffic('told', { writes: true }), traffic('seen', { tags: true }), traffic('dumb', {}))
  const { patterns, spanMs } = computeStaleness({ folder, since: 0 })
  expect(spanMs).toBeGreaterThan(39_000)
  const of = (pattern: string) => patterns.find((one) => one.pattern === pattern)!.found
  // In every other second the last four of nine reads that hit come after the write; the write is one each two seconds.
  expect(of('told:*')).toMatchObject({ by: 'writes', keys: 10, ttlMs: 900, reads: 3_600 })
  expect((of('told:*') as Staleness).share).toBeCloseTo(4 / 18, 2)
  expect((of('told:*') as Staleness).changesPerKeyHour).toBeCloseTo(1_800, -2)
  expect(of('seen:*')).toMatchObject({ by: 'values', other: 190, same: 200, ttlMs: 900 })
  expect((of('seen:*') as Staleness).low).toBeGreaterThan(0.1)
  expect((of('seen:*') as Staleness).high).toBeLessThan(0.35)
  expect(of('dumb:*')).toMatchObject({ because: expect.stringMatching(/not told whether/) })
})

test('curves know nothing of it: writes of the origin and tags of values change no reference', async () => {
  await logged(traffic('a', { writes: true, tags: true }))
  const withAll = readLog({ folder, since: 0 })
  rmSync(folder, { recursive: true })
  await logged(traffic('a', {}))
  expect(withAll).toEqual(readLog({ folder, since: 0 }))
})

test('rows of the first version are read as they were written', () => {
  const bytes = Buffer.alloc(3 * ROW)
  headerBytes({ start: NOW, threshold: 2 ** 32 }).copy(bytes)
  putAccess(bytes, ROW, NOW, access(5, 'a', 2), 1)
  bytes.write('evkrefs1', 'latin1')
  // As it was: two bits of kind, thirty of size.
  bytes.writeUInt32LE(((1 << 30) | (2 ** 30 - 1)) >>> 0, ROW + 12)
  bytes.writeUInt32LE(7, 2 * ROW + 4)
  bytes.writeUInt32LE(((3 << 30) | 999_999_999) >>> 0, 2 * ROW + 12)
  const header = readHeader(bytes)!
  expect(header.version).toBe(1)
  expect([...readRows(bytes, header)]).toMatchObject([
    { access: { at: NOW + 5, op: 1, size: 2 ** 30 - 1 }, pattern: 1 },
    { count: { gets: 999_999_999 } },
  ])
})

test('rows of this version hold the largest value, the largest count, and whether a value is another one', () => {
  const bytes = Buffer.alloc(6 * ROW)
  headerBytes({ start: NOW, threshold: 2 ** 32 }).copy(bytes)
  putAccess(bytes, ROW, NOW, access(1, 'a', 1, { size: 2 ** 29 - 1, value: 'same' }), 3)
  putAccess(bytes, 2 * ROW, NOW, access(2, 'a', 1, { value: 'other' }), 0)
  putAccess(bytes, 3 * ROW, NOW, access(3, 'a', 3), 0)
  putCount(bytes, 4 * ROW, NOW, { at: NOW, gets: 4_000_000_000, told: true, high: 7 })
  putAccess(bytes, 5 * ROW, NOW, access(4, 'a', 0), 0)
  const rows = [...readRows(bytes, readHeader(bytes)!)]
  expect(rows).toMatchObject([
    { access: { op: 1, size: 2 ** 29 - 1, value: 'same' }, pattern: 3 },
    { access: { op: 1, value: 'other' } },
    { access: { op: 3 } },
    { count: { gets: 4_000_000_000, told: true } },
    { access: { op: 0 } },
  ])
})

test('only so many tags are held, and a key whose tag is forgotten is not compared', () => {
  const tags = new ValueTags(2)
  const set = (key: string, tag: number) => tags.compared(access(0, key, 1, { tag })).value
  expect([set('a', 1), set('a', 1), set('a', 2), set('b', 1), set('c', 1), set('a', 2), set('c', 3)]).toEqual([
    undefined,
    'same',
    'other',
    undefined,
    undefined,
    undefined,
    'other',
  ])
})

test('a target without references yet is looked at again soon, one that has them every few minutes', async () => {
  let now = NOW
  const [put, asked]: [NewRecord[][], string[]] = [[], []]
  const look = createStalenessLook({
    store: { putRecords: (_target, records) => void put.push([...records]) },
    sources: () => ['a'],
    log: (target) => {
      asked.push(target)
      return { folder, since: 0 }
    },
    compute: async (question) => computeStaleness(question),
    now: () => now,
    logger: { error: (details: unknown) => expect(details).toBeNull() } as unknown as Log,
  })
  const turn = async (ms: number) => {
    now += ms
    look.tick()
    await look.idle()
  }
  await turn(0)
  await turn(5_000)
  expect(asked).toHaveLength(1)
  await logged(traffic('seen', { tags: true }))
  await turn(15_000)
  expect(put.at(-1)).toMatchObject([{ kind: 'staleness', id: 'seen:*', at: now, found: { by: 'values' } }])
  await turn(20_000)
  expect(asked).toHaveLength(2)
  expect(readFileSync(join(folder, 'none'), { flag: 'a+' })).toHaveLength(0)
  writeFileSync(join(folder, '0000000000001.rows'), 'noise that is no segment')
  await turn(300_000)
  expect(put.at(-1)).toMatchObject([{ id: 'seen:*' }])
})
