import { expect, it } from 'vitest'
import type { KeyPattern } from '../../model/record.ts'
import { patternView } from './patternView.ts'

const old: KeyPattern = {
  kind: 'key-pattern',
  target: 'a',
  id: 'p:*',
  at: 0,
  pattern: 'p:*',
  share: 0.5,
  low: 0.4,
  high: 0.6,
  bytesMean: 0,
  ttlMsMedian: null,
}

it('estimates all keys of a pattern and their bytes, with intervals', () => {
  const view = patternView({
    ...old,
    bytesMean: 100,
    bytesLow: 80,
    bytesHigh: 130,
    sampled: 50,
    of: 100,
    keys: 1_000,
    sizes: 40,
    ttlCounts: [10, 20, 0, 5, 5, 10],
    types: [
      ['string', 9],
      ['hash', 1],
    ],
    idleSecondsMedian: 0,
    idles: 8,
  })
  expect(view).toMatchObject({
    count: { value: 500, low: 400, high: 600 },
    bytes: { value: 50_000, low: 32_000, high: 78_000 },
    sample: { keys: 50, of: 100, sizes: 40, idles: 8 },
    idleSecondsMedian: 0,
  })
  expect(view.ttl!.map(({ share }) => share)).toEqual([0.2, 0.4, 0, 0.1, 0.1])
  expect(view.ttl!.at(-1)!.belowMs).toBeNull()
  expect(view.types[0]).toEqual({ type: 'string', share: 0.9 })
})

it('what was not measured is a gap, not zero', () => {
  expect(patternView(old)).toMatchObject({
    bytesMean: null,
    sample: null,
    count: null,
    bytes: null,
    ttl: null,
    types: [],
    idleSecondsMedian: null,
    biggest: [],
  })
  expect(patternView({ ...old, keys: 10, bytesMean: 9 })).toMatchObject({ bytesMean: 9, bytes: null, count: { value: 5 } })
})
