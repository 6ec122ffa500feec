import { expect, it } from 'vitest'
import { changeTone, judgedWords, watchProgress } from './words.ts'

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
