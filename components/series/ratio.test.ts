import { expect, test } from 'vitest'
import { quotientPoints, ratioPoints } from './ratio.ts'
import { annotationMarks, touches } from './useAnnotations.ts'

test('a ratio has a gap where there is nothing to divide', () => {
  expect(
    ratioPoints(
      [
        [0, 9],
        [1, null],
        [2, 0],
        [3, 1],
      ],
      [
        [0, 1],
        [1, 1],
        [2, 0],
      ],
    ),
  ).toEqual([
    [0, 0.9],
    [1, null],
    [2, null],
    [3, null],
  ])
  expect(
    quotientPoints(
      [
        [0, 1],
        [1, 1],
      ],
      [
        [0, 4],
        [1, 0],
      ],
    ),
  ).toEqual([
    [0, 0.25],
    [1, null],
  ])
})

test('a change is drawn on the charts of what it touched', () => {
  const change = { steps: [{ setting: { target: 'edge', name: 'app/app3/weight' }, before: '1', after: '2' }] }
  expect(
    [{}, { target: 'edge' }, { target: 'edge', pool: 'app' }, { target: 'edge', pool: 'ap' }, { target: 'x' }].map((where) =>
      touches(change, where as Record<string, string>),
    ),
  ).toEqual([true, true, true, false, false])
})

test('an annotation is one mark, a span has one at each end', () => {
  expect(annotationMarks({ time: 5, text: 'deploy' })).toEqual([{ at: 5, label: 'deploy', external: true }])
  expect(annotationMarks({ time: 5, timeEnd: 5, text: 'deploy' })).toHaveLength(1)
  expect(annotationMarks({ time: 5, timeEnd: 9, text: 'load' }).map(({ at, label }) => [at, label])).toEqual([
    [5, 'load'],
    [9, 'end of load'],
  ])
})
