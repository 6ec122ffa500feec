import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRefetch } from './refetch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const told: [keys: string[], now: boolean][] = []
  const page = { seen: true, busy: '' }
  const refetch = createRefetch({
    delay: () => 500,
    busy: (key) => key === page.busy,
    seen: () => page.seen,
    invalidate: (keys, now) => void told.push([[...keys], now]),
  })
  return { told, page, refetch }
}

test('a hundred events are one look, from the first on', () => {
  const { told, refetch } = setUp()
  for (let i = 0; i < 100; i++) {
    refetch.touch(['findings', 'overview'])
    refetch.touch(['overview', 'frame'])
    vi.advanceTimersByTime(4)
  }
  expect(told).toEqual([])
  vi.advanceTimersByTime(100)
  expect(told).toEqual([[['findings', 'overview', 'frame'], true]])
  vi.advanceTimersByTime(10_000)
  refetch.touch([])
  vi.advanceTimersByTime(10_000)
  expect(told).toHaveLength(1)
})

test('out of sight nothing is asked for: it is old when somebody looks', () => {
  const { told, page, refetch } = setUp()
  page.seen = false
  refetch.touch(['findings'])
  vi.advanceTimersByTime(500)
  expect(told).toEqual([[['findings'], false]])
})

test('an answer on its way is waited for, and then asked for again: the event may have come after it was made', () => {
  const { told, page, refetch } = setUp()
  page.busy = 'targets'
  refetch.touch(['targets', 'frame'])
  vi.advanceTimersByTime(2_000)
  expect(told).toEqual([[['frame'], true]])
  page.busy = ''
  vi.advanceTimersByTime(500)
  expect(told).toEqual([
    [['frame'], true],
    [['targets'], true],
  ])
})

test('a page that is left asks for nothing more', () => {
  const { told, refetch } = setUp()
  refetch.touch(['findings'])
  refetch.stop()
  vi.advanceTimersByTime(1_000)
  expect(told).toEqual([])
})
