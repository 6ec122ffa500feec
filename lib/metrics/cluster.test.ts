import { expect, test } from 'vitest'
import { load } from '../../test/series.ts'
import { measure } from './measure.ts'

const seconds = (target: string, line: string, command = 'get') =>
  [`cache_command_seconds_total{target=${target},command=${command}}`, line] as const
const slots = (target: string, count: number, cluster = 'c') =>
  [`cache_cluster_slots{target=${target},cluster=${cluster}}`, `${count}x60`] as const
const imbalance = (...lines: (readonly [string, string])[]) =>
  measure('cluster_load_imbalance', { cluster: 'c' }, load(1_000, Object.fromEntries(lines)))

test('the busiest master over the mean, by the time of all its commands', () =>
  expect(
    imbalance(
      slots('a', 5_461),
      slots('b', 5_461),
      slots('replica', 0),
      slots('other', 16_384, 'd'),
      seconds('a', '0+0.2x60'),
      seconds('a', '0+0.1x60', 'set'),
      seconds('b', '0+0.1x60'),
      seconds('replica', '0+0.9x60'),
      seconds('other', '0+0.9x60'),
    ),
  ).toMatchObject({ is: 'measured', value: expect.closeTo(1.5, 6), low: expect.closeTo(1.5, 6), high: expect.closeTo(1.5, 6) }))
test('what the whole cluster hits', () =>
  expect(
    measure(
      'cluster_hit_ratio',
      { cluster: 'c' },
      load(1_000, {
        'cluster_hits_total{cluster=c}': '0+150x60',
        'cluster_misses_total{cluster=c}': '0+50x60',
        'cluster_hits_total{cluster=d}': '0+9x60',
      }),
    ),
  ).toMatchObject({ is: 'measured', value: expect.closeTo(0.75, 6) }))
test('its interval is from how it varies over time', () => {
  const wavy = Array.from({ length: 60 }, (_, i) => 0.3 * i + (i % 20 < 10 ? (i % 20) * 0.05 : (20 - (i % 20)) * 0.05))
  const found = imbalance(slots('a', 1), slots('b', 1), seconds('a', wavy.join(' ')), seconds('b', '0+0.1x59')) as { low: number; high: number; value: number } // biome-ignore format: one line
  expect(found.low).toBeLessThan(found.value - 0.02)
  expect(found.high).toBeGreaterThan(found.value + 0.02)
})
test('a master that is not seen, or alone, leaves it unjudged', () => {
  expect(imbalance(slots('a', 1), slots('b', 1), seconds('a', '0+0.2x60'))).toMatchObject({ is: 'unjudged' })
  expect(imbalance(slots('a', 1), seconds('a', '0+0.2x60'))).toMatchObject({ is: 'unjudged' })
  expect(imbalance(slots('a', 1), slots('b', 1), seconds('a', '0x60'), seconds('b', '0x60'))).toMatchObject({ is: 'unjudged' })
})
