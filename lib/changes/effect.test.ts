import { describe, expect, it } from 'vitest'
import type { Prediction } from '../model/proposal.ts'
import { controlledEffect, effectOf } from './effect.ts'

const prediction = (before: number, after: number): Prediction => ({ metric: 'm', where: {}, unit: 'seconds', before, after, low: after, high: after, basis: '' }) // biome-ignore format: one line
const seen = (value: number, half: number) => ({ is: 'measured' as const, value, low: value - half, high: value + half, count: 100 })
const baseline = { value: 50, low: 48, high: 52 }

describe('an effect', () => {
  it.each([
    ['a significant gain of a quarter or more', 50, 20, seen(40, 3), 'better'],
    ['all that was predicted', 50, 20, seen(20, 1), 'better'],
    ['a significant gain, but a small one', 50, 20, seen(46, 0.5), 'even'],
    ['nothing', 50, 20, seen(50, 1), 'even'],
    ['nothing to be seen for noise', 50, 20, seen(45, 30), 'unclear'],
    ['a large gain within a larger noise', 50, 20, seen(30, 40), 'unclear'],
    ['significantly worse', 50, 20, seen(70, 3), 'worse'],
    ['the other direction: a ratio that is to rise', 50, 80, seen(75, 3), 'better'],
    ['the other direction, fallen', 50, 80, seen(30, 3), 'worse'],
  ])('%s', (_what, before, after, now, is) => {
    expect(effectOf(prediction(before, after), baseline, now).is).toBe(is)
  })

  it('is unseen without measurements or without an interval, and unclear where none was predicted', () => {
    expect(effectOf(prediction(50, 20), baseline, { is: 'unjudged', because: 'no points' })).toEqual({ is: 'unseen', because: 'no points' })
    expect(effectOf(prediction(50, 20), baseline, seen(20, Number.POSITIVE_INFINITY)).is).toBe('unseen')
    expect(effectOf(prediction(50, 50), baseline, seen(20, 1)).is).toBe('unclear')
  })

  it.each([
    ['within the band', 0.94, 0.938, seen(0.937, 0.004), 'better'],
    ['above what was predicted', 0.94, 0.938, seen(0.95, 0.004), 'better'],
    ['below the band for certain', 0.94, 0.938, seen(0.9, 0.004), 'worse'],
    ['below it, and not for certain', 0.94, 0.938, seen(0.93, 0.02), 'unclear'],
    ['a time that is to stay, and rises', 50, 52, seen(60, 2), 'worse'],
    ['a time that is to stay, and does', 50, 52, seen(51, 2), 'better'],
    ['a time that is to stay or fall, and rises', 50, 50, seen(60, 2), 'worse'],
    ['a time that is to fall a little, and falls much', 50, 49, seen(40, 2), 'better'],
  ])('that something stays as it is: %s', (_what, before, after, now, is) => {
    const [half, unit] = before > 1 ? ([3, 'seconds'] as const) : ([0.006, 'ratio'] as const)
    expect(effectOf({ ...prediction(before, after), unit, low: after - half, high: after + half, holds: true }, undefined, now).is).toBe(is)
  })

  it('is held against the prediction’s own start where nothing was measured before', () => {
    expect(effectOf(prediction(50, 20), undefined, seen(22, 1))).toMatchObject({ is: 'better', baseline: { value: 50 } })
  })

  it.each([
    ['all that was predicted', seen(20, 1), 'better'],
    ['a gain that may be less than a quarter', seen(42, 3), 'unclear'],
    ['significant for one look only', seen(41, 3), 'unclear'],
    ['nothing, for certain', seen(50, 1), 'even'],
    ['nothing, perhaps', seen(48, 3), 'unclear'],
    ['worse, for certain', seen(70, 3), 'worse'],
  ])('at one of many looks is clear of the limit: %s', (_what, now, is) => {
    expect(effectOf(prediction(50, 20), baseline, now, 'any').is).toBe(is)
  })

  const control = (value: number, half: number, siblings = 3, precise = true, moved = true) => ({
    now: seen(value, half),
    siblings,
    precise,
    moved,
    text: 'siblings moved',
  })
  it.each([
    ['a dip of all', seen(75, 3), control(50, 2), 'even'],
    ['a rise of all', seen(25, 3), control(50, 2), 'even'],
    ['a regression of its own', seen(75, 3), control(74, 4), 'worse'],
    ['an improvement in a dip', seen(50, 2), control(25, 2), 'better'],
    ['the same beside one sibling', seen(50, 2), control(25, 2, 1), 'unclear'],
    ['a lag behind a rise of all, which is no regression', seen(50, 2), control(75, 2), 'unclear'],
    ['a dip that noisy siblings share', seen(75, 3), control(55, 20, 3, false), 'unclear'],
    ['an improvement beside noisy siblings that hardly moved', seen(25, 3), control(30, 20, 1, false, false), 'better'],
    ['an improvement that noisy siblings may share', seen(25, 3), control(45, 20, 1, false, false), 'unclear'],
    ['a regression beside noisy siblings', seen(75, 3), control(70, 20, 3, false), 'worse'],
  ])('beside siblings: %s', (_what, now, adjusted, is) => {
    const { value, low, high } = now
    const effect = controlledEffect(prediction(50, 20), baseline, { value, low, high }, adjusted, 'fixed')
    expect(effect).toMatchObject({ is, siblings: 'siblings moved', now: { value } })
  })
})
