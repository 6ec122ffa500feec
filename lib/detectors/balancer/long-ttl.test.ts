import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { longTtl } from './long-ttl.ts'

const said = (ttlMs: number | undefined, state: 'up' | 'down' = 'up') => {
  const pool = poolOf('front', 'shop.example', [1, 1])
  return judge(longTtl, load(1_000, {}), {
    targets: [{ name: 'front', kind: 'any', state, capabilities: [] }],
    pools: [ttlMs === undefined ? pool : { ...pool, ttlMs }],
  })
}

test('a name that is kept for an hour is found, with what a fail-over bears', () => {
  expect(said(3_600_000)).toMatchObject([
    {
      subject: { target: 'front', pool: 'shop.example' },
      is: 'found',
      severity: 'info',
      summary: expect.stringMatching(/^Resolvers keep an address of shop\.example for (1.h|60.min)/),
      evidence: [{ value: 3_600, threshold: 60, unit: 'seconds' }],
    },
  ])
})

test('a minute is borne; a name that is not answered is unjudged; a pool is no name', () => {
  expect(said(60_000)).toMatchObject([{ is: 'clear' }])
  expect(said(3_600_000, 'down')).toMatchObject([{ is: 'unjudged' }])
  expect(said(undefined)).toEqual([])
})
