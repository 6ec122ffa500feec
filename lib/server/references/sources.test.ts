import { expect, test } from 'vitest'
import type { ReferenceSettings } from '../../model/reference.ts'
import { sourcesOf } from './sources.ts'

test('each node that was found through a Cluster is a source of its own, the Cluster itself is none', () => {
  const on: ReferenceSettings = { from: 'monitor', keep: 3_600_000 }
  const settings: Record<string, ReferenceSettings> = { shop: on, 'shop:10.0.0.1:6379': on, 'shop:10.0.0.2:6379': on, cache: on }
  const states = [...Object.keys(settings), 'edge'].map((name) => ({ name, state: 'up' as const, discovers: name === 'shop' }))
  const references = { settings: (target: string) => settings[target] ?? null } as never
  expect(sourcesOf({ engine: { states: () => states }, references })).toEqual(['shop:10.0.0.1:6379', 'shop:10.0.0.2:6379', 'cache'])
})
