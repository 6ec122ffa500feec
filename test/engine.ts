import { createBus } from '../lib/engine/bus.ts'
import { createEngine, type Engine, type EngineOptions } from '../lib/engine/engine.ts'
import { createFleet, type FleetOptions } from '../lib/engine/fleet.ts'
import type { Finding } from '../lib/model/finding.ts'
import { createStore } from '../lib/store/store.ts'

type Options = Partial<Pick<EngineOptions, 'detectors' | 'learningMs'>> & { onFinding?(finding: Finding): void }

const quiet = () => {}

/**
 * The control loop on these targets, polled each second into memory, without rules unless some are given. It shows what comes of a real server's
 * answers without configuration, API or pages.
 */
export function startEngine(
  targets: FleetOptions['targets'],
  { detectors = [], learningMs, onFinding }: Options = {},
): Engine & AsyncDisposable {
  const log = { info: quiet, warn: quiet, error: quiet }
  const bus = createBus(quiet)
  bus.on((event) => {
    if (event.type === 'finding') onFinding?.(event.finding)
  })
  const store = createStore({ path: ':memory:' })
  const fleet = createFleet({ targets, edges: [], poll: { everyMs: 1_000, timeoutMs: 900 }, store, bus, log })
  const describe = () => ({ commands: [] })
  const engine = createEngine({ fleet, rules: {}, detectors, advisors: [], store, bus, describe, learningMs, log })
  engine.start()
  return Object.assign(engine, {
    async [Symbol.asyncDispose]() {
      await engine.stop()
      store.close()
    },
  })
}
