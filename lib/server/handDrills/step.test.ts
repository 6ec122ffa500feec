import { describe, expect, it } from 'vitest'
import type { HandDrill } from '../../model/handDrill.ts'
import { steppedHandDrill } from './step.ts'

const begun: HandDrill = {
  id: 'x',
  thing: 'node:products/cache-b',
  state: 'waiting',
  by: 'ann',
  at: 1_000_000,
  drill: { of: 'cache-b of products', lastsMs: 60_000, expects: [] },
  risks: [],
}
const outcome = { value: 1, low: 1, high: 1, inside: true }
const at = (drill: HandDrill, seconds: number, gone: boolean) =>
  steppedHandDrill(drill, { gone, now: begun.at + seconds * 1_000, outcomes: () => [outcome] })

describe('a drill by hand', () => {
  it('waits until it goes, counts from then on, scores when its time is over, and notices the return', () => {
    expect(at(begun, 100, false)).toBe(begun)
    const away = at(begun, 120, true)
    expect(away).toMatchObject({ state: 'away', goneAt: begun.at + 120_000 })
    expect(at(away, 150, true)).toBe(away)
    const scored = at(away, 181, true)
    expect(scored).toMatchObject({ state: 'away', drill: { outcomes: [outcome] } })
    expect(at(scored, 400, true)).toBe(scored)
    expect(at(scored, 500, false)).toMatchObject({ state: 'returned', backAt: begun.at + 500_000, drill: { outcomes: [outcome] } })
  })

  it('scores what it can of something that is back early', () =>
    expect(at(at(begun, 10, true), 30, false)).toMatchObject({ state: 'returned', drill: { outcomes: [outcome] } }))

  it('is called off when nothing goes for a quarter of an hour, and stays so', () => {
    const off = at(begun, 901, false)
    expect(off.state).toBe('called_off')
    expect(at(off, 902, true)).toBe(off)
  })
})
