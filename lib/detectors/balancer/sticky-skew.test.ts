import { expect, test } from 'vitest'
import { fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../../../test/normal.ts'
import { replay } from '../../../test/replay.ts'
import { loadImbalance } from './load-imbalance.ts'
import { stickySkew } from './sticky-skew.ts'

const pool = poolOf('edge', 'app', [100, 100, 100, 100], { sticky: 'cookie SRV' })
function fired(fault: PoolFault, more = {}) {
  const one = { ...pool, ...more }
  const tape = new Tape()
  poolDay(tape, one, { seed: 1, seconds: 400 }, 120, { fault })
  const window = tape.window(400)
  const topology = (at: number) => fleetAt(window, [one], [], at)
  return [...replay(stickySkew, window, { topology }), ...replay(loadImbalance, window, { topology })]
}
const skew: PoolFault = (t, server, now) => {
  if (t >= 60) now.share = server === 'app2' ? 0.46 : 0.18
}

test('users that pile up on one server are found, by this rule alone', () =>
  expect(fired(skew)).toMatchObject([
    {
      subject: { target: 'edge', pool: 'app' },
      summary: expect.stringMatching(/app2 gets .* cookie SRV keeps users on the server where they began/),
    },
  ]))
test('an ordinary day, and as little skew as users make', () => {
  expect(fired(() => {})).toEqual([])
  expect(
    fired((_t, server, now) => {
      now.share = server === 'app2' ? 0.31 : 0.23
    }),
  ).toEqual([])
})
test('a server that comes back gets only new users for a while', () =>
  expect(
    fired((t, server, now) => {
      now.up = !(server === 'app3' && t >= 60 && t < 120)
      if (t >= 120) now.share = server === 'app3' ? 0.02 : server === 'app2' ? 0.5 : 0.24
    }),
  ).toEqual([]))
test('a pool that is not sticky, or that follows load, is no matter of this rule', () => {
  expect(fired(() => {}, { sticky: undefined })).toEqual([])
  expect(fired(skew, { balances: 'load', algorithm: 'leastconn' })).toEqual([])
})
