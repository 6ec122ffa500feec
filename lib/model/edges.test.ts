import { expect, test } from 'vitest'
import { neighboursOf, readEdges } from './edges.ts'

const edges = readEdges([
  { from: 'clients', to: 'pool:edge/app' },
  { from: 'pool:edge/app', to: 'application:shop' },
  { from: 'pool:edge/static', to: 'origin:files' },
  { from: 'application:shop', to: 'ring:products' },
  { from: 'application:shop', to: 'cache:sessions' },
  { from: 'ring:products', to: 'origin:db' },
  { from: 'pool:edge', to: 'ring:products' },
])

test('what is no edge is left out', () => expect(edges).toHaveLength(6))

test('a tier is called through the application before it, and calls what is behind one', () => {
  expect(neighboursOf({ target: 'edge', pool: 'app' }, edges)).toEqual([
    { application: 'shop' },
    { ring: 'products' },
    { target: 'sessions' },
    { clients: true },
  ])
  expect(neighboursOf({ ring: 'products' }, edges)).toEqual([{ origin: 'db' }, { application: 'shop' }, { target: 'edge', pool: 'app' }])
})

test('of a target every pool in it counts', () => expect(neighboursOf({ target: 'edge' }, edges)).toContainEqual({ origin: 'files' }))
