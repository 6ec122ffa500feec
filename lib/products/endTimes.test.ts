import { describe, expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { EndTimes } from './endTimes.ts'

const NOW = Date.UTC(2026, 0, 5)
const DAY = 86_400_000

describe('EndTimes', () => {
  it('tells what it was given, whatever that is', () => {
    const random = randomOf(7)
    for (const spanMs of [1_000, 40 * DAY, 48 * DAY, 4_000 * DAY])
      for (const part of [1, 0.1]) {
        const times = new EndTimes(4)
        const told: number[] = []
        for (let i = 0; i < 300; i++) {
          const endsAt = random() < 0.2 ? Number.NaN : NOW + Math.floor(random() * spanMs) * part
          const place = random() < 0.5 ? told.length : Math.floor(random() * told.length)
          if (place === told.length && place >= 4 && (place & (place - 1)) === 0) times.grow(2 * place)
          times.set(place, endsAt)
          told[place] = endsAt
          expect(told.map((_, i) => times.of(i))).toEqual(told)
        }
        times.keep([3, 0, 2])
        expect([0, 1, 2].map((i) => times.of(i))).toEqual([told[3], told[0], told[2]])
        times.clear()
        expect(times.of(0)).toBeNaN()
      }
  })

  it.each([1, 0.5])('counts what is still to end as one by one, in steps of %d ms', (step) => {
    const random = randomOf(9)
    const times = new EndTimes(512)
    for (let place = 0; place < 500; place++)
      times.set(place, random() < 0.2 ? Number.NaN : NOW + 350 + Math.floor((random() - 0.3) * 9_000) * step)
    expect(times.wide).toBe(step < 1)
    const [now, until] = [NOW + 350, NOW + 5_350]
    const counts = new Uint16Array(6)
    const ends = Array.from({ length: 480 }, (_, place) => times.of(place))
    expect(times.tally(480, { now, until, bucketMs: 1_000 }, counts)).toBe(ends.filter((end) => !(end <= now)).length)
    expect([...counts]).toEqual(
      Array.from({ length: 6 }, (_, i) => ends.filter((end) => end > now && end <= until && Math.floor((end - NOW) / 1_000) === i).length),
    )
  })

  it('goes on for years in four bytes', () => {
    const times = new EndTimes(100)
    for (let day = 0; day < 1_000; day++) times.set(day % 20, NOW + day * DAY)
    expect(times.of(999 % 20)).toBe(NOW + 999 * DAY)
    expect(times.wide).toBe(false)
    times.set(20, NOW)
    expect(times.wide).toBe(true)
    expect([times.of(20), times.of(19), times.of(21)]).toEqual([NOW, NOW + 999 * DAY, Number.NaN])
  })
})
