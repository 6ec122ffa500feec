import { setTimeout as wait } from 'node:timers/promises'
import { minute } from '../../changes/minute.ts'
import { factorsOf } from '../../engine/calibration.ts'
import type { Freeze } from '../../model/brakes.ts'
import type { WarmRun, WarmSettings } from '../../model/warming.ts'
import { endOf, nextStartOf } from '../../model/weeklyWindow.ts'
import { EMPTIED_RULES } from '../../warming/emptied.ts'
import { createKeyMemory, type KeyMemory } from '../../warming/keyMemory.ts'
import { createWarming, type Warming } from '../../warming/warming.ts'
import { changeAnnotation, createAnnotation, findAnnotations } from '../annotations/annotations.ts'
import { freezeOf } from '../freeze/freeze.ts'
import { mode } from '../mode/mode.ts'
import type { Runtime } from '../runtime.ts'
import { WARMING, warmOutcomes } from './outcomes.ts'

type Fleet = Pick<Runtime['engine'], 'listed' | 'targetConfig'>
type Parts = Pick<Runtime, 'config' | 'store' | 'bus' | 'audit' | 'engine' | 'cluster' | 'now' | 'log'> & {
  names: KeyMemory
  leaseOf(target: string): string
  monotonic(): number
}

/** The key `warm` of a target's configuration; null where it has none. */
const settingsOf = (fleet: Pick<Fleet, 'targetConfig'>, target: string): WarmSettings | null =>
  (fleet.targetConfig(target)?.config as { warm?: WarmSettings } | undefined)?.warm ?? null

/** What remembers the names of hot keys. While a cache is found to be cold, nothing is learned of it. */
export const keyMemoryOf = ({ store, fleet }: Pick<Runtime, 'store'> & { fleet: Pick<Fleet, 'targetConfig'> }): KeyMemory =>
  createKeyMemory({
    memory: store.memory,
    settings: (target) => settingsOf(fleet, target),
    isWell: (target) =>
      store.findings.list(({ state, rule, subject }) => state === 'firing' && EMPTIED_RULES.includes(rule) && subject.target === target)
        .length === 0,
  })

/** The cache warming of this process, with what it asks and whom it tells. */
export function warmingOf({ config, store, bus, audit, engine, cluster, names, leaseOf, now, monotonic, log }: Parts): Warming {
  const at = { store, bus, now }
  const annotated = ({ id }: WarmRun) => findAnnotations(at, { tags: [`warming:${id}`], limit: 1 })[0]
  return createWarming({
    store,
    names,
    settings: () =>
      new Map(
        engine.listed().flatMap(({ name }): [string, WarmSettings][] => {
          const settings = settingsOf(engine, name)
          return settings ? [[name, settings]] : []
        }),
      ),
    owns: engine.owns,
    holds: (target) => cluster.holds(leaseOf(target), 0),
    window: engine.window,
    held: () => heldBecause({ config, mode: mode({ config, store }), freeze: freezeOf({ store, now }), now: now() }),
    factor: () => factorsOf(warmOutcomes(store)).get(WARMING) ?? 1,
    bus,
    tell: {
      began(run) {
        createAnnotation(at, { time: run.at, tags: [...TAGS, `target:${run.target}`, `warming:${run.id}`], text: begunText(run) }, run.by)
        if (run.findings.length > 0)
          audit.own({ what: 'warming-started', about: run.target, detail: { run: run.id, keys: String(run.keys) } })
      },
      ended(run) {
        const annotation = annotated(run)
        if (annotation) changeAnnotation(at, annotation.id, { timeEnd: run.endedAt!, text: endedText(run) })
        const detail = { run: run.id, end: run.end!, keys: `${run.taken} of ${run.keys}`, because: run.because! }
        audit.own({ what: 'warming-ended', about: run.target, detail }, run.end === 'failed' ? 'failed' : 'done')
      },
    },
    now,
    monotonic,
    sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
    log,
  })
}

const TAGS = ['warming']
const begunText = ({ target, keys, perSecond }: WarmRun) => `Cache warming of ${target}: ${keys} keys, ${perSecond} a second at the most`
const endedText = ({ target, keys, taken, because }: WarmRun) => `Cache warming of ${target}: ${taken} of ${keys} keys taken. ${because}`

type Brakes = { config: Pick<Runtime['config'], 'brakes'>; mode: 'observe' | 'tune'; freeze: Freeze | null; now: number }

/** A hook calls the application, which then reads its origin and writes to the cache: what holds back changes holds it back too. */
function heldBecause({ config, mode, freeze, now }: Brakes): string | null {
  if (mode === 'observe') return 'The mode is observe: no hook is called.'
  if (freeze) return `Changes are frozen until ${minute(freeze.until)} by ${freeze.by}: ${freeze.reason}`
  const { windows } = config.brakes
  if (windows.length === 0 || windows.some((window) => endOf(window, now) !== null)) return null
  return `No change window is open; the next one opens at ${minute(Math.min(...windows.map((window) => nextStartOf(window, now))))}.`
}
