import { expect, it } from 'vitest'
import { randomOf } from '../../../test/random.ts'
import { days, labOf } from './days.ts'
import { faultyDay } from './faults.ts'
import { recordOptions } from './record.ts'

it('reads days of single caches, and drills of the fleet', () => {
  expect(recordOptions(['--caches', 'bursty:3,faults:4', '--minutes', '35'])).toMatchObject({
    minutes: 35,
    planned: [
      { day: 'bursty', seed: 3, kind: 'redis', program: 'redis-server' },
      { day: 'faults', seed: 4, kind: 'redis', program: 'redis-server' },
    ],
  })
  expect(
    recordOptions(['--caches', 'quiet:301:memcached,deploys:302:/opt/haproxy,diurnal:303:/opt/valkey-server', '--rates', '10-60']),
  ).toMatchObject({
    rates: [10, 60],
    planned: [
      { day: 'quiet', kind: 'memcached' },
      { day: 'deploys', kind: 'haproxy', program: '/opt/haproxy' },
      { day: 'diurnal', kind: 'redis', program: '/opt/valkey-server' },
    ],
  })
  expect(recordOptions(['--drill', 'server-down', '--pages', '60', '--lasts', '30'])).toMatchObject({
    name: 'demo-server-down-60-1',
    chosen: [{ name: 'server-down' }],
    lasts: 30,
  })
})

it.each([
  [['--caches', 'burst:1'], /--caches: found "burst"; allowed: diurnal, bursty/],
  [['--caches', 'resetstat:1:haproxy'], /--caches: found "resetstat"; allowed: diurnal, bursty, quiet, lost-polls, deploys/],
  [['--caches', 'quiet:1:varnishd'], /--caches: found "varnishd"; allowed: redis-server, memcached, haproxy, nginx/],
  [['--caches', 'quiet:1', '--rates', '60-10'], /--rates: found "10"; allowed: 60 to 2000/],
  [['--caches', 'bursty:x'], /--caches: found "x"; allowed: 1 to 1000000/],
  [['--drill', 'flood'], /--drill: found "flood"; allowed: slow-server/],
  [['--quiet', '5'], /--quiet: found "5"; allowed: 90 to 3600/],
  [['--name', '../x'], /--name: found "..\/x"/],
  [['--strange'], /strange/],
])('refuses %j with what is allowed', (args, message) => {
  expect(() => recordOptions(args)).toThrow(message)
})

it('draws the same cache of the same seed, and others of others', () => {
  const drawn = (seed: number) => labOf('a', randomOf(seed), faultyDay).draw
  expect(drawn(5)).toEqual(drawn(5))
  expect(drawn(5).perSecond).not.toBe(drawn(6).perSecond)
})

it.each(days)('draws for a $name day a load that goes on', (day) => {
  const load = labOf('a', randomOf(3), day).load
  const all = Array.from({ length: 2_000 }, (_, second) => load(second * 1_000))
  expect(Math.min(...all)).toBeGreaterThan(0)
  expect(Math.max(...all)).toBeLessThan(3)
})
