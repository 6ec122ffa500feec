import { expect, it } from 'vitest'
import { changeTone, judgedWords, leftWords, stateWords, verdictWords, watchProgress } from './words.ts'

it('draws the eye only to what is at work or needs a person', () => {
  expect(changeTone({ state: 'kept', verdict: 'improved' })).toBe('ok')
  expect(changeTone({ state: 'watching', verdict: null })).toBe('change')
  expect(changeTone({ state: 'kept', verdict: 'unjudged', needsPerson: 'too little traffic' })).toBe('warning')
  expect(changeTone({ state: 'failed', verdict: null, needsPerson: 'drift' })).toBe('critical')
})

it('counts a watch from its start to its end', () => {
  const at = (s: number) => new Date(s * 1000).toISOString()
  const change = { state: 'watching' as const, at: at(0), watchFrom: at(10), watchUntil: at(110) }
  expect(watchProgress(change, 60_000)).toBe(0.5)
  expect(watchProgress(change, 500_000)).toBe(1)
  expect(watchProgress({ ...change, state: 'kept' }, 60_000)).toBeNull()
})

it('says when a verdict was taken, of how long, and why then', () => {
  expect(judgedWords({ afterMs: 74_000, ofMs: 115_000, because: 'the evidence stands' })).toMatch(
    /^Verdict after .+ of at most .+, because the evidence stands\.$/,
  )
})

it('says of a change that a file owns what is waited for, and that it was withdrawn where it never arrived', () => {
  const commit = { branch: 'b', commit: 'c', base: 'main', files: [], until: '2026-01-01T00:00:00.000Z' } as never
  const own = { committed: commit, verdict: 'unjudged' as const }
  expect(stateWords({ state: 'awaiting', ...own })).toBe('awaiting its value')
  expect(stateWords({ state: 'awaiting', ...own, returned: commit })).toBe('awaiting its old value')
  expect(`${stateWords({ state: 'rolled_back', ...own })}: ${verdictWords({ state: 'rolled_back', ...own })}`).toBe('withdrawn: ')
  const arrived = { ...own, returned: commit, watchFrom: '2026-01-01T00:00:00.000Z' }
  expect(`${stateWords({ state: 'rolled_back', ...arrived })}: ${verdictWords({ state: 'rolled_back', ...arrived })}`).toBe(
    'rolled back: unjudged',
  )
})

it('says of a drill that it ended and how many expectations held, not that it was rolled back unjudged', () => {
  const outcome = (inside: boolean) => ({ value: 1, low: 1, high: 1, inside })
  const drill = { of: 'cache-b of products', lastsMs: 60_000, expects: [] }
  const words = (own: Partial<Parameters<typeof verdictWords>[0]>) => {
    const change = { state: 'rolled_back' as const, verdict: 'unjudged' as const, drill, ...own }
    return `${stateWords(change)}: ${verdictWords(change)}`
  }
  expect(words({ drill: { ...drill, outcomes: [outcome(true), outcome(true), outcome(false)] } })).toBe(
    'drill ended: 2 of 3 expectations held, put back',
  )
  expect(words({ drill: { ...drill, outcomes: [outcome(true), { inside: null, because: 'no traffic' }] } })).toBe(
    'drill ended: 1 of 1 expectation held, put back',
  )
  expect(words({ drill: { ...drill, outcomes: [] } })).toBe('drill ended: nothing could be judged, put back')
  expect(words({})).toBe('drill ended early: put back')
  expect(words({ state: 'watching', verdict: null })).toBe('drill under way: ')
  expect(words({ drill: undefined })).toBe('rolled back: unjudged')
  expect(leftWords({ drill }, '20 s')).toBe('ends within 20 s')
  expect(leftWords({}, '20 s')).toBe('a verdict within 20 s')
})
