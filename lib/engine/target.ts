import { type ClockStep, movedDate } from '../model/clock.ts'
import { EvenkeelError } from '../model/error.ts'
import { SAMPLES_PER_SECOND } from '../model/limits.ts'
import type { Log } from '../model/log.ts'
import { type AnyProduct, type Parsed, productFor, type TargetConfig } from '../model/product.ts'
import type { Capability, Role, TargetState } from '../model/topology.ts'
import type { Clock } from './clock.ts'
import { withDeadline } from './deadline.ts'
import { type Health, nextHealth, retryMs, unknownHealth } from './health.ts'
import { createPoller, type Poller, type ProbeStatus } from './poller.ts'
import { failureOf, withoutSecrets } from './reason.ts'

export type TargetStatus = {
  name: string
  kind: string
  role?: Role
  /** Product's name for the page, and where the target is, without secrets. */
  title: string
  address: string
  state: TargetState
  /** Epoch ms since when it is in that state. */
  stateSince: number
  error?: string
  lastPollAt: number | null
  pollMs: number | null
  /** Consecutive failures of the vital probe. */
  failures: number
  nextPollAt?: number
  probes: ProbeStatus[]
}

export type TargetOptions = {
  config: TargetConfig
  product: AnyProduct
  poll: { everyMs: number; timeoutMs: number }
  clock: Clock
  log: Log
  onRead(probe: string, parsed: Parsed, at: number, everyMs: number): void | Promise<void>
  onState(health: Health): void
}

export interface Target {
  readonly config: TargetConfig
  /** The product as registered, whatever its variant for this configuration. */
  readonly product: AnyProduct
  start(): void
  stop(): Promise<void>
  pollNow(): Promise<void>
  health(): Health
  status(): TargetStatus
  stepClock(step: ClockStep): void
  capabilities(): Capability[]
  readonly discovers: boolean
  discover(): Promise<TargetConfig[]>
}

/** A product's rhythm of a second or less is "as often as the configuration polls"; a slower one is its own. */
const BASE_MS = 1_000
/** Within this time of a start every slow probe has had its first turn. */
const FIRST_TURN_MS = 3_000
/** So many polls without an answer, and what a probe stands for is not to be had. */
const LOST_AFTER = 6
/** An answer over the size cap is not asked for at the usual rhythm: each try costs the server what is then thrown away. */
const LARGE_RETRY_MS = 300_000

/** A watched server: its link, the pollers of its probes, and its health. */
export function createTarget(options: TargetOptions): Target {
  const { config, poll, clock, log } = options
  const product = productFor(options.product, config)
  const link = product.open(config)
  const vitalId = (product.probes.find((probe) => probe.vital) ?? product.probes[0])?.id
  let health = unknownHealth(clock.now())
  let runId: string | undefined

  /** By probe: how far apart its polls are now, and why where that is further than usual. */
  const rhythms = new Map<string, () => { ms: number; because?: string }>()
  const pollers = product.probes.map((probe): Poller => {
    const everyMs = probe.everyMs <= BASE_MS ? poll.everyMs : Math.max(probe.everyMs, poll.everyMs)
    const vital = probe.id === vitalId
    let large = false
    let samples = 0
    /** A poll of very many samples is made less often, in whole seconds so that its rhythm holds still. */
    const rhythmMs = () => Math.max(everyMs, 1_000 * Math.ceil(samples / SAMPLES_PER_SECOND))
    rhythms.set(probe.id, () => {
      const ms = rhythmMs()
      return ms > everyMs
        ? { ms, because: `one answer holds ${samples.toLocaleString('en-US')} values: it is read each ${ms / 1000} s` }
        : { ms }
    })
    return createPoller<unknown>({
      probe,
      everyMs,
      timeoutMs: probe.timeoutMs ?? poll.timeoutMs,
      link: () => link,
      clock,
      delayMs: () => (vital ? retryMs(health.failures, rhythmMs()) : large ? Math.max(everyMs, LARGE_RETRY_MS) : rhythmMs()),
      onRead(parsed, at) {
        large = false
        samples = parsed.samples.length
        noticeRestart(parsed.topology.facts?.runId)
        const kept = options.onRead(probe.id, parsed, at, rhythmMs())
        if (vital) become(nextHealth(health, 'answered', clock.now()))
        return kept
      },
      onFail(error) {
        const because = product.unavailable?.(error) ?? null
        // Without its vital probe nothing of a target can be told, so that one is asked again.
        if (because !== null && !vital) return { state: 'unavailable', because: withoutSecrets(because) }
        const failure = because === null ? failureOf(error) : { how: 'unreadable' as const, reason: withoutSecrets(because) }
        if (vital) become(nextHealth(health, failure, clock.now()))
        large = error instanceof EvenkeelError && error.code === 'too_large'
        return { state: large && !vital ? 'resting' : 'gap', because: failure.reason }
      },
    })
  })
  const vitalPoller = pollers.find((poller) => poller.probe.id === vitalId)
  const others = pollers.filter((poller) => poller !== vitalPoller)

  function become(next: Health) {
    const before = health
    health = next
    if (before.state === next.state && before.error === next.error) return
    options.onState(next)
    if (before.state === next.state) return
    log.info({ target: config.name, state: next.state, error: next.error }, 'target state')
    if (next.state === 'up') startOthers()
    else if (next.state === 'down') for (const poller of others) poller.pause(`the target is down: ${next.error ?? 'no answer'}`)
  }

  /** Another run of the server may allow other things and counts its logs anew. */
  function noticeRestart(seen: string | undefined) {
    if (seen === undefined || seen === runId) return
    const restarted = runId !== undefined
    runId = seen
    if (!restarted) return
    log.info({ target: config.name }, 'target restarted')
    for (const poller of others) poller.reset()
    startOthers()
  }

  function startOthers() {
    for (const poller of others)
      if (poller.status().state !== 'unavailable') poller.start(clock.random() * Math.min(poller.status().everyMs, FIRST_TURN_MS))
  }

  function status(): TargetStatus {
    const vital = vitalPoller?.status()
    const nextPollAt = vitalPoller?.nextAt()
    return {
      name: config.name,
      kind: config.kind,
      ...(config.role && { role: config.role }),
      title: product.title,
      address: product.address(config),
      state: health.state,
      stateSince: health.since,
      ...(health.error && { error: health.error }),
      lastPollAt: vital?.lastAt ?? null,
      pollMs: vital?.lastMs ?? null,
      failures: health.failures,
      ...(nextPollAt && { nextPollAt }),
      probes: pollers.map((poller) => ({ ...poller.status(), everyMs: rhythms.get(poller.probe.id)!().ms })),
    }
  }

  return {
    config,
    product: options.product,
    discovers: product.discover !== undefined,
    start: () => vitalPoller?.start(clock.random() * poll.everyMs),
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()))
      await product.close(link)
    },
    async pollNow() {
      // Bursts are not for a picture of the moment: they may take seconds and cost the server something.
      const quick = pollers.filter((poller) => poller.timeoutMs <= poll.timeoutMs && poller.status().state !== 'unavailable')
      await Promise.all(quick.map((poller) => poller.pollNow()))
    },
    health: () => health,
    status,
    stepClock(step) {
      health = { ...health, since: movedDate(health.since, step) }
      for (const poller of pollers) poller.stepClock(step)
    },
    capabilities: () =>
      pollers.flatMap((poller): Capability[] => {
        const { feature, state, because, lastAt } = poller.status()
        const rhythm = rhythms.get(poller.probe.id)!()
        // One late answer says nothing; several in a row say that it cannot be read now.
        if (state === 'gap' && lastAt !== null && health.state === 'up' && clock.now() - lastAt > LOST_AFTER * rhythm.ms)
          return [
            {
              feature,
              available: false,
              because: `nothing could be read since ${new Date(lastAt).toISOString().slice(11, 19)} UTC: ${because}`,
            },
          ]
        if (state === 'ok' || (state === 'gap' && lastAt !== null)) {
          const seldom = rhythm.because
          return [{ feature, available: true, ...(seldom && { because: seldom }) }]
        }
        if (state === 'unavailable' || (state === 'resting' && health.state === 'up'))
          return [{ feature, available: false, because: because! }]
        return []
      }),
    discover: async () => {
      if (!product.discover) return []
      const { result } = withDeadline(poll.timeoutMs * 5, clock, (signal) => product.discover!(link, signal))
      return result
    },
  }
}
