import { expect, it } from 'vitest'
import { readEdges } from '../model/edges.ts'
import { originCallers } from './origins.ts'

const namesOf = (texts: [from: string, to: string][]) =>
  originCallers(readEdges(texts.map(([from, to]) => ({ from, to })))).map(({ name, callers }) => [
    name,
    callers.map((caller) => `${caller.name} ${caller.sends[0]!.metric}`),
  ])

it('counts what caches miss and what pools are asked', () => {
  expect(
    namesOf([
      ['clients', 'pool:edge/app'],
      ['pool:edge/app', 'ring:products'],
      ['ring:products', 'origin:db'],
      ['cache:fragments', 'origin:db'],
      ['pool:edge/api', 'origin:db'],
      ['cache:web/static', 'origin:files'],
    ]),
  ).toEqual([
    ['db', ['products ring_misses_total', 'fragments cache_misses_total', 'edge/api pool_requests_total']],
    ['files', ['web/static cache_misses_total']],
  ])
})

it('takes what the caches of an application miss for what that sends on', () => {
  expect(
    namesOf([
      ['application:shop', 'ring:products'],
      ['application:shop', 'origin:db'],
      ['application:other', 'cache:fragments'],
    ]),
  ).toEqual([['db', ['products ring_misses_total']]])
})

it('takes a pool that caches lead to for an origin, and the pool by which alone an origin is asked for what tells of it', () => {
  const origins = originCallers(
    readEdges([
      { from: 'pool:edge/app', to: 'ring:products' },
      { from: 'ring:products', to: 'pool:edge/db' },
      { from: 'pool:edge/db', to: 'origin:disk' },
    ]),
  )
  expect(origins.map(({ name, pool }) => [name, pool])).toEqual([
    ['edge/db', { target: 'edge', pool: 'db' }],
    ['disk', { target: 'edge', pool: 'db' }],
  ])
})
