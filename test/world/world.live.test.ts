import { describe, expect, it } from 'vitest'
import { judgeCase } from './runCase.ts'
import { worldCases } from './worldCase.ts'

const cases = worldCases()

describe('inputs from the world are read right', () => {
  it('has cases', () => expect(cases.length).toBeGreaterThan(0))
  it.each(cases.map((one) => [one.name, one] as const))('%s', { timeout: 60_000 }, async (_, one) => {
    expect((await judgeCase(one)).differences).toEqual([])
  })
})
