import { expect, it } from 'vitest'
import { randomOf } from '../../test/random.ts'
import { Moments } from './moments.ts'

const START = 1_800_000_000_000

it('tells the moments that it was given: an even rhythm, gaps, fractions, and while older ones are dropped', () => {
  const random = randomOf(8)
  const kinds: Record<string, () => number> = {
    even: () => 1_000,
    jittering: () => 900 + Math.floor(random() * 200),
    'with gaps': () => (random() < 0.02 ? 40_000 + Math.floor(random() * 1e6) : 1_000),
    'with a gap of a month': () => (random() < 0.01 ? 2_600_000_000 : 1_000),
    'of fractions': () => (random() < 0.01 ? 1_000.25 : 1_000),
    'each five minutes': () => 300_000,
  }
  for (const next of Object.values(kinds)) {
    const moments = new Moments()
    const all: number[] = []
    moments.join({ trim: (keepFrom) => Math.max(0, all.findIndex((ms) => ms >= keepFrom) - 1) })
    let at = START
    if (random() < 0.5) {
      for (let i = 0; i < 50; i++) {
        at += next()
        all.push(at)
      }
      moments.fill(Float64Array.from(all))
    }
    for (let i = 0; i < 2_000; i++) {
      at += next()
      moments.add(at, all.at(-300) ?? 0)
      all.push(at)
      if (i % 50 > 0) continue
      expect([moments.end, moments.lastAt]).toEqual([all.length, at])
      expect([...moments.between(moments.start, moments.end)]).toEqual(all.slice(moments.start))
      const wanted = all[moments.start + Math.floor(random() * (moments.end - moments.start))]! + (random() < 0.5 ? 0 : 0.5)
      const kept = all.slice(moments.start)
      expect(moments.countBefore(wanted, moments.start, kept.length)).toBe(kept.filter((ms) => ms < wanted).length)
      expect(moments.countUpTo(wanted, moments.start, kept.length)).toBe(kept.filter((ms) => ms <= wanted).length)
    }
    expect(moments.end - moments.start).toBeLessThan(500)
  }
})

it('a series that leaves twice takes no other with it: what that one needs stays', () => {
  const moments = new Moments()
  const [gone, staying] = [{ trim: () => moments.end }, { trim: () => 0 }]
  moments.join(staying)
  moments.join(gone)
  moments.leave(gone)
  moments.leave(gone)
  for (let i = 0; i < 1_000; i++) moments.add(START + 1_000 * i, START + 1_000 * i)
  expect(moments.start).toBe(0)
  moments.leave(staying)
  moments.join(gone)
  for (let i = 1_000; i < 2_000; i++) moments.add(START + 1_000 * i, START)
  expect(moments.start).toBeGreaterThan(1_000)
})
