import { expect, test } from 'vitest'
import type { Labels } from './series.ts'
import { labelsIn, matchesLabels, sharedLabels } from './targetLabels.ts'
import type { Ring } from './topology.ts'

test('labels match when each that is asked for has that value; nothing asked for is had by all', () => {
  const labels = { team: 'shop', env: 'prod' }
  expect(matchesLabels({ team: 'shop' }, labels)).toBe(true)
  expect(matchesLabels({ team: 'shop', env: 'test' }, labels)).toBe(false)
  expect(matchesLabels({ tier: '' }, labels)).toBe(false)
  expect(matchesLabels({}, undefined)).toBe(true)
  expect(matchesLabels({ team: 'shop' }, undefined)).toBe(false)
  expect(matchesLabels(JSON.parse('{"constructor":"x"}'), labels)).toBe(false)
})

test('several share what each of them has alike', () => {
  expect(
    sharedLabels([
      { team: 'shop', env: 'prod' },
      { team: 'shop', env: 'test' },
    ]),
  ).toEqual({ team: 'shop' })
  expect(sharedLabels([{ team: 'shop' }, { team: 'pay' }])).toBeUndefined()
  expect(sharedLabels([{ team: 'shop' }, undefined])).toBeUndefined()
  expect(sharedLabels([])).toBeUndefined()
})

test('a subject has the labels of its target, a ring those that all its targets share', () => {
  const ring = (name: string, ...targets: (string | undefined)[]): Ring => ({
    name,
    spec: { algorithm: 'ketama', nodes: [{ name: 'x' }] },
    version: 1,
    control: { target: 'a', key: 'k' },
    nodes: targets.map((target, index) => ({ name: `n${index}`, address: 'x', ...(target && { target }) })),
    followers: [],
  })
  const labelsOf = labelsIn({
    targets: [{ name: 'a', labels: { team: 'shop', env: 'prod' } }, { name: 'b', labels: { team: 'shop' } }, { name: 'c' }],
    rings: [ring('ab', 'a', 'b'), ring('ac', 'a', 'c'), ring('a?', 'a', undefined)],
  })
  expect(labelsOf({ target: 'a', pool: 'p', server: 's' })).toEqual({ team: 'shop', env: 'prod' })
  expect(labelsOf({ ring: 'ab', node: 'n0' })).toEqual({ team: 'shop' })
  expect(labelsOf({ ring: 'a?' }), "a node that is no target is nobody's").toEqual({ team: 'shop', env: 'prod' })
  const none: Labels[] = [{ ring: 'ac' }, { ring: 'gone' }, { target: 'c' }, {}]
  for (const subject of none) expect(labelsOf(subject)).toBeUndefined()
})
