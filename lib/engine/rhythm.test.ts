import { expect, it } from 'vitest'
import { SAMPLES_PER_SECOND } from '../model/limits.ts'
import { Rhythm } from './rhythm.ts'

const EACH_S = { everyMs: 1_000 }

it('is the one object of all probes that are asked as often, while their answers are small', () => {
  const [fast, slow] = [Rhythm.of({ everyMs: 1_000 }, EACH_S), Rhythm.of({ everyMs: 5_000 }, EACH_S)]
  expect(Rhythm.of({ everyMs: 500 }, EACH_S)).toBe(fast)
  expect(slow).not.toBe(fast)
  expect(Rhythm.of({ everyMs: 5_000, timeoutMs: 4_000 }, EACH_S)).not.toBe(slow)
  expect(fast.answered(SAMPLES_PER_SECOND).answered(0).failed(false)).toBe(fast)
  expect([fast.ms, fast.delayMs(), fast.because, fast.large]).toEqual([1_000, 1_000, undefined, false])
})

it('is slower after an answer of very many samples, of that probe alone and until its answers are small again', () => {
  const usual = Rhythm.of({ everyMs: 1_000 }, EACH_S)
  const slower = usual.answered(3 * SAMPLES_PER_SECOND - 1)
  expect([slower.ms, slower.delayMs()]).toEqual([3_000, 3_000])
  expect(slower.because).toMatch(/^one answer holds [\d,]+ values: it is read each 3 s$/)
  expect(usual.ms).toBe(1_000)
  expect(slower.answered(3 * SAMPLES_PER_SECOND - 1)).toBe(slower)
  expect(slower.failed(false)).toBe(slower)
  expect(slower.answered(4 * SAMPLES_PER_SECOND).ms).toBe(4_000)
  expect(slower.answered(1)).toBe(usual)
})

it('is slowest after an answer over the size cap, until a poll ends otherwise', () => {
  const usual = Rhythm.of({ everyMs: 1_000 }, EACH_S)
  const large = usual.failed(true)
  expect([large.large, large.delayMs(), large.ms]).toEqual([true, 300_000, 1_000])
  expect(large.failed(true)).toBe(large)
  expect(large.failed(false)).toBe(usual)
  expect(large.answered(1)).toBe(usual)
  const slower = usual.answered(2 * SAMPLES_PER_SECOND)
  expect([slower.failed(true).delayMs(), slower.failed(true).failed(false).ms]).toEqual([300_000, 2_000])
  expect(slower.failed(true).answered(2 * SAMPLES_PER_SECOND).large).toBe(false)
})
