import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { cut, increase, resets } from '../math/rates.ts'
import { History } from './history.ts'
import { Common } from './sheet.ts'

/** Bytes of the columns that are in use, without what is only not collected yet. */
function columnBytes(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().arrayBuffers
}

const START = 1_800_000_000_000
const WINDOW = 60_000

it('keeps every sample of the window, whatever series of one poll miss and however their values change', () => {
  const random = randomOf(3)
  for (let round = 0; round < 3; round++) {
    const histories = Array.from({ length: 6 }, (_, id) => new History(id, 'x', { target: 'a' }, 1_000))
    const expected: [number, number][][] = histories.map(() => [])
    let at = START
    for (let poll = 0; poll < 700; poll++) {
      at += 900 + Math.floor(random() * 200)
      let beside: History | null = null
      for (const [i, history] of histories.entries()) {
        if (random() < 0.01 || (i === 5 && poll < 300)) continue
        const odd = random()
        const value = odd < 0.002 ? Number.NaN : odd < 0.5 ? i : odd < 0.9 ? Math.floor(random() * 1e6) : random() * 1e12 - 5e11
        // Some hold still for long, some are small whole numbers, some are anything.
        const given = i < 2 && poll % 400 < 390 ? i : value
        const taken = history.append(at, given, at - WINDOW, beside)
        expect(taken).toBe(!Number.isNaN(given))
        if (taken) expected[i]!.push([at, given])
        history.flushedTo = at - 30_000
        beside ??= history
      }
    }
    for (const [i, history] of histories.entries()) {
      const wanted = expected[i]!.filter(([ms]) => ms >= at - WINDOW)
      expect(history.points(at - WINDOW, at)).toEqual(wanted)
      const columns = history.columns(history.indexAt(at - WINDOW), history.size)
      expect([...columns.at].map((ms, k) => [ms, columns.value[k]])).toEqual(wanted)
      expect(history.total).toBe(expected[i]!.length)
      expect([history.lastAt, history.reading(history.size - 1)]).toEqual(expected[i]!.at(-1))
      expect(history.size).toBeLessThan(300)
    }
  }
})

it('series of one poll share its moments, again after a start too', async () => {
  const before = columnBytes()
  const histories = Array.from({ length: 500 }, (_, id) => new History(id, 'x', { target: 'a' }, 1_000))
  const kept = Float64Array.from({ length: 300 }, (_, i) => START + i * 1_000)
  for (const [i, history] of histories.entries()) {
    if (i % 2 === 1) continue
    history.fill([{ at: kept, value: new Float64Array(300).fill(i) }], { from: START, until: START + 300_000 }, null)
  }
  for (let poll = 300; poll < 1_200; poll++) {
    let beside: History | null = null
    for (const [i, history] of histories.entries()) {
      const at = START + poll * 1_000
      history.flushedTo = at
      history.append(at, i, at - 900_000, beside)
      beside ??= history
    }
  }
  // Columns of their own would be 7 MB. What is collected is given back by a thread beside: on a busy machine a little later.
  await expect.poll(() => columnBytes() - before, { timeout: 4_000, interval: 100 }).toBeLessThan(1_000_000)
  expect(histories.map((history) => history.points(START + 1_190_000, START + 1_199_000).length)).toEqual(Array(500).fill(10))
})

it('series that are filled from the disk share moments, though the chunks of some end earlier, and go on by those', () => {
  const all = Float64Array.from({ length: 40 }, (_, i) => START + i * 1_000)
  const histories = [30, 40, 20, 25].map((ends, id) => {
    const history = new History(id, 'x', { target: 'a' }, 1_000)
    const value = Float64Array.from({ length: ends }, (_, i) => id * 1_000 + i)
    return {
      history,
      ends,
      chunks: [
        { at: all.slice(0, 15), value: value.slice(0, 15) },
        { at: all.slice(15, ends), value: value.slice(15) },
      ],
    }
  })
  let before: History | null = null
  for (const { history, ends, chunks } of histories) {
    history.fill(chunks, { from: START + 10_500, until: all[ends - 1]! }, before)
    // The one before the window is kept.
    expect([history.heldFrom, history.size]).toEqual([START + 10_000, ends - 10])
    before = history
  }
  // What recovery rows hold of each, then a poll of all, of which one is missing.
  for (const { history, ends } of histories) for (let i = ends; i < 40; i++) history.append(all[i]!, history.id * 1_000 + i, START)
  for (const second of [40, 41, 42])
    for (const { history } of histories)
      if (second !== 41 || history.id !== 2)
        history.append(START + second * 1_000, history.id * 1_000 + second, START, histories[0]!.history)
  for (const { history } of histories) {
    const seconds = Array.from({ length: 33 }, (_, i) => i + 10).filter((second) => second !== 41 || history.id !== 2)
    expect(history.points(START, START + 50_000)).toEqual(seconds.map((second) => [START + second * 1_000, history.id * 1_000 + second]))
  }
})

it('one that left memory holds nothing, and what is still told it is not told to the series that has its place', () => {
  const common = new Common()
  const grown = (id: number) => {
    const history = new History(id, 'x', { target: 'a' }, 1_000, common)
    for (let i = 0; i < 200; i++) history.append(START + i * 1_000, id * 1e6 + i * i, START)
    return history
  }
  const [first, left] = [grown(1), grown(2)]
  left.release()
  const successor = grown(3)
  left.flushedTo = START + 9e9
  left.unsavedFrom = 7
  expect([left.gone, left.size, left.points(START, START + 1e6), successor.gone]).toEqual([true, 0, [], false])
  left.append(START + 500_000, 5, START)
  left.stepClock({ at: START, byMs: -1_000 })
  expect([successor.flushedTo, successor.unsavedFrom, successor.movedTo]).toEqual([-Infinity, -1, -Infinity])
  for (const history of [first, successor])
    expect(history.points(START, START + 1e6)).toEqual(Array.from({ length: 200 }, (_, i) => [START + i * 1_000, history.id * 1e6 + i * i]))
})

it('what it grew by within a stretch is what its points grew by, and its columns are its points, over restarts, starts and set clocks', () => {
  const random = randomOf(11)
  let rising = 0
  for (let round = 0; round < 20; round++) {
    const history = new History(1, 'x', { target: 'a' }, 1_000)
    let [at, count] = [START, 0]
    const grow = () => {
      at += 1_000
      // A server that starts anew counts from zero.
      count = random() < 0.01 ? Math.floor(random() * 5) : count + Math.floor(random() * 10)
      return count
    }
    if (round % 3 === 0) {
      const value = Float64Array.from({ length: 50 }, grow)
      history.fill([{ at: Float64Array.from({ length: 50 }, (_, i) => START + (i + 1) * 1_000), value }], { from: START, until: at }, null)
    }
    for (let poll = 0; poll < 300; poll++) {
      const value = grow()
      history.append(at, value, at - WINDOW)
      history.flushedTo = at - 30_000
      if (round % 5 === 4 && poll === 200) {
        history.stepClock({ at: at - 20_000, byMs: -20_000 })
        at -= 20_000
      }
    }
    for (let i = 0; i < 100; i++) {
      const from = at - Math.floor(random() * WINDOW)
      const to = from + Math.floor(random() * WINDOW)
      const points = history.points(from, to)
      expect(history.grownWithin(from, to)).toBe(increase(points))
      const { at: moments, value } = history.columnsWithin(from, to)!
      expect([...moments].map((ms, k) => [ms, value[k]])).toEqual(points)
      expect([...history.momentsWithin(from, to)!]).toEqual([...moments])
      const least = history.leastOfRising(from, to)
      if (least !== undefined) rising++
      if (least !== undefined) expect([least, resets(points)]).toEqual([Math.min(...value), 0])
      expect(cut(points, from, to)).toEqual(points)
    }
  }
  expect(rising).toBeGreaterThan(100)
})
