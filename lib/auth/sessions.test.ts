import { beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../model/store.ts'
import { createStore } from '../store/store.ts'
import { createSessions, type Sessions } from './sessions.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const ANN = { person: 'local:ann', role: 'admin', by: 'password', from: '198.51.100.7', agent: 'a browser' } as const
let at: number
let ends: number
let store: Store
let sessions: Sessions
const open = () => createSessions({ store, now: () => at, idleMs: 12 * HOUR, ended: () => ends++ })

beforeEach(() => {
  at = 1_700_000_000_000
  ends = 0
  store = createStore({ path: ':memory:' })
  sessions = open()
})
const live = (secret: string) => sessions.find(secret) !== null

describe('a session ends', () => {
  test('when nobody has used it for the idle time; use prolongs it', () => {
    const secret = sessions.begin(ANN)
    at += 12 * HOUR - 1
    sessions.touch(sessions.find(secret)!.id)
    at += 12 * HOUR - 1
    expect(live(secret)).toBe(true)
    at += 1
    expect(live(secret)).toBe(false)
  })
  test('after 14 days, however much it is used', () => {
    const secret = sessions.begin(ANN)
    for (let hours = 0; hours < 14 * 24 - 6; hours += 6) {
      at += 6 * HOUR
      sessions.touch(sessions.find(secret)!.id)
    }
    expect(live(secret)).toBe(true)
    at += 6 * HOUR
    expect(live(secret)).toBe(false)
    // Nothing of it is left once somebody signs in again.
    sessions.begin(ANN)
    expect(store.memory.keys('session/')).toHaveLength(1)
    expect(store.memory.keys('used/session/')).toHaveLength(0)
  })
  test('in its time, though the clock is set back meanwhile', () => {
    const used = sessions.begin(ANN)
    at += HOUR
    sessions.touch(sessions.find(used)!.id)
    const unused = sessions.begin(ANN)
    at += 6 * HOUR
    at -= 300 * DAY
    sessions.stepClock({ at, byMs: -300 * DAY })
    sessions = open()
    at += 6 * HOUR - 1
    expect([live(used), live(unused)]).toEqual([true, true])
    at += 1
    expect([live(used), live(unused)]).toEqual([false, false])
  })
  test('by itself, with the person’s others, and with all', () => {
    const [one, two, three] = [sessions.begin(ANN), sessions.begin(ANN), sessions.begin(ANN)]
    const other = sessions.begin({ ...ANN, person: 'local:bob' })
    sessions.end(sessions.find(one)!.id)
    expect([live(one), live(two), ends]).toEqual([false, true, 1])
    sessions.endAll(ANN.person, sessions.find(two)!.id)
    expect([live(two), live(three)]).toEqual([true, false])
    sessions.endAll(ANN.person)
    expect([live(two), live(other)]).toEqual([false, true])
  })
  test('the one used longest ago, when somebody has fifty', () => {
    const secrets = Array.from({ length: 51 }, () => {
      at += 1_000
      return sessions.begin(ANN)
    })
    expect(secrets.filter(live)).toEqual(secrets.slice(1))
  })
})

test('what is on the disk opens nothing: only hashes are, and the stamp of its use comes once a minute', () => {
  const writes: string[] = []
  const { put } = store.memory
  store.memory.put = (key, value) => {
    writes.push(key)
    put(key, value)
  }
  const secret = sessions.begin(ANN)
  const { id } = sessions.find(secret)!
  for (let second = 0; second < 180; second++) {
    at += 1_000
    sessions.touch(id)
  }
  expect(writes.filter((key) => key === `used/session/${id}`)).toHaveLength(3)
  expect(JSON.stringify(store.memory.keys('').map((key) => [key, store.memory.get(key)]))).not.toContain(secret)
  // Another process on the same data knows the session, and its use to the minute.
  sessions = open()
  expect(sessions.find(secret)!.usedAt).toBeGreaterThan(at - 60_000)
})

test('a full disk keeps nobody out, and nobody in', () => {
  const before = sessions.begin(ANN)
  const full = () => {
    throw new Error('SQLITE_FULL')
  }
  store.memory.put = full
  store.memory.delete = full
  const secret = sessions.begin(ANN)
  sessions.touch(sessions.find(secret)!.id)
  expect(live(secret)).toBe(true)
  expect(() => sessions.endAll(ANN.person)).toThrow('SQLITE_FULL')
  expect([live(secret), live(before), ends]).toEqual([false, false, 1])
})
test('a clock that steps a day ahead and back costs no session but those it ended', () => {
  const secret = sessions.begin(ANN)
  at -= DAY
  expect(live(secret)).toBe(true)
})
