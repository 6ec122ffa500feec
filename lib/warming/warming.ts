import { EvenkeelError } from '../model/error.ts'
import type { Bus } from '../model/events.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'
import type { HotNames, WarmRun, WarmSettings } from '../model/warming.ts'
import type { SeriesWindow } from '../model/window.ts'
import { EMPTIED_RULES, type Emptied, emptiedOf, SAME_MS } from './emptied.ts'
import { type Hook, hookOf } from './hook.ts'
import { judged } from './judged.ts'
import type { KeyMemory } from './keyMemory.ts'
import { newRun } from './newRun.ts'
import { type Ending, replay } from './replay.ts'
import { createRuns } from './runs.ts'
import { beforeOf, heldItsKeys, isWarm } from './warmth.ts'

export type WarmingOptions = {
  store: Pick<Store, 'memory' | 'findings' | 'durable'>
  names: KeyMemory
  /** The caches that have a hook, by name. */
  settings(): ReadonlyMap<string, WarmSettings>
  /** Of several replicas: whether this one polls the cache, and whether no other may have taken it over. */
  owns(target: string): boolean
  holds(target: string): boolean
  window(spanMs: number): SeriesWindow
  /** Why no hook is called just now: the mode, a freeze, no open window. */
  held(): string | null
  /** By what the next band is widened. */
  factor(): number
  bus: Bus
  tell: { began(run: WarmRun): void; ended(run: WarmRun): void }
  now(): number
  monotonic(): number
  sleep(ms: number, signal: AbortSignal): Promise<void>
  hook?: (settings: WarmSettings) => Hook
  log: Log
}

/** Cache warming through hooks: one run at a time for each cache, begun by a finding or by a person. */
export interface Warming {
  /** After each tick of the engine. */
  tick(): void
  /** A person begins a run. Throws `not_allowed`, `busy`. */
  start(target: string, by: string): WarmRun
  /** A person ends the run. Throws `not_allowed`. */
  end(target: string, by: string): Promise<WarmRun>
  /** Newest first. */
  runs(target?: string): WarmRun[]
  names(target: string): HotNames | null
  /** Why a cold start of it is not warmed for just now; null: it would be. */
  refusal(target: string): string | null
  settings(target: string): WarmSettings | null
  stop(): Promise<void>
}

/** As far back as a cold start is warmed for, and the minute before. */
const SPAN_MS = 12 * 60_000
const FORGET_MS = 10 * 60_000
const UNCONFIGURED = { end: 'unconfigured', because: 'The configuration names no hook any more.' } as const satisfies Ending
/** Whether a restarted cache has its keys is asked for so long. */
const ASKED_MS = 10_000
const NO_NAMES = 'No names of hot keys are remembered: the sampling of hot keys (monitor) is not allowed here, or has heard nothing yet.'

export function createWarming(options: WarmingOptions): Warming {
  const { store, names, bus, now, log } = options
  const runs = createRuns({ memory: store.memory, bus, now })
  const active = new Map<string, { stop: AbortController; done: Promise<void> }>()
  let forgetAt = options.monotonic() + FORGET_MS
  const of = (target: string) => ({ window: options.window(SPAN_MS), target })
  const settingsOf = (target: string) => options.settings().get(target) ?? null

  /** The cold start that a cache is in, where it is to be warmed for. */
  function coldStart(target: string): Emptied | null {
    const found = emptiedOf(
      store.findings.list(({ state, rule }) => state === 'firing' && EMPTIED_RULES.includes(rule)),
      target,
      now(),
    )
    if (!found) return null
    const held = heldItsKeys(of(target), found.at)
    return held === true || (held === null && now() - found.at < ASKED_MS) ? null : found
  }

  const refusal = (target: string) => options.held() ?? (names.names(target, now()) ? null : NO_NAMES)

  function begin(target: string, settings: WarmSettings, { by, emptied }: { by: string; emptied: Emptied | null }): WarmRun {
    const known = names.names(target, now())
    if (!known) throw new EvenkeelError('not_allowed', NO_NAMES)
    const before = emptied && beforeOf(of(target), emptied.at)
    const { run, keys } = newRun({ target, by, at: now(), settings, names: known, emptied, before, factor: options.factor() })
    runs.begin(run, keys)
    options.tell.began(run)
    log.info({ target, run: run.id, keys: run.keys, by }, 'cache warming began')
    goOn(run, settings)
    return run
  }

  /** Why a run is over before all keys are sent. */
  function over({ target, emptiedAt, ratioBefore, findings }: WarmRun): Ending | null {
    if (!settingsOf(target)) return UNCONFIGURED
    if (emptiedAt !== null && ratioBefore !== null && isWarm(of(target), emptiedAt, ratioBefore))
      return { end: 'warm', because: 'The hit ratio is back.' }
    const isOver = findings.length > 0 && findings.every((id) => store.findings.get(id)?.state !== 'firing')
    return isOver ? { end: 'resolved', because: 'Its finding has ended.' } : null
  }

  function goOn(begun: WarmRun, settings: WarmSettings): void {
    const stop = new AbortController()
    const { id, target } = begun
    const keys = runs.keysOf(id) ?? []
    const rule = begun.findings.map((finding) => store.findings.get(finding)?.rule).find((found) => found !== undefined) ?? null
    const done = replay(begun, keys, {
      hook: (options.hook ?? hookOf)(settings),
      settings,
      rule,
      now,
      monotonic: options.monotonic,
      sleep: options.sleep,
      held: options.held,
      over: () => over(runs.get(id) ?? begun),
      mine: async () =>
        options.holds(target) &&
        (await store.durable().then(
          () => options.holds(target),
          () => false,
        )),
      put: (run) => runs.put({ ...run, findings: runs.get(id)?.findings ?? run.findings }),
      signal: stop.signal,
    })
      .then((ended) => {
        if (!ended) return
        const { taken, because, end } = ended
        log.info({ target, run: id, end, taken, because }, 'cache warming ended')
        options.tell.ended(ended)
        judge(runs.get(id) ?? ended)
      })
      .catch((error) => log.error({ target, run: id, err: error }, 'cache warming failed'))
      .finally(() => active.delete(target))
    active.set(target, { stop, done })
  }

  function judge(run: WarmRun): void {
    const cold = emptiedOf(store.findings.list(), run.target, now())
    const again = run.emptiedAt !== null && cold !== null && cold.at - run.emptiedAt > SAME_MS
    const measured = judged(run, { of: of(run.target), now: now(), again })
    if (measured) runs.put({ ...run, measured })
  }

  /** Looks after one cache that has a hook and is polled here. */
  function look(target: string, settings: WarmSettings, all: readonly WarmRun[]): void {
    const running = all.find(({ state }) => state === 'running')
    const cold = coldStart(target)
    if (running) {
      const isSame = !cold || running.emptiedAt === null || cold.at - running.emptiedAt <= SAME_MS
      if (!isSame) active.get(target)?.stop.abort({ end: 'again', because: 'The cache was emptied once more.' } satisfies Ending)
      else if (cold?.findings.some((id) => !running.findings.includes(id)) && running.emptiedAt !== null)
        runs.put({ ...running, findings: [...new Set([...running.findings, ...cold.findings])] })
      if (!active.has(target)) goOn(running, settings)
      return
    }
    for (const run of all) if (!run.measured) judge(run)
    if (!cold || all.some(({ emptiedAt }) => emptiedAt !== null && cold.at - emptiedAt <= SAME_MS)) return
    const before = beforeOf(of(target), cold.at)
    if (refusal(target) !== null || (before && isWarm(of(target), cold.at, before.ratio))) return
    begin(target, settings, { by: EVENKEEL, emptied: cold })
  }

  /** Of caches that have no hook any more. Not at once: nodes of a group are discovered after the start. */
  function forgetUnconfigured(settings: ReadonlyMap<string, WarmSettings>): void {
    if (options.monotonic() < forgetAt) return
    forgetAt = options.monotonic() + FORGET_MS
    names.forget(settings)
    for (const run of runs.list())
      if (run.state === 'running' && !settings.has(run.target) && !active.has(run.target))
        runs.put({ ...run, state: 'ended', endedAt: now(), ...UNCONFIGURED, measured: { because: UNCONFIGURED.because } })
  }

  return {
    tick() {
      const settings = options.settings()
      forgetUnconfigured(settings)
      if (settings.size === 0) return
      const all = Map.groupBy(runs.list(), ({ target }) => target)
      for (const [target, own] of settings) if (options.owns(target)) look(target, own, all.get(target) ?? [])
    },
    start(target, by) {
      const settings = settingsOf(target)
      if (!settings) throw new EvenkeelError('not_allowed', 'The configuration names no hook of this target (warm).')
      const because = refusal(target)
      if (because !== null) throw new EvenkeelError('not_allowed', because)
      if (active.has(target) || runs.list(target).some(({ state }) => state === 'running'))
        throw new EvenkeelError('busy', 'It is being warmed already: end that run first.')
      return begin(target, settings, { by, emptied: coldStart(target) })
    },
    async end(target, by) {
      const running = runs.list(target).find(({ state }) => state === 'running')
      if (!running) throw new EvenkeelError('not_allowed', 'It is not being warmed.')
      const ending: Ending = { end: 'stopped', because: `Stopped by ${by}.`, by }
      const { stop, done } = active.get(target) ?? {}
      stop?.abort(ending)
      await done
      const left = runs.get(running.id)
      if (left?.state === 'running')
        runs.put({ ...left, state: 'ended', endedAt: now(), end: 'stopped', because: ending.because, stoppedBy: by })
      return runs.get(running.id) ?? running
    },
    runs: runs.list,
    names: (target) => names.names(target, now()),
    refusal,
    settings: settingsOf,
    async stop() {
      for (const { stop } of active.values()) stop.abort()
      await Promise.all([...active.values()].map(({ done }) => done))
    },
  }
}

const EVENKEEL = 'Evenkeel'
