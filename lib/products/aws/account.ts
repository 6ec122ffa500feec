import { EvenkeelError } from '../../model/error.ts'
import { readBalancers } from './balancers.ts'
import { readCaches, readParameters } from './caches.ts'
import { type Clients, createClients, globalRegion } from './clients.ts'
import { readDistributions } from './distributions.ts'
import { createMeter, type Meter, thingKey } from './meter.ts'
import { lookEvery, pace } from './pace.ts'
import { queriesOf } from './queries.ts'
import type { Told } from './readings.ts'
import { createTagged, type Tags } from './tags.ts'
import type { Parameters, Thing } from './things.ts'
import { readZones } from './zones.ts'

export type AccountOptions = {
  region: string
  endpoint?: string | undefined
  write?: { profile: string } | undefined
  tags: Tags
  /** Names of hosted zones. */
  zones?: readonly string[]
  budget: number
  price: number
  requests: number
  now?: () => number
  /** How long one call may take. */
  callMs?: number
}

/** The kinds of things, each read by itself: one that may not be read hides no other. */
export const PARTS = ['cache', 'balancer', 'distribution', 'zone'] as const
export type Part = (typeof PARTS)[number]
type PartState = { at: number | null; things: Thing[]; error: EvenkeelError | null }

/** What there is, by kind. `at`: epoch ms of the newest look that succeeded. */
export type Inventory = { parts: Record<Part, PartState>; parameters: Record<string, Parameters>; everyMs: number; requests: number }

/** What CloudWatch told of one thing, when, and how far apart it is asked. */
export type Metered = { told: Told; at: number; everyMs: number }

/** An account in one region. All its targets share one look at what there is, and one batch of metrics. */
export interface Account {
  /** The newest look, made anew when it is due. What fails is told in its parts. */
  inventory(signal: AbortSignal): Promise<Inventory>
  /** The newest look, however old; null before the first. */
  newest(): Inventory | null
  metered(thing: Pick<Thing, 'of' | 'id'>, signal: AbortSignal): Promise<Metered>
  /** Of the region itself, for settings: who reads, and who writes. */
  readonly clients: Clients
  readonly writers: Clients
  /** The next look is a new one: something was written. */
  forget(): void
  /** How many metrics are read, and how far apart: for what it costs. */
  metrics(): { count: number; everyMs: number }
  close(): void
}

const PARAMETERS_FRESH_MS = 600_000
/** A look at a whole account takes many requests. */
const LOOK_MS = 60_000
/** After a look that failed; not where AWS throttles. */
const RETRY_MS = 15_000

export function openAccount(options: AccountOptions): Account {
  return new SharedAccount(options)
}

class SharedAccount implements Account {
  readonly clients: Clients
  readonly writers: Clients
  /** Of the region in which CloudFront has its API and its numbers. */
  readonly #global: Clients
  readonly #options: AccountOptions
  readonly #now: () => number
  readonly #tagged: ReturnType<typeof createTagged>
  readonly #parameters = new Map<string, { at: number; read: Parameters }>()
  readonly #meters: Record<'own' | 'global', Meter>
  #inventory: Inventory | null = null
  #lookedAt = Number.NEGATIVE_INFINITY
  #looking: Promise<Inventory> | null = null

  constructor(options: AccountOptions) {
    const { region, endpoint, write, tags, callMs, now = Date.now } = options
    const place = (region: string) => ({ region, ...(endpoint !== undefined && { endpoint }) })
    this.clients = createClients(place(region), callMs)
    this.writers = write ? createClients({ ...place(region), ...write }, callMs) : this.clients
    this.#global = region === globalRegion(region) ? this.clients : createClients(place(globalRegion(region)), callMs)
    this.#options = options
    this.#now = now
    this.#tagged = createTagged(tags, now)
    const meter = (clients: Clients, parts: readonly Part[]) => createMeter(clients, () => this.#things(parts), now)
    this.#meters = { own: meter(this.clients, ['cache', 'balancer']), global: meter(this.#global, ['distribution']) }
  }

  inventory(signal: AbortSignal): Promise<Inventory> {
    const known = this.#inventory
    if (known && this.#now() - this.#lookedAt < known.everyMs) return Promise.resolve(known)
    // Whoever comes while it is read waits for it; it ends by itself, not with the first who asked.
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return untilAborted(this.#looking, signal)
  }

  newest(): Inventory | null {
    return this.#inventory
  }

  async metered({ of, id }: Pick<Thing, 'of' | 'id'>, signal: AbortSignal): Promise<Metered> {
    await this.inventory(signal)
    const { everyMs } = this.metrics()
    const { at, told } = await untilAborted(this.#meters[of === 'distribution' ? 'global' : 'own'](everyMs), signal)
    return { told: told.get(thingKey({ of, id })) ?? {}, at, everyMs }
  }

  metrics(): { count: number; everyMs: number } {
    const count = this.#things().reduce((sum, thing) => sum + queriesOf(thing).length, 0)
    return { count, everyMs: pace(count, this.#options) }
  }

  forget(): void {
    this.#lookedAt = Number.NEGATIVE_INFINITY
    this.#parameters.clear()
  }

  close(): void {
    this.clients.close()
    this.writers.close()
    this.#global.close()
  }

  #things(parts: readonly Part[] = PARTS): Thing[] {
    return parts.flatMap((part) => this.#inventory?.parts[part].things ?? [])
  }

  #asked(): number {
    return this.clients.asked() + (this.#global === this.clients ? 0 : this.#global.asked())
  }

  async #look(): Promise<Inventory> {
    const { clients } = this
    const { tags, requests, zones = [] } = this.#options
    const before = this.#asked()
    const signal = AbortSignal.timeout(LOOK_MS)
    this.#lookedAt = this.#now()
    const [cache, balancer, distribution, zone] = await Promise.all([
      this.#part('cache', () => readCaches(clients, this.#tagged, signal)),
      this.#part('balancer', () => readBalancers(clients, tags, signal)),
      this.#part('distribution', () => readDistributions(this.#global, this.#tagged, signal)),
      this.#part('zone', () => readZones(this.#global, zones, signal)),
    ])
    const parts = { cache, balancer, distribution, zone }
    const parameters = await this.#readParameters(cache.things, signal)
    const asked = this.#asked() - before
    const everyMs = lookEvery(asked, requests)
    const failed = PARTS.flatMap((part) => parts[part].error ?? [])
    const soon = failed.length > 0 && failed.every(({ code }) => code !== 'too_many')
    this.#inventory = { parts, parameters, everyMs: soon ? Math.min(everyMs, RETRY_MS) : everyMs, requests: asked }
    return this.#inventory
  }

  /** A look that fails keeps what the last one found, and says since when. */
  async #part(part: Part, read: () => Promise<Thing[]>): Promise<PartState> {
    try {
      return { at: this.#now(), things: await read(), error: null }
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error
      const { at, things } = this.#inventory?.parts[part] ?? { at: null, things: [] }
      return { at, things, error }
    }
  }

  /** What cannot be read of a group is not known; settings say why when they are asked for. */
  async #readParameters(things: readonly Thing[], signal: AbortSignal): Promise<Record<string, Parameters>> {
    const groups = new Set(things.flatMap((thing) => (thing.of === 'cache' && thing.parameterGroup !== null ? [thing.parameterGroup] : [])))
    for (const group of groups) {
      const known = this.#parameters.get(group)
      if (known && this.#now() - known.at < PARAMETERS_FRESH_MS) continue
      try {
        this.#parameters.set(group, { at: this.#now(), read: await readParameters(this.clients, group, signal) })
      } catch (error) {
        if (!(error instanceof EvenkeelError)) throw error
        this.#parameters.delete(group)
      }
    }
    return Object.fromEntries([...this.#parameters].filter(([group]) => groups.has(group)).map(([group, { read }]) => [group, read]))
  }
}

/** Ends the wait, not the work: others wait for it too. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}
