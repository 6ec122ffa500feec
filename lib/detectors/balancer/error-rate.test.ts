import { describe, expect, test } from 'vitest'
import { fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../../../test/normal.ts'
import { replay } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { errorRate } from './error-rate.ts'

function fired(fault: PoolFault, perSecond = 240, seed = 1) {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const tape = new Tape()
  poolDay(tape, pool, { seed, seconds: 240 }, perSecond, { fault })
  const window = tape.window(240)
  return replay(errorRate, window, { topology: (at) => fleetAt(window, [pool], [], at) })
}
const during = (t: number) => t >= 100 && t < 180

describe('one of four answers 30 % with 500', () => {
  test.each([
    [240, 10],
    [60, 12],
    [12, 25],
  ])('at %i requests/s it is named within %i s, alone', (perSecond, within) => {
    for (let seed = 1; seed <= 5; seed++) {
      const firings = fired(
        (t, server, now) => {
          if (during(t) && server === 'app2') now.errorRatio = 0.3
        },
        perSecond,
        seed,
      )
      expect(
        firings.map(({ subject }) => subject),
        `seed ${seed}`,
      ).toEqual([{ target: 'edge', pool: 'app', server: 'app2' }])
      expect(firings[0]!.at - FROM).toBeLessThanOrEqual(100_000 + within * 1000)
      expect(firings[0]!.resolvedAt! - FROM).toBeLessThanOrEqual(230_000)
    }
  })
})
test('when most of them fail, the pool is named and no server', () => {
  const firings = fired((t, _server, now) => {
    if (during(t)) now.errorRatio = 0.4
  })
  expect(firings.map(({ subject }) => subject)).toEqual([{ target: 'edge', pool: 'app' }])
})
test('an application that always fails a little is at its normal', () => {
  expect(
    fired((_t, _server, now) => {
      now.errorRatio = 0.02
    }),
  ).toEqual([])
})
test('few requests, no errors counter, silence', () => {
  const pool = poolOf('edge', 'app', [1, 1])
  const line = (metric: string, server: string, values: string) => ({ [`${metric}{target=edge,pool=app,server=${server}}`]: values })
  const quiet = load(1000, { ...line('pool_requests_total', 'app1', '0+1x30'), ...line('pool_errors_total', 'app1', '0+1x30') })
  expect(judge(errorRate, quiet, { pools: [poolOf('edge', 'app', [1])] })).toMatchObject([
    { is: 'unjudged' },
    { is: 'unjudged', because: '10 requests; 20 needed' },
  ])
  expect(judge(errorRate, load(1000, line('pool_requests_total', 'app1', '0+9x30')), { pools: [pool] })[1]).toMatchObject({
    is: 'unjudged',
    because: 'errors are not reported',
  })
  const restarted = load(1000, {
    ...line('pool_requests_total', 'app1', '900+90x20 0+90x10'),
    ...line('pool_errors_total', 'app1', '500x20 0+1x10'),
  })
  expect(judge(errorRate, restarted, { pools: [poolOf('edge', 'app', [1])] })).toMatchObject([{ is: 'clear' }, { is: 'clear' }])
})
test('a fault that lasts is found as long as it lasts, and does not become its own normal', () => {
  const pool = poolOf('edge', 'app', [1])
  const of = (metric: string, values: string) => ({ [`${metric}{target=edge,pool=app,server=app1}`]: values })
  for (const seconds of [10, 45, 120, 240, 420, 600]) {
    const window = load(1000, {
      ...of('pool_requests_total', `0+20x${300 + seconds}`),
      ...of('pool_errors_total', `0x300 2+2x${seconds - 1}`),
    })
    const newest = window.between(Math.max(window.from, window.to - errorRate.needs.spanMs), window.to)
    expect(judge(errorRate, newest, { pools: [pool] })[1], `after ${seconds} s`).toMatchObject({ is: 'found' })
  }
})
