import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { TargetConfig } from '../lib/model/product.ts'
import { fakedClock } from './fakedClock.ts'
import { HAPROXY_DEFAULTS } from './haproxyCfg.ts'
import { KillableEvenkeel } from './killableEvenkeel.ts'
import { describeWith } from './live.ts'
import { ask, type HaproxyServer, startApp, startHaproxy } from './servers.ts'
import { steppedWatch } from './steppedWatch.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
const STEPS = [
  [-HOUR],
  [DAY],
  [DAY, 0],
  [-HOUR, 0],
  [DAY, -HOUR, 0],
  [-30, 30, -30, 30],
  [-HOUR, -2 * HOUR, -3 * HOUR],
  [365 * DAY, 0],
  [-365 * DAY],
]

const cfg = (app: number) => () =>
  `${HAPROXY_DEFAULTS}backend app
  balance roundrobin
  server a 127.0.0.1:${app} weight 100
  server b 127.0.0.1:${app} weight 100
`
const weightOf = async (haproxy: HaproxyServer) => /^(\d+)/.exec(await ask(haproxy.about.socket, 'get weight app/a\n'))![1]!

describeWith(['redis-server', 'haproxy', 'faketime'], 'a clock that is set', () => {
  describe.each(STEPS.map((steps) => [steps.map((seconds) => `${seconds < 0 ? '' : '+'}${seconds} s`).join(', '), steps] as const))(
    '%s',
    (_, steps) => {
      test('while a change of a Redis is watched', { timeout: 120_000 }, () => steppedWatch([...steps]))

      test('while Evenkeel is down, and a change was watched', { timeout: 120_000 }, () => steppedWatch([...steps], { restart: true }))

      test('while a server of HAProxy comes back slowly', { timeout: 120_000 }, async () => {
        const clock = fakedClock()
        await using app = await startApp()
        await using haproxy = await startHaproxy({ cfg: cfg(app.port) })
        await ask(haproxy.about.socket, 'set server app/a state maint\n')
        await using evenkeel = new KillableEvenkeel(
          [{ kind: 'haproxy', name: 'edge', socket: haproxy.about.socket, config: haproxy.about.config } as TargetConfig],
          { slowStartMs: 12_000, ownMs: 4_000, lookMs: 500 },
          clock.env,
        )
        await evenkeel.start()
        await evenkeel.up()
        const { change } = await evenkeel.ask<{ change: string }>('create', { steps: [{ setting: { target: 'edge', name: 'app/a/state' }, after: 'ready' }] }) // biome-ignore format: one line
        const begun = performance.now()
        const seen: { weight: string; at: number }[] = []
        const left = [...steps]
        while (seen.at(-1)?.weight !== '100' && performance.now() - begun < 40_000) {
          const weight = await weightOf(haproxy)
          if (weight !== seen.at(-1)?.weight) seen.push({ weight, at: performance.now() - begun })
          if (performance.now() - begun > 2_000 * (steps.length - left.length + 1) && left.length > 0) clock.set(left.shift()!)
          await sleep(100)
        }
        expect(seen.map(({ weight }) => weight)).toEqual(['25', '50', '75', '100'])
        for (const [i, { at }] of seen.entries()) {
          expect(at).toBeGreaterThan(i * 4_000 - 500)
          // A stage is written at a tick, so each may be a second and its write late.
          expect(at).toBeLessThan(i * 5_500 + 500)
        }
        expect(await evenkeel.ended(change, 20)).toMatchObject({ state: 'kept' })
      })
    },
  )
})
