import { expect, test, vi } from 'vitest'
import type { Reserve, Spare } from './reserve.ts'
import { Saving } from './saving.ts'

const FULL = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })

function disk() {
  const state = { error: null as Error | null, free: 1e9 as number | null, inPlace: true, rows: new Map<string, string>(), writes: 0 }
  const spares: Spare[] = []
  const reserve = { put: (row: Spare) => spares.push(row) > 0, clear: () => spares.splice(0), renew() {} } as unknown as Reserve
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const saving = new Saving({ reserve, free: () => state.free, inPlace: () => state.inPlace, suspect() {}, now: () => 7, log })
  const write = (key: string, value: string) => () => {
    state.writes++
    if (state.error) throw state.error
    state.rows.set(key, value)
  }
  const put = (key: string, value: string, spare = false) =>
    saving.put(key, write(key, value), spare ? { table: 'change', id: key, json: value } : undefined)
  const tick = (work = () => {}) => {
    for (const _ of saving.tick(() => [work()]));
  }
  return { state, spares, log, saving, write, put, tick }
}

test('a full disk holds rows back, newest state of each, and takes them when there is room', () => {
  const { state, spares, log, saving, put, tick } = disk()
  put('a', '1')
  state.error = FULL
  state.free = 0
  put('a', '2')
  put('a', '3', true)
  put('b', '1', true)
  expect(saving.failing()).toMatchObject({ since: 7, reason: 'full', because: 'the disk of the data folder is full' })
  expect(log.error).toHaveBeenCalledTimes(1)
  expect(spares.map(({ id, json }) => [id, json])).toEqual([
    ['a', '3'],
    ['b', '1'],
  ])
  const { writes } = state
  const bulk = vi.fn()
  for (let i = 0; i < 100; i++) tick(bulk)
  expect([state.writes, bulk.mock.calls.length]).toEqual([writes, 0])
  state.error = null
  state.free = 1e9
  tick(bulk)
  expect(saving.failing()).toBeNull()
  expect(bulk).toHaveBeenCalledTimes(1)
  expect([...state.rows]).toEqual([
    ['a', '3'],
    ['b', '1'],
  ])
  expect(spares).toEqual([])
  expect(log.info).toHaveBeenCalledTimes(1)
})

test('who insists is refused with the mend, unless the reserve has it', () => {
  const { state, spares, saving, write, tick } = disk()
  state.error = FULL
  expect(() => saving.insist(write('a', '1'))).toThrow(/the disk of the data folder is full\. Free at least 4 MB/)
  saving.insist(write('a', '1'), { key: 'a', row: { table: 'change', id: 'a', json: '1' } })
  expect(spares).toHaveLength(1)
  state.error = null
  tick()
  expect(state.rows.get('a')).toBe('1')
})

test('a disk that answers with errors is tried ever more seldom, and at once by nobody else', () => {
  const { state, saving, put, tick } = disk()
  state.error = Object.assign(new Error('disk I/O error'), { errcode: 10 | (2 << 8) })
  put('a', '1')
  expect(saving.failing()?.reason).toBe('broken')
  for (let i = 0; i < 300; i++) tick()
  expect(state.writes).toBeLessThan(18)
  expect(state.writes).toBeGreaterThan(10)
  state.error = null
  for (let i = 0; i < 30; i++) tick()
  expect(saving.failing()).toBeNull()
})

test.each([
  [8, 'read_only'],
  [8 | (4 << 8), 'removed'],
  [11, 'damaged'],
  [26, 'damaged'],
  [5, 'locked'],
  [14, 'broken'],
  [1, 'other'],
])('SQLite code %i is told as %s', (errcode, reason) => {
  const { state, saving, put } = disk()
  state.error = Object.assign(new Error(), { errcode })
  put('a', '1')
  expect(saving.failing()?.reason).toBe(reason)
})

test('a database that is no longer where it was is told of, though writes succeed', () => {
  const { state, saving, put, tick } = disk()
  state.inPlace = false
  tick()
  expect(saving.failing()?.reason).toBe('removed')
  put('a', '1')
  expect(state.rows.size).toBe(0)
  state.inPlace = true
  tick()
  expect(saving.failing()).toBeNull()
  expect(state.rows.size).toBe(1)
})

test('others run between the parts of a tick; a write of theirs that fails ends it, and the next one does the rest', () => {
  const { state, saving, put } = disk()
  const done: number[] = []
  const parts = function* () {
    for (let part = 1; part <= 3; part++) {
      done.push(part)
      yield
    }
  }
  const tick = saving.tick(parts)
  tick.next()
  put('a', '1')
  tick.next()
  expect([done, state.rows.get('a')]).toEqual([[1, 2], '1'])
  state.error = FULL
  put('a', '2')
  expect([...tick, done, saving.failing()?.reason]).toEqual([[1, 2], 'full'])
  state.error = null
  const again = saving.tick(parts)
  again.next()
  // It has not succeeded yet.
  expect([state.rows.get('a'), saving.failing()?.reason]).toEqual(['2', 'full'])
  expect([...again]).toHaveLength(2)
  expect([done, saving.failing()]).toEqual([[1, 2, 1, 2, 3], null])
})
