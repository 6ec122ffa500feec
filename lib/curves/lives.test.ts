import { describe, expect, test } from 'vitest'
import { curve } from '../../test/curves.ts'
import type { CurvePoint } from '../model/record.ts'
import { cheapestLife, presentLife, shorterLife } from './lives.ts'

const GIB = 2 ** 30
const HOUR = 3_600_000
const limits = { loss: 0.003, saving: 0.3, bytesMin: GIB / 64 }
const present = { ttlMs: HOUR, hitRatio: 0.9, heldBytes: 8 * GIB }
/** A curve of a TTL of an hour and some others: part of the hour, hit ratio, GiB held. */
const lives = (points: [part: number, hitRatio: number, gib: number | null][], now: Partial<CurvePoint> = {}, readsShare = 1) =>
  curve(
    [{ ...present, ...now }, ...points.map(([part, hitRatio, gib]) => ({ ttlMs: part * HOUR, hitRatio, heldBytes: gib && gib * GIB }))],
    { id: 'ttl/pages', varies: 'ttl', ttl: 'pages', readsShare },
  )
const now = (of: ReturnType<typeof lives>) => of.points[0]!

test('a curve is of the policy as it is, or of none', () => {
  expect(presentLife(lives([]), HOUR)).toMatchObject({ hitRatio: 0.9 })
  expect(presentLife(lives([]), 2 * HOUR)).toBeNull()
})

describe('a shorter TTL at equal hits', () => {
  const shorter = (of: ReturnType<typeof lives>) => shorterLife(of, now(of), limits)
  test('is the shortest that hits as much, with the bytes that become free', () =>
    expect(shorter(lives([[0.1, 0.85, 1], [0.25, 0.899, 2], [0.5, 0.9, 4], [2, 0.91, 16]]))).toMatchObject({ point: { ttlMs: HOUR / 4 }, saved: 6 * GIB, saves: null })) // biome-ignore format: one line
  test('may cost more of its own reads where they are few of all', () =>
    expect(shorter(lives([[0.25, 0.893, 2]], {}, 0.2))).toMatchObject({ saved: 6 * GIB }))
  test.each<[string, ReturnType<typeof lives>]>([
    ['it hits less', lives([[0.25, 0.89, 2]])],
    ['it frees too little of what its keys hold', lives([[0.25, 0.9, 7]])],
    ['it frees a few bytes only', lives([[0.25, 0.9, 0.001]], { heldBytes: GIB / 128 })],
    ['it is not told what they hold', lives([[0.25, 0.9, null]])],
    ['only longer ones were tried', lives([[2, 0.9, 1]])],
  ])('is none where %s', (_why, of) => expect(shorter(of)).toBeNull())
})

describe('the TTL that costs least', () => {
  const prices = { gibMonth: 10, originRead: 0.000001 }
  // 100 reads a second: a point of hits is 2.63 a month.
  const cheapest = (of: ReturnType<typeof lives>, own: object = prices) => cheapestLife(of, now(of), own, 100)
  test('shorter, where what is held costs more than the reads that it saves', () =>
    // 80 and 26.3 a month now; 20 and 39.4 with a quarter; 8 and 78.9 with a tenth.
    expect(cheapest(lives([[0.1, 0.7, 0.8], [0.25, 0.85, 2], [0.5, 0.88, 4]]))).toMatchObject({ point: { ttlMs: HOUR / 4 }, saved: 6 * GIB, saves: expect.closeTo(46.8, 0) })) // biome-ignore format: one line
  test('longer, where the reads that it saves cost more', () =>
    expect(cheapest(lives([[0.5, 0.8, 0.05], [2, 0.96, 0.2], [4, 0.965, 0.4]], { heldBytes: GIB / 10 }))).toMatchObject({ point: { ttlMs: 2 * HOUR } })) // biome-ignore format: one line
  test('none where the present one is the break-even, as good as it, or not surely dearer', () => {
    expect(cheapest(lives([[0.5, 0.5, 7], [2, 0.9, 16]]))).toBeNull() // biome-ignore format: one line
    expect(cheapest(lives([[0.5, 0.9, 7.9]]))).toBeNull()
    const unsure = lives([[0.5, 0.9, 6]])
    unsure.points[1]!.low = 0.3
    expect(cheapest(unsure)).toBeNull()
  })
  test('none without both prices, or what is held', () => {
    const of = lives([[0.25, 0.9, 2]])
    expect(cheapest(of, { gibMonth: 10 })).toBeNull()
    expect(cheapest(of, {})).toBeNull()
    expect(cheapest(lives([[0.25, 0.9, 2]], { heldBytes: null }))).toBeNull()
  })
})
