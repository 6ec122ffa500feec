import { describe, expect, it, test } from 'vitest'
import { Lives } from './staleness.ts'

describe('nothing is said', () => {
  it('of values that are never told', () => {
    const lives = new Lives()
    for (let i = 0; i < 1_000; i++) lives.take(i, 1, i % 10 === 0 ? 1 : 0, 5, undefined)
    expect(lives.judged()).toMatchObject({ because: expect.stringMatching(/not told whether/) })
  })
  it('of keys that whoever writes them sets or deletes while they live', () => {
    const lives = new Lives()
    for (let i = 0; i < 5_000; i++) {
      lives.take(i * 100, i % 10, 0, Number.NaN, undefined)
      if (i % 3 === 0) lives.take(i * 100, i % 10, 1, 60_000, i < 30 ? undefined : 'other')
      if (i % 7 === 0) lives.take(i * 100, i % 10, 2, Number.NaN, undefined)
    }
    expect(lives.judged()).toMatchObject({ because: expect.stringMatching(/^0 values were filled again/) })
  })
})

test('a stretch that is missing ends lives: what came before and after are not held together', () => {
  const lives = new Lives()
  lives.take(0, 1, 1, 1_000, undefined)
  for (let i = 1; i < 300; i++) lives.take(i, 1, 0, Number.NaN, undefined)
  lives.cut()
  lives.take(5_000, 1, 1, 1_000, 'other')
  expect(lives.judged()).toMatchObject({ reads: 0 })
})
