import { describe, expect, test } from 'vitest'
import { fleetAt, type PoolFault, poolDay, poolOf, Tape } from '../../../test/normal.ts'
import { type Firing, replay } from '../../../test/replay.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import { slowServer } from './slow-server.ts'

type Day = { seed?: number; weights?: (t: number) => number[]; perSecond?: number; response?: number; seconds?: number; servers?: number[] }
function fired(
  fault: PoolFault,
  { seed = 1, weights, perSecond = 240, response = 0.02, seconds = 300, servers = [100, 100, 100, 100] }: Day = {},
): Firing[] {
  const pool = poolOf('edge', 'app', servers)
  const tape = new Tape()
  poolDay(tape, pool, { seed, seconds }, perSecond, { fault, response, ...(weights ? { weights } : {}) })
  const window = tape.window(seconds)
  return replay(slowServer, window, { topology: (at) => fleetAt(window, [pool], [], at) })
}
const slow =
  (seconds: number, from = 100, to = 180): PoolFault =>
  (t, server, now) => {
    if (server === 'app3' && t >= from && t < to) now.seconds = seconds
  }

describe('160 ms beside 20 ms', () => {
  test.each([240, 120, 60, 24])('at %i requests/s is found in time, named alone, and over soon', (perSecond) => {
    for (let seed = 1; seed <= 5; seed++) {
      const firings = fired(slow(0.16), { seed, perSecond })
      expect(firings, `seed ${seed}`).toHaveLength(1)
      const [only] = firings
      expect(only!.subject).toEqual({ target: 'edge', pool: 'app', server: 'app3' })
      expect(only!.at - FROM).toBeGreaterThan(100_000)
      expect(only!.at - FROM).toBeLessThanOrEqual(perSecond >= 60 ? 115_000 : 130_000)
      expect(only!.resolvedAt! - FROM).toBeLessThanOrEqual(230_000)
    }
  })
  test('warns while it drags the pool, and is a note once its weight fits', () => {
    const [first] = fired(slow(0.16))
    expect(first!.severity).toBe('warning')
    const lowered = (t: number) => [100, 100, t < 120 ? 100 : 13, 100]
    const pool = poolOf('edge', 'app', [100, 100, 100, 100])
    const tape = new Tape()
    poolDay(tape, pool, { seed: 1, seconds: 200 }, 240, { fault: slow(0.16, 100, 999), weights: lowered })
    const window = tape.window(200)
    expect(judge(slowServer, window, fleetAt(window, [pool], [], window.to))[2]).toMatchObject({ is: 'found', severity: 'info' })
  })
})

describe('servers that stand out in the same seconds', () => {
  const stalled =
    (servers: readonly string[], to: number): PoolFault =>
    (t, server, now) => {
      if (servers.includes(server ?? '') && t >= 100 && t < to) now.seconds = 0.16
    }
  const at = (servers: readonly string[], to: number) => fired(stalled(servers, to), { perSecond: 60, servers: [100, 100, 100, 100, 100] })

  test('share a cause while it lasts some seconds alone, and each is named when it stays slow', () => {
    expect(at(['app2', 'app3'], 104)).toEqual([])
    expect(at(['app2', 'app3'], 160).map(({ subject }) => subject.server)).toEqual(['app2', 'app3'])
  })
  test('one alone is named sooner', () => {
    const [alone] = at(['app3'], 160)
    const [both] = at(['app2', 'app3'], 160)
    expect(alone!.at).toBeLessThan(both!.at)
  })
})

test('a server that was out for a while is held against the same seconds of the others, stalls of the machine included', () => {
  const pool = poolOf('edge', 'app', [100, 100, 100, 100])
  const seconds = Array.from({ length: 240 }, (_, t) => t)
  const series = Object.fromEntries(
    pool.servers.flatMap(({ name }, i) => {
      const mine = (what: string) => `${what}{target=edge,pool=app,server=${name}}`
      const taken = seconds.map((t) => (name === 'app3' && t >= 110 && t < 150 ? 0 : 8))
      let sum = 0
      return [
        [mine('pool_requests_total'), taken.map((n) => (sum += n))],
        // The machine stalls as it goes out and as it is back.
        [mine('pool_response_seconds'), seconds.map((t) => ((t >= 100 && t < 110) || (t >= 150 && t < 160) ? 0.3 + 0.01 * i : 0.045))],
      ]
    }),
  )
  const all = load(1000, series)
  for (let t = 150; t < 239; t++)
    for (const verdict of judge(slowServer, all.between(all.from, FROM + t * 1_000), fleetAt(all, [pool], [], FROM + t * 1_000)))
      expect(verdict, `${t} s`).not.toMatchObject({ is: 'found', severity: 'warning' })
})

describe('when all servers slow down together, by a database behind them', () => {
  test('no server is named: a note on the pool says so, once, and ends', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const firings = fired(
        (t, _, now) => {
          if (t >= 200 && t < 300) now.seconds *= 8
        },
        { seed, seconds: 420 },
      )
      expect(firings, `seed ${seed}`).toHaveLength(1)
      const [only] = firings
      expect(only).toMatchObject({ subject: { target: 'edge', pool: 'app' }, severity: 'info' })
      expect(only!.summary).toMatch(/^All 4 servers of app slowed together, from \S+.ms to \S+.ms: look for the cause in what they share/)
      expect(only!.at - FROM).toBeLessThan(215_000)
      expect(only!.resolvedAt! - FROM).toBeLessThan(350_000)
    }
  })
  test('nor while one of them is slow alone, or the traffic swells', () => {
    expect(fired(slow(0.16, 200, 300), { seconds: 400 }).map(({ subject }) => subject.server)).toEqual(['app3'])
    expect(
      fired(
        (t, _, now) => {
          if (t > 200) now.seconds *= 1.6
        },
        { seconds: 400 },
      ),
    ).toEqual([])
  })
})

describe('is clear', () => {
  test('when twice of little is little', () => expect(fired(slow(0.008), { response: 0.002 })).toEqual([]))
  test('while a server that came up warms', () =>
    expect(
      fired((t, server, now) => {
        if (server !== 'app3' || t < 100) return
        now.up = t >= 130
        now.seconds = t < 170 ? 0.1 : 0.02
      }),
    ).toEqual([]))
  test('for a server without requests', () =>
    expect(fired(slow(0.16), { weights: () => [100, 100, 0, 100], servers: [100, 100, 0, 100] })).toEqual([]))
  test('when one request hangs for ten seconds', () =>
    expect(
      fired((t, server, now) => {
        if (server === 'app3' && t === 100) now.seconds += 10 / 60
      }),
    ).toEqual([]))
})

describe('is unjudged', () => {
  const lines = (server: string, response: string, requests: string) => ({
    [`pool_response_seconds{target=edge,pool=app,server=${server}}`]: response,
    [`pool_requests_total{target=edge,pool=app,server=${server}}`]: requests,
  })
  test('with few requests, alone, or out of sight', () => {
    const pool = poolOf('edge', 'app', [1, 1])
    const few = load(1000, { ...lines('app1', '0.02x60', '0+1x60'), ...lines('app2', '0.9x60', '0+1x60') })
    expect(judge(slowServer, few, { pools: [pool] })).toMatchObject([
      { is: 'unjudged' },
      { is: 'unjudged', because: expect.stringMatching(/fewer than/) },
      { is: 'unjudged', subject: { target: 'edge', pool: 'app' } },
    ])
    const alone = load(1000, lines('app1', '0.9x60', '0+50x60'))
    expect(judge(slowServer, alone, { pools: [poolOf('edge', 'app', [1])] })).toMatchObject([
      { is: 'unjudged', because: expect.stringMatching(/no other/) },
      { is: 'unjudged', because: expect.stringMatching(/fewer than two/) },
    ])
    const target = { name: 'edge', kind: 'haproxy', state: 'down' as const, capabilities: [] }
    expect(judge(slowServer, few, { pools: [pool], targets: [target] }).every(({ is }) => is === 'unjudged')).toBe(true)
  })
  test('when HAProxy restarted a moment ago', () => {
    const pool = poolOf('edge', 'app', [1, 1])
    const window = load(1000, { ...lines('app1', '0.02x60', '9000+90x58 0 90'), ...lines('app2', '0.9x60', '9000+90x58 0 90') })
    expect(judge(slowServer, window, { pools: [pool] }).map(({ is }) => is)).toEqual(['unjudged', 'unjudged', 'unjudged'])
  })
  test('but a product whose means are of their poll is judged as they stand', () => {
    const pool = poolOf('mesh', 'app', [1, 1, 1])
    const window = load(1000, {
      'pool_response_seconds{target=mesh,pool=app,server=app1}': '0.02x30',
      'pool_requests_total{target=mesh,pool=app,server=app1}': '0+50x30',
      'pool_response_seconds{target=mesh,pool=app,server=app2}': '0.02x30',
      'pool_requests_total{target=mesh,pool=app,server=app2}': '0+50x30',
      'pool_response_seconds{target=mesh,pool=app,server=app3}': '0.02x22 0.2x8',
      'pool_requests_total{target=mesh,pool=app,server=app3}': '0+50x30',
    })
    expect(judge(slowServer, window, { pools: [pool] })[2]).toMatchObject({ is: 'found', evidence: [{ value: expect.closeTo(0.2) }, {}] })
  })
})
