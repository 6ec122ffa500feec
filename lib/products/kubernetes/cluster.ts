import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { type Client, createClient } from './client.ts'
import type { KubernetesConfig } from './config.ts'
import type { KubeObject } from './objects.ts'
import { createReflector, type Failure, type Pace, type Reflected, type Reflector } from './reflector.ts'
import { Refused } from './refused.ts'
import { INGRESSES, qualified, type Resource, ROUTES, SERVICES, SLICES } from './resources.ts'

/** One collection as it is mirrored now. `because`: why not, or why it may be old. */
export type Collection = { resource: string; namespace?: string; synced: boolean; because?: string; left: number; items: KubeObject[] }

/** The mirror of what is read of one cluster. */
export interface Cluster {
  readonly client: Client
  /** As it is now; the same object until something changes. Throws why nothing can be read. */
  collections(signal: AbortSignal): Promise<Collection[]>
  /** The newest that is known of one object. */
  object(resource: Resource, namespace: string, name: string): KubeObject | null
  /** Its version, null where it is not told. Proves that the API server answers; after an outage the watches are renewed. */
  version(signal: AbortSignal): Promise<string | null>
  close(): Promise<void>
}

export const systemPace: Pace = {
  sleep: (ms, signal) => wait(ms, undefined, { signal, ref: false }).catch(() => {}),
  random: Math.random,
}

const WATCHED: { resource: Resource; keepFields: boolean }[] = [
  { resource: SERVICES, keepFields: false },
  { resource: SLICES, keepFields: false },
  { resource: ROUTES, keepFields: true },
  { resource: INGRESSES, keepFields: true },
]

const VERSION_MS = 10_000

/** Connects when it is first asked. */
export function openCluster(config: KubernetesConfig, pace: Pace): Cluster {
  const client = createClient(config)
  let reflectors: Reflector[] | null = null
  let changed = true
  let seen: Collection[] = []
  let version: { at: number; text: string | null } | null = null
  /** Whether the newest question was not answered. */
  let away = false

  function start(): Reflector[] {
    const namespaces: (string | undefined)[] = config.namespaces ?? [undefined]
    return WATCHED.flatMap(({ resource, keepFields }) =>
      namespaces.map((namespace) =>
        createReflector(
          client,
          {
            resource,
            keepFields,
            ...(namespace === undefined ? {} : { namespace }),
            ...(resource === SERVICES && config.services !== undefined ? { labelSelector: config.services } : {}),
          },
          () => {
            changed = true
          },
          pace,
        ),
      ),
    )
  }

  return {
    client,
    async collections(signal) {
      reflectors ??= start()
      await Promise.race([Promise.all(reflectors.map((one) => one.settled())), aborted(signal)])
      signal.throwIfAborted()
      const now = reflectors.map((one) => ({ ...one.now(), one }))
      throwLost(
        now.flatMap(({ failure }) => failure ?? []),
        now.length,
      )
      if (changed) seen = now.map(collectionOf)
      changed = false
      return seen
    },
    object(resource, namespace, name) {
      const of = (reflectors ?? []).find(({ watched }) => watched.resource === resource && (watched.namespace ?? namespace) === namespace)
      return of?.now().items.get(`${namespace}/${name}`) ?? null
    },
    async version(signal) {
      const at = performance.now()
      if (!away && version && at - version.at < VERSION_MS) return version.text
      const wasAway = away
      away = true
      version = { at, text: await versionOf(client, signal) }
      away = false
      if (wasAway && version.text !== null) for (const one of reflectors ?? []) one.reconnect()
      return version.text
    },
    async close() {
      const all = reflectors ?? []
      reflectors = []
      await Promise.all(all.map((one) => one.stop()))
      client.close()
    },
  }
}

/** Nothing is read through an API server that is out of reach, or where nothing at all may be read. */
function throwLost(failures: readonly Failure[], of: number): void {
  const lost = failures.find((failure) => failure.lost) ?? (failures.length === of ? failures[0] : undefined)
  if (lost) throw lost.error
}

function collectionOf({ items, synced, failure, left, one }: Reflected & { one: Reflector }): Collection {
  const { resource, namespace } = one.watched
  return {
    resource: qualified(resource),
    ...(namespace === undefined ? {} : { namespace }),
    synced,
    ...(failure ? { because: failure.because } : {}),
    left,
    items: [...items.values()],
  }
}

async function versionOf(client: Client, signal: AbortSignal): Promise<string | null> {
  try {
    const answer = await client.get('/version', {}, signal)
    const { gitVersion } = (answer ?? {}) as { gitVersion?: unknown }
    return typeof gitVersion === 'string' ? gitVersion.replace(/^v/, '').slice(0, 40) : null
  } catch (error) {
    // It answers, and that is what is asked: some close this path.
    if (error instanceof Refused && error.status !== 401 && error.status < 500) return null
    throw error
  }
}

const aborted = (signal: AbortSignal) => (signal.aborted ? Promise.resolve() : once(signal, 'abort').then(() => {}))
