import { expect, it } from 'vitest'
import { FROM, load } from '../../../test/series.ts'
import { wilson } from '../../math/intervals.ts'
import type { HotKey } from '../../model/record.ts'
import { emptyTopology } from '../../model/topology.ts'
import type { Runtime } from '../runtime.ts'
import { hotKeys } from './keys.ts'

/** As a product counts them: each stands out of the others, so that it is placed by its name. */
const key = (name: string, share: number): HotKey => {
  const { low, high } = wilson(share * 3_000, 3_000)
  return { kind: 'hot-key', target: 'a', id: name, key: name, at: FROM + 55_000, share, low, high, perSecond: 9, method: 'monitor', lines: 3_000, hot: true } // biome-ignore format: one line
}
const records = [key('viral', 0.2), key('popular', 0.025), ...Array.from({ length: 8 }, (_, i) => key(`k${i}`, 0.001))]

function hot(settings?: Record<string, unknown>) {
  const engine = { window: () => load(1_000, { x: '0x60' }, { records }), topology: emptyTopology }
  const config = { rules: settings ? { 'cache/hot-key': { enabled: true, settings } } : {} }
  const { items } = hotKeys({ engine, config, store: { records: () => records } } as unknown as Runtime)
  return items.flatMap((one) => (one.hot ? [one.key] : []))
}

it('calls hot what the rule finds, by the settings of the rule', () => {
  expect(hot()).toEqual(['viral'])
  expect(hot({ share: 0.01 })).toEqual(['viral', 'popular'])
  expect(hot({ share: 0.5 })).toEqual([])
})
