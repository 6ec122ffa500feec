import { EvenkeelError, malformed } from '../../model/error.ts'
import { shown } from '../answers.ts'
import type { Client } from './client.ts'
import { bookmarkShape, eventShape, type KubeObject, listShape, objectKey, objectShape } from './objects.ts'
import { isGone, Refused, refusalText, refusedIn, type Verb } from './refused.ts'
import { collectionPath, type Resource } from './resources.ts'

export type Watched = { resource: Resource; namespace?: string; labelSelector?: string; keepFields: boolean }

/** Why what is held may be old, or why nothing is. `lost`: the whole API server is out of reach, or takes no credentials of ours. */
export type Failure = { because: string; lost: boolean; error: EvenkeelError }
/** `left`: objects that could not be read, or are too many. */
export type Reflected = { items: ReadonlyMap<string, KubeObject>; synced: boolean; failure: Failure | null; left: number }

/** Time, for tests. `sleep` ends early when the signal does. */
export type Pace = { sleep(ms: number, signal: AbortSignal): Promise<void>; random(): number }

/**
 * A reflector: the mirror of one collection by list and watch. It starts a watch that was cut at the version it has seen, lists anew when the
 * server has forgotten that (410), and never asks faster than its back-off or the server's Retry-After allows.
 */
export interface Reflector {
  readonly watched: Watched
  now(): Reflected
  /** Resolves when it has listed for the first time, or has failed to. */
  settled(): Promise<void>
  /** Cuts the watch and goes on from its version: after an outage its connection may be dead without a sign. */
  reconnect(): void
  stop(): Promise<void>
}

const PAGE = '250'
/** An object of such a collection is about two kilobytes. */
const ITEMS_MAX = 20_000
const LIST_MS = 60_000
/** The server ends a watch then; the client gives it a little longer. As client-go, spread so that not all watches end at once. */
const WATCH_S = 300
const WATCH_GRACE_MS = 15_000
/** client-go's reflector: 0.8 s, doubled to 30 s, with jitter. */
const BACKOFF_MS = 800
const BACKOFF_MAX_MS = 30_000
/** What RBAC forbids or the cluster does not have comes with a person's doing. */
const REFUSED_MS = 30_000
/** A watch that ends sooner than this without an event counts as a failure for the back-off. */
const SHORT_MS = 2_000

export function createReflector(client: Client, watched: Watched, changed: () => void, pace: Pace): Reflector {
  return new ListWatch(client, watched, changed, pace)
}

class ListWatch implements Reflector {
  readonly watched: Watched
  readonly #client: Client
  readonly #changed: () => void
  readonly #pace: Pace
  readonly #stopped = new AbortController()
  readonly #settled = Promise.withResolvers<void>()
  readonly #ended: Promise<void>
  #connection = new AbortController()
  #items = new Map<string, KubeObject>()
  /** Null: to be listed. */
  #version: string | null = null
  #synced = false
  #left = 0
  #failure: Failure | null = null
  #attempts = 0

  constructor(client: Client, watched: Watched, changed: () => void, pace: Pace) {
    this.watched = watched
    this.#client = client
    this.#changed = changed
    this.#pace = pace
    this.#ended = this.#run()
  }

  now(): Reflected {
    return { items: this.#items, synced: this.#synced, failure: this.#failure, left: this.#left }
  }

  settled(): Promise<void> {
    return this.#settled.promise
  }

  reconnect(): void {
    this.#connection.abort()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    this.#settled.resolve()
    await this.#ended
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    let verb: Verb = 'list'
    while (!signal.aborted) {
      let wait = 0
      if (this.#connection.signal.aborted) this.#connection = new AbortController()
      try {
        verb = 'list'
        if (this.#version === null) await this.#list()
        verb = 'watch'
        wait = await this.#watch()
      } catch (error) {
        if (signal.aborted) break
        wait = this.#failed(error, verb)
      }
      this.#settled.resolve()
      if (wait > 0) await this.#pace.sleep(wait, AbortSignal.any([signal, this.#connection.signal]))
    }
  }

  async #list(): Promise<void> {
    const items = new Map<string, KubeObject>()
    let left = 0
    let next = ''
    let version: string
    do {
      const query = { ...this.#query(), limit: PAGE, ...(next && { continue: next }) }
      const page = listShape.safeParse(await this.#client.get(this.#path(), query, this.#within(LIST_MS)))
      if (!page.success) throw malformed(`the list of ${this.watched.resource.plural} has no items or no resourceVersion`, '')
      for (const item of page.data.items) {
        const object = objectShape.safeParse(item)
        // One that cannot be read, or is too many, costs itself alone.
        if (object.success && items.size < ITEMS_MAX) items.set(objectKey(object.data), this.#kept(object.data))
        else left++
      }
      version = page.data.metadata.resourceVersion
      next = page.data.metadata.continue ?? ''
    } while (next !== '')
    this.#items = items
    this.#left = left
    this.#version = version
    this.#synced = true
    this.#changed()
    this.#well()
  }

  /** How long to wait before the next watch. */
  async #watch(): Promise<number> {
    const began = performance.now()
    const seconds = Math.round(WATCH_S * (1 + this.#pace.random()))
    const query = { ...this.#query(), resourceVersion: this.#version!, allowWatchBookmarks: 'true', timeoutSeconds: String(seconds) }
    const signal = AbortSignal.any([this.#connection.signal, this.#within(seconds * 1_000 + WATCH_GRACE_MS)])
    let events = 0
    let opened = false
    const well = () => {
      opened = true
      this.#well()
    }
    try {
      for await (const event of this.#client.watch(this.#path(), query, signal, well)) {
        this.#take(event)
        events++
        this.#attempts = 0
      }
    } catch (error) {
      // Ended by us, or cut on its way: what counts is whether another can be had.
      const ended = signal.aborted && !this.#stopped.signal.aborted
      const cut = opened && error instanceof EvenkeelError && error.code === 'unreachable'
      if (!ended && !cut) throw error
    }
    if (events === 0 && performance.now() - began < SHORT_MS) return this.#backoff()
    this.#attempts = 0
    return 0
  }

  #take(value: unknown): void {
    const event = eventShape.safeParse(value)
    if (!event.success) throw malformed('an event of a watch has no type', shown(value))
    const { type, object } = event.data
    if (type === 'ERROR') throw refusedIn(object)
    if (type === 'BOOKMARK') {
      const bookmark = bookmarkShape.safeParse(object)
      if (bookmark.success) this.#version = bookmark.data.metadata.resourceVersion
      return
    }
    const parsed = objectShape.safeParse(object)
    if (!parsed.success || !parsed.data.metadata.resourceVersion) throw malformed('an object of a watch has no name or resourceVersion', '')
    const key = objectKey(parsed.data)
    if (type === 'DELETED') this.#items.delete(key)
    else if (type !== 'ADDED' && type !== 'MODIFIED') throw malformed('an event of a watch', type)
    else if (this.#items.has(key) || this.#items.size < ITEMS_MAX) this.#items.set(key, this.#kept(parsed.data))
    else this.#left++
    this.#version = parsed.data.metadata.resourceVersion
    this.#changed()
  }

  #well(): void {
    this.#settled.resolve()
    if (this.#failure === null) return
    this.#failure = null
    this.#changed()
  }

  /** Notes why, and tells how long to wait. */
  #failed(error: unknown, verb: Verb): number {
    // What is held stays until the new list is here.
    if (isGone(error)) {
      this.#version = null
      return this.#attempts++ === 0 ? 0 : this.#backoff()
    }
    const status = error instanceof Refused ? error.status : null
    const absent = status === 403 || status === 404
    // Where a watch is forbidden, or has sent what cannot be read, the list is what there is.
    if (absent || (error instanceof EvenkeelError && error.code === 'malformed')) this.#version = null
    if (status === 404) this.#items = new Map()
    const words = this.#words(error, verb)
    this.#failure = { because: words.message, lost: status === null ? words.code !== 'malformed' : status === 401, error: words }
    this.#changed()
    if (absent) return REFUSED_MS
    return Math.max(this.#backoff(), error instanceof Refused ? (error.retryAfterMs ?? 0) : 0)
  }

  #words(error: unknown, verb: Verb): EvenkeelError {
    if (error instanceof EvenkeelError) return error
    const { resource, namespace } = this.watched
    if (error instanceof Refused) return new EvenkeelError('unreachable', refusalText(error, { verb, resource, namespace }))
    return new EvenkeelError('unreachable', `the API server did not answer the ${verb} of ${resource.plural} in time`, { cause: error })
  }

  #backoff(): number {
    const ms = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** Math.min(this.#attempts++, 10))
    return ms * (1 + this.#pace.random())
  }

  #path = () => collectionPath(this.watched.resource, this.watched.namespace)
  #query = (): Record<string, string> => (this.watched.labelSelector === undefined ? {} : { labelSelector: this.watched.labelSelector })
  #within = (ms: number) => AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(ms)])

  /** Who owns which field is half of an object, and only asked where something may be written. */
  #kept(object: KubeObject): KubeObject {
    if (this.watched.keepFields || !object.metadata.managedFields) return object
    const { managedFields, ...metadata } = object.metadata
    return { ...object, metadata }
  }
}
