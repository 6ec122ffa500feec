import { expect, it } from 'vitest'
import type { Runtime } from '../runtime.ts'
import { compareSamplings, differencesOf, listSamplings } from './compare.ts'

const row = (name: string, share: number, half = 0.01) => ({ name, share, low: share - half, high: share + half, perSecond: 100 * share })
const sampling = (at: number, rows: ReturnType<typeof row>[]) => ({
  kind: 'key-sampling',
  target: 'a',
  id: `hot ${at}`,
  at,
  what: 'hot',
  method: 'monitor',
  rows,
})

it('tells what appeared, went, and changed beyond chance', () => {
  const before = { target: 'a', at: 1, rows: [row('viral', 0.3), row('steady', 0.1), row('old', 0.05), row('cooling', 0.2)] }
  const after = { target: 'a', at: 2, rows: [row('viral', 0.5), row('steady', 0.105), row('__proto__', 0.2), row('cooling', 0.1)] }
  expect(Object.fromEntries(differencesOf(before, after).map(({ name, change }) => [`of ${name}`, change]))).toEqual({
    'of viral': 'more',
    'of steady': 'same',
    'of old': 'gone',
    'of __proto__': 'appeared',
    'of cooling': 'less',
  })
})

const hot = (name: string, share: number) => ({
  kind: 'hot-key',
  target: 'a',
  id: name,
  key: name,
  at: 9_000,
  ...row(name, share),
  method: 'monitor',
  lines: 9,
  hot: false,
})
const runtime = {
  engine: { targetConfig: () => ({}), status: () => null },
  store: {
    records: (kind: string) =>
      kind === 'key-sampling'
        ? [sampling(8_000, [row('b', 0.2)]), sampling(5_000, [row('a', 0.3)])]
        : kind === 'hot-key'
          ? [hot('a', 0.9), hot('c', 0.05)]
          : [],
  },
} as unknown as Runtime

it('compares the oldest with now, or two times that are given', async () => {
  const names = async (asked: object) => (await compareSamplings(runtime, asked)).items.map(({ name, change }) => `${name} ${change}`)
  expect(await names({})).toEqual(['a more', 'c appeared'])
  expect(await names({ before: 5_500, after: 8_500 })).toEqual(['a gone', 'b appeared'])
  expect(await names({ before: 4_000 })).toEqual([])
  expect(await names({ what: 'patterns' })).toEqual([])
  expect(listSamplings(runtime).items.map(({ at, names }) => [Date.parse(at), names])).toEqual([
    [8_000, 1],
    [5_000, 1],
  ])
})

it('is searched by key and target, and counts what is left out', async () => {
  expect(await compareSamplings(runtime, { q: 'C' })).toMatchObject({ items: [{ name: 'c' }], total: 1, all: 2 })
  expect(await compareSamplings(runtime, { q: 'target=a' })).toMatchObject({ total: 2, all: 2 })
  expect(await compareSamplings(runtime, { q: 'nothing' })).toMatchObject({ items: [], total: 0, all: 2 })
  expect(await compareSamplings(runtime)).not.toHaveProperty('all')
})

it('is sorted by what it shows, largest difference first unless another order is asked for', async () => {
  const names = async (sort?: string) => (await compareSamplings(runtime, { sort })).items.map(({ name }) => name)
  expect(await names()).toEqual(['a', 'c'])
  expect(await names('moved')).toEqual(['c', 'a'])
  expect(await names('-name')).toEqual(['c', 'a'])
  // Of c nothing is known before.
  expect(await names('before')).toEqual(['a', 'c'])
  expect(await names('-after')).toEqual(['a', 'c'])
  const first = await compareSamplings(runtime, { limit: 1 })
  expect((await compareSamplings(runtime, { limit: 1, cursor: first.next! })).items.map(({ name }) => name)).toEqual(['c'])
})
