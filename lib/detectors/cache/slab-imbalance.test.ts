import { describe, expect, it, test } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { slabImbalance } from './slab-imbalance.ts'

/** One class as it is polled each 5 s. `evicted` and the other lines are of the notation of `load`. */
type Class = { evicted?: string; evictedIdle?: string; idle?: string; free?: string; pages?: string; chunks?: number; chunk?: number }
const POLLS = 30

function said(classes: Record<string, Class>, options: { automove?: string; polls?: number } = {}) {
  const polls = (options.polls ?? POLLS) - 1
  const lines = Object.entries(classes).flatMap(([id, one]) => {
    const put = (metric: string, line: string) => [`memcached_slab_${metric}{target=a,class=${id}}`, line]
    return [
      put('items_evicted_total', one.evicted ?? `0x${polls}`),
      put('items_evicted_time_seconds', one.evictedIdle ?? `0x${polls}`),
      put('items_age_seconds', one.idle ?? `40x${polls}`),
      put('chunks_free', one.free ?? `0x${polls}`),
      put('current_pages', one.pages ?? `10x${polls}`),
      put('chunks_per_page', `${one.chunks ?? 1_000}x${polls}`),
      put('chunk_size_bytes', `${one.chunk ?? 1_048}x${polls}`),
    ]
  })
  const records = options.automove
    ? [{ kind: 'fact' as const, target: 'a', id: 'config/slab_automove', at: FROM, value: options.automove }]
    : []
  return judge(slabImbalance, load(5_000, Object.fromEntries(lines), { records }))
}
/** Evicts 100 items a second that were read 12 s before. */
const short: Class = { evicted: `0+500x${POLLS - 1}`, evictedIdle: `12x${POLLS - 1}`, idle: `12x${POLLS - 1}`, chunk: 4_600, chunks: 227 }

describe('a class that evicts what was just read', () => {
  it('while another has free pages is a warning that names both', () => {
    expect(
      said({ 3: { free: `14200x${POLLS - 1}`, chunk: 96, chunks: 10_922 }, 18: short, 9: { free: `40000x${POLLS - 1}` } }),
    ).toMatchObject([
      {
        subject: { target: 'a' },
        is: 'found',
        severity: 'warning',
        summary: expect.stringMatching(
          /^a evicts items of up to 4\.49.KiB, 100\/s, that were read 12.s before, while 40 pages \(40.MiB\) for items of up to 1\.02.KiB are free$/,
        ),
        evidence: [
          { metric: 'memcached_slab_items_evicted_total', where: { target: 'a', class: '18' }, value: expect.closeTo(100, 0) },
          { value: 12, unit: 'seconds' },
          { metric: 'memcached_slab_chunks_free', where: { class: '9' }, value: 40 },
        ],
      },
    ])
  })

  it('while another holds what nobody reads is one too, where nothing moves pages; else it is told', () => {
    const classes = { 3: { idle: `3600+5x${POLLS - 1}` }, 18: short }
    expect(said(classes, { automove: '0' })).toMatchObject([
      { is: 'found', severity: 'warning', summary: expect.stringContaining('idle for') },
    ])
    expect(said(classes, { automove: '1' })).toMatchObject([{ is: 'found', severity: 'info' }])
  })

  it('is not one while the others are no better off', () => {
    // Pages that were free at times only; too few of them; items as young; a class of two pages.
    expect(said({ 3: { free: `14200x${POLLS - 2} 0` }, 18: short })).toMatchObject([{ is: 'clear' }])
    expect(said({ 3: { free: `2900x${POLLS - 1}` }, 18: short })).toMatchObject([{ is: 'clear' }])
    expect(said({ 3: { idle: `40x${POLLS - 1}` }, 18: short })).toMatchObject([{ is: 'clear' }])
    expect(said({ 3: { idle: `9999x${POLLS - 1}`, pages: `2x${POLLS - 1}` }, 18: short })).toMatchObject([{ is: 'clear' }])
    expect(said({ 18: short })).toMatchObject([{ is: 'clear' }])
  })

  it('is not one when hardly anything is evicted, or only what was idle for long', () => {
    const rich = { free: `14200x${POLLS - 1}` }
    expect(said({ 3: rich, 18: { ...short, evicted: `0+4x${POLLS - 1}` } })).toMatchObject([{ is: 'clear' }])
    expect(said({ 3: rich, 18: { ...short, evictedIdle: `7200x${POLLS - 1}` } })).toMatchObject([{ is: 'clear' }])
  })
})

test('too little is unjudged: a start, a gap, and a class of which not all is told', () => {
  const classes = { 3: { free: '14200x29' }, 18: short }
  expect(
    said({ 3: { free: '14200x5' }, 18: { ...short, evicted: '0+500x5', evictedIdle: '12x5', idle: '12x5' } }, { polls: 6 }),
  ).toMatchObject([{ is: 'unjudged', because: expect.stringContaining('60 s needed') }])
  expect(judge(slabImbalance, load(5_000, { 'memcached_slab_items_evicted_total{target=a,class=3}': '0+500x20 _x10' }))).toMatchObject([
    { is: 'unjudged', because: expect.stringContaining('nothing was read') },
  ])
  expect(judge(slabImbalance, load(5_000, { 'memcached_slab_items_evicted_total{target=a,class=3}': '0+500x29' }))).toMatchObject([
    { is: 'clear' },
  ])
  expect(said(classes)[0]?.is).toBe('found')
  expect(judge(slabImbalance, load(5_000, { 'cache_items{target=a}': '5x30' }))).toEqual([])
})

test('a full cache whose classes evict at the ages that slab_automove leaves raises nothing', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = randomOf(seed)
    const age = 30 + 3_000 * random()
    const classes = Object.fromEntries(
      Array.from({ length: 12 }, (_, i): [string, Class] => {
        const rate = 1 + 400 * random()
        let evicted = 0
        const each = (value: () => number) => Array.from({ length: POLLS }, () => Math.round(value())).join(' ')
        const idle = () => age * (0.6 + 0.8 * random())
        return [
          String(i + 1),
          {
            evicted: each(() => (evicted += 5 * rate * (0.5 + random()))),
            evictedIdle: each(idle),
            idle: each(idle),
            free: each(() => 2_400 * random()),
            pages: each(() => 1 + 30 * random()),
          },
        ]
      }),
    )
    expect(said(classes, { automove: '1' }), String(seed)).toMatchObject([{ is: 'clear' }])
  }
})
