import { expect, it } from 'vitest'
import type { Probe } from '../model/product.ts'
import { capabilityOf } from './capability.ts'

const probe = { feature: 'SLOWLOG' } as Probe<unknown, unknown>
const known = { up: true, everyMs: 1_000, because: undefined, now: 60_000 }
const of = (state: 'ok' | 'resting', because?: string, slower?: string) =>
  capabilityOf({ probe, state, because, lastAt: 59_000 }, { ...known, because: slower })

it('is one object for all targets of which the same can be had, and never another that is told alike', () => {
  expect(of('ok')).toEqual({ feature: 'SLOWLOG', available: true })
  expect(of('ok')).toBe(of('ok'))
  expect(of('resting', 'it is empty')).toEqual({ feature: 'SLOWLOG', available: false, because: 'it is empty' })
  expect(of('resting', 'it is empty')).toBe(of('resting', 'it is empty'))
  expect(of('ok', undefined, 'it is empty')).toEqual({ feature: 'SLOWLOG', available: true, because: 'it is empty' })
  expect(of('resting', 'it is empty')).toMatchObject({ available: false })
})

it('keeps few reasons: they may hold words of a server', () => {
  const first = of('resting', 'reason 0')
  for (let i = 1; i < 1_000; i++) of('resting', `reason ${i}`)
  expect(of('resting', 'reason 0')).toEqual(first)
  expect(of('resting', 'reason 0')).not.toBe(first)
})
