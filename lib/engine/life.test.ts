import { describe, expect, it } from 'vitest'
import type { Evidence, Verdict } from '../model/finding.ts'
import { type Life, nextLife } from './life.ts'

const subject = { target: 'a' }
const evidence: [Evidence] = [{ metric: 'm', where: subject, label: 'm of a', value: 1, unit: 'count', from: 0, to: 1 }]
const found: Verdict = { subject, is: 'found', severity: 'warning', summary: 'bad', evidence }
const clear: Verdict = { subject, is: 'clear' }
const unjudged: Verdict = { subject, is: 'unjudged', because: 'no points' }
const settings = { for: 5_000, resolveAfter: 10_000 }

/** Plays [second, verdict] pairs and returns the life after each. */
function play(steps: [second: number, verdict: Verdict | null][], own = settings): (Life | null)[] {
  let life: Life | null = null
  let ids = 0
  return steps.map(([second, verdict]) => {
    life = nextLife(life, verdict, { rule: 'r', now: second * 1000, settings: own, newId: () => `f${ids++}` })
    return life
  })
}
const states = (lives: (Life | null)[]) => lives.map((life) => life?.finding.state ?? null)

describe('the life of a finding', () => {
  it('fires once it has held, and keeps its id and its start', () => {
    const lives = play([
      [0, found],
      [4, found],
      [5, found],
      [60, found],
    ])
    expect(states(lives)).toEqual(['pending', 'pending', 'firing', 'firing'])
    expect(lives.map((life) => life?.finding.id)).toEqual(['f0', 'f0', 'f0', 'f0'])
    expect(lives[3]!.finding).toMatchObject({ since: 0, firingAt: 5_000, seenAt: 60_000 })
  })

  it('fires at once when nothing has to hold', () => {
    expect(states(play([[0, found]], { for: 0, resolveAfter: 0 }))).toEqual(['firing'])
  })

  it('forgets a passing one: one clear verdict, or sight lost for long', () => {
    expect(states(play([[0, found], [1, clear], [2, found], [6, found]]))).toEqual(['pending', null, 'pending', 'pending']) // biome-ignore format: a table
    expect(states(play([[0, found], [10, null], [31, unjudged]]))).toEqual(['pending', 'pending', null]) // biome-ignore format: a table
  })

  it('fires only on a verdict, not on the time that passed unseen', () => {
    expect(states(play([[0, found], [8, unjudged], [9, found]]))).toEqual(['pending', 'pending', 'firing']) // biome-ignore format: a table
  })

  it('stays firing and says so while it cannot be judged', () => {
    const lives = play([[0, found], [5, found], [6, unjudged], [600, null], [601, found]]) // biome-ignore format: a table
    expect(states(lives).slice(1)).toEqual(['firing', 'firing', 'firing', 'firing'])
    expect(lives.map((life) => life?.finding.stale)).toEqual([
      undefined,
      undefined,
      'no points',
      'the rule says nothing about it now',
      undefined,
    ])
  })

  it('resolves after enough clear; found starts that anew, loss of sight does not', () => {
    const steps: [number, Verdict | null][] = [[0, found], [5, found], [10, clear], [15, found], [20, clear], [25, unjudged], [29, clear], [30, clear]] // biome-ignore format: a table
    const lives = play(steps)
    expect(states(lives).slice(2)).toEqual(['firing', 'firing', 'firing', 'firing', 'firing', 'resolved'])
    expect(lives.at(-1)!.finding.resolvedAt).toBe(30_000)
  })

  it('does not resolve on unjudged alone, however long', () => {
    expect(states(play([[0, found], [5, found], [6, clear], [900, unjudged]])).at(-1)).toBe('firing') // biome-ignore format: a table
  })
})
