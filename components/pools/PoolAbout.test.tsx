import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { PoolView } from '@/lib/model/answers/pool.ts'
import { PoolAbout } from './PoolAbout.tsx'

const none = { value: null, because: 'nobody reports it' } as unknown as PoolView['imbalance']
const server = (name: string, more: object = {}) =>
  ({
    name,
    address: name,
    id: 1,
    weightSet: 1,
    weightEffective: 1,
    state: 'up',
    shareExpected: null,
    shareSeen: null,
    ...more,
  }) as unknown as PoolView['servers'][number]
const name = (servers: PoolView['servers']): PoolView => ({
  target: 'front',
  name: 'shop.example',
  algorithm: 'DNS',
  balances: 'unknown',
  liveWeights: false,
  can: { weight: { because: 'no' }, state: { because: 'no' }, slowStart: { because: 'no' } },
  weightMax: 1,
  ttlMs: 300_000,
  servers,
  requestsPerSecond: none,
  responseSeconds: none,
  errorRatio: none,
  imbalance: none,
})
const draw = (pool: PoolView) => renderToStaticMarkup(<PoolAbout pool={pool} changedAt={null} />)

test('of a name it says who chooses, for how long, and whether anybody asks the addresses', () => {
  const asked = draw(name([server('192.0.2.1'), server('192.0.2.2', { state: 'down' })]))
  expect(asked).toMatch(/may keep it for 5.min after it was taken out/)
  expect(asked).not.toContain('is not checked')
  expect(asked).not.toContain('Not understood')
  expect(draw(name([server('192.0.2.1', { detectMs: null })]))).toContain('is not checked')
})

test('of a pool it says nothing of the kind', () => {
  const { ttlMs: _, ...pool } = name([server('a', { detectMs: null })])
  expect(draw(pool)).not.toContain('look this name up')
})
