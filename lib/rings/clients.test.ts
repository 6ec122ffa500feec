import { expect, test } from 'vitest'
import { CAPTURED_KEYS, type CapturedRing, hashringRings, libmemcachedRings } from '../../test/rings/captured.ts'
import { locate } from './placement.ts'

function owners({ spec }: CapturedRing): string {
  const at = new Map(spec.nodes.map(({ name }, i) => [name, i]))
  const computed = locate(spec)
  return CAPTURED_KEYS.map((key) => at.get(computed(key)!)).join('')
}

test.each([...libmemcachedRings(), ...hashringRings()].map((one) => [one.name, one] as const))('%s', (_, one) => {
  expect(owners(one)).toBe(one.owners)
})
