import { expect, it } from 'vitest'
import { createSlices } from './slices.ts'

/** How many steps of all works ran in each turn of the event loop; a step takes `stepMs` of a clock of its own. */
async function stepsOfTurns(works: number, steps: number, stepMs: number): Promise<number[]> {
  let clock = 0
  const turns: number[] = []
  let turning = true
  let inTurn = 0
  const count = () => {
    if (inTurn > 0) turns.push(inTurn)
    inTurn = 0
    if (turning) setImmediate(count)
  }
  count()
  await Promise.all(
    Array.from({ length: works }, async () => {
      const pause = createSlices(() => clock)
      for (let i = 0; i < steps; i++) {
        await pause()
        clock += stepMs
        inTurn++
      }
    }),
  )
  turning = false
  count()
  return turns
}

it('runs until a slice is used up, then in a later turn', async () => {
  const turns = await stepsOfTurns(1, 20, 3)
  expect(Math.max(...turns)).toBe(3)
  expect(turns.reduce((sum, steps) => sum + steps, 0)).toBe(20)
})

it('gives many their slices one turn after the other, not all in one', async () => {
  const turns = await stepsOfTurns(30, 6, 3)
  expect(Math.max(...turns)).toBeLessThanOrEqual(3)
  expect(turns.reduce((sum, steps) => sum + steps, 0)).toBe(180)
})
