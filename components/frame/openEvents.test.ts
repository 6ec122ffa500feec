import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openEvents } from './openEvents.ts'

class FakeSource extends EventTarget {
  static readonly CLOSED = 2
  static made: FakeSource[] = []
  readyState = 0
  onopen = () => {}
  onerror = () => {}
  closed = false
  constructor() {
    super()
    FakeSource.made.push(this)
  }
  close() {
    this.closed = true
  }
}

beforeEach(() => {
  FakeSource.made = []
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeSource)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a stream that was refused is opened again, later each time, with its listeners; a broken one is left to the browser', () => {
  const [states, heard]: [boolean[], string[]] = [[], []]
  const source = openEvents({ retry: (failures) => 1_000 * failures, onOpen: (isOpen) => void states.push(isOpen) })
  source.on('finding', (event) => void heard.push(event.data))
  FakeSource.made[0]!.onerror()
  vi.advanceTimersByTime(60_000)
  expect(FakeSource.made).toHaveLength(1)
  FakeSource.made[0]!.readyState = 2
  FakeSource.made[0]!.onerror()
  vi.advanceTimersByTime(1_000)
  expect(FakeSource.made).toHaveLength(2)
  FakeSource.made[1]!.readyState = 2
  FakeSource.made[1]!.onerror()
  vi.advanceTimersByTime(1_999)
  expect(FakeSource.made).toHaveLength(2)
  vi.advanceTimersByTime(1)
  FakeSource.made[2]!.onopen()
  FakeSource.made[2]!.dispatchEvent(new MessageEvent('finding', { data: 'x' }))
  expect([heard, states]).toEqual([['x'], [false, false, false, true]])
  source.close()
  expect(FakeSource.made[2]!.closed).toBe(true)
})
