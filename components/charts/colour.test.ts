import { expect, test } from 'vitest'
import { colourIndex, coloursFor } from './colour.ts'

test('neighbours differ, and a name keeps its colour', () => {
  expect(['app1', 'app2', 'app3', 'app4'].map(colourIndex)).toEqual([0, 1, 2, 3])
  expect(['cache-a', 'cache-b', 'cache-c'].map(colourIndex)).toEqual([0, 1, 2])
  expect(colourIndex('edge/app/app3')).toBe(colourIndex('app3'))
})

test('what is drawn from before has the colour of what it is compared with', () => {
  const [now, other, before] = coloursFor(['a1', 'b1', 'a1, before'])
  expect(before).toBe(now)
  expect(other).not.toBe(now)
})

test('two series in one picture never share a colour while there is one left', () => {
  expect(new Set(coloursFor(['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'h1'])).size).toBe(8)
})
