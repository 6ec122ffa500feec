import type { PushedAnnotation } from '../model/annotation.ts'
import type { Log } from '../model/log.ts'
import type { Store } from '../model/store.ts'

/** Where annotations are kept, by its own ids. What fails throws an error whose message holds no secret. */
export interface AnnotationReceiver {
  /** The id of the annotation of a key, null where there is none. */
  find(key: string, signal: AbortSignal): Promise<number | null>
  add(annotation: PushedAnnotation, signal: AbortSignal): Promise<number>
  /** False where it is there no more: somebody has deleted it. */
  update(id: number, annotation: PushedAnnotation, signal: AbortSignal): Promise<boolean>
  /** Whether the same stands there already, put there by somebody else. */
  hasTwin(annotation: PushedAnnotation, signal: AbortSignal): Promise<boolean>
  remove(id: number, signal: AbortSignal): Promise<void>
}

export type AnnotationPushOptions = {
  receiver: AnnotationReceiver
  /** All that began since: changes, incidents, and what people and programs have annotated. */
  wanted(since: number): PushedAnnotation[]
  /** Whether what this key names is there no more. */
  isDeleted(key: string): boolean
  memory: Store['memory']
  now(): number
  monotonic(): number
  log: Log
}

/** Dates are epoch ms. */
export type AnnotationPushState = { pushedAt: number | null; failing: { since: number; answer: string } | null }

/** A reconciliation loop: what Grafana has is made to be what is wanted, one request at a time, with back-off while it fails. */
export interface AnnotationPush {
  /** After each tick of the engine; not waited for. */
  tick(): void
  state(): AnnotationPushState
  stop(): Promise<void>
}

/** What was pushed. `id` null: it was about to be added, and nobody knows whether it was. `theirs`: it was there already, and is left alone. */
type Pushed = { id: number | null; at: number; body: string; theirs?: true }

const PREFIX = 'annotation/'
const EVERY_MS = 10_000
const DEADLINE_MS = 10_000
const RETRY_MAX_MS = 5 * 60_000
/** What began earlier is not pushed any more: a Grafana that is named today does not get the history of a quarter. */
const BACK_MS = 24 * 3_600_000
/** So long an annotation can still change: a change is watched, an incident goes on. */
const KEPT_MS = 14 * 86_400_000
/** One round adds no more: after an outage the charts fill within minutes, and nobody is flooded. */
const AT_ONCE = 20

export function createAnnotationPush({ receiver, wanted, isDeleted, memory, now, monotonic, log }: AnnotationPushOptions): AnnotationPush {
  const stopping = new AbortController()
  let state: AnnotationPushState = { pushedAt: null, failing: null }
  let dueAt = Number.NEGATIVE_INFINITY
  let failures = 0
  let round: Promise<void> | null = null

  const deadline = () => AbortSignal.any([stopping.signal, AbortSignal.timeout(DEADLINE_MS)])

  async function push(annotation: PushedAnnotation, before: Pushed | null): Promise<void> {
    const signal = deadline()
    const key = `${PREFIX}${annotation.key}`
    const body = JSON.stringify(annotation)
    const pushed = { at: annotation.time, body }
    let id = before?.id ?? null
    // A crash, or an answer that was lost: it may be there.
    if (before && id === null) id = await receiver.find(annotation.key, signal)
    if (id === null && annotation.original !== undefined && (await receiver.hasTwin(annotation, signal)))
      return memory.put(key, { ...pushed, id: null, theirs: true } satisfies Pushed)
    // What somebody has deleted stays deleted.
    if (id !== null) await receiver.update(id, annotation, signal)
    else {
      memory.put(key, { id: null, at: annotation.time, body: '' } satisfies Pushed)
      id = await receiver.add(annotation, signal)
    }
    memory.put(key, { ...pushed, id } satisfies Pushed)
  }

  /** Takes away what was deleted here. */
  async function remove(key: string): Promise<void> {
    const pushed = memory.get<Pushed>(key)
    if (pushed && !pushed.theirs) {
      const signal = deadline()
      const id = pushed.id ?? (await receiver.find(key.slice(PREFIX.length), signal))
      if (id !== null) await receiver.remove(id, signal)
    }
    memory.delete(key)
  }

  async function reconcile(): Promise<void> {
    const at = now()
    for (const key of memory.keys(PREFIX)) if ((memory.get<Pushed>(key)?.at ?? 0) < at - KEPT_MS) memory.delete(key)
    for (const key of memory.keys(PREFIX)) if (isDeleted(key.slice(PREFIX.length))) await remove(key)
    let left = AT_ONCE
    for (const annotation of wanted(at - KEPT_MS)) {
      const before = memory.get<Pushed>(`${PREFIX}${annotation.key}`)
      if (before ? before.theirs || before.body === JSON.stringify(annotation) : annotation.time < at - BACK_MS) continue
      if (left-- === 0 || stopping.signal.aborted) return
      await push(annotation, before)
      state = { ...state, pushedAt: now() }
    }
  }

  function failed(error: unknown): void {
    const answer = error instanceof Error ? error.message : 'no answer'
    if (!state.failing) log.warn({ answer }, 'annotations are not taken')
    state = { ...state, failing: { since: state.failing?.since ?? now(), answer } }
    dueAt = monotonic() + Math.min(RETRY_MAX_MS, EVERY_MS * 2 ** Math.min(++failures, 10))
  }

  async function oneRound(): Promise<void> {
    dueAt = monotonic() + EVERY_MS
    try {
      await reconcile()
      if (state.failing) log.info({}, 'annotations are taken again')
      state = { ...state, failing: null }
      failures = 0
    } catch (error) {
      if (!stopping.signal.aborted) failed(error)
    }
  }

  return {
    tick() {
      if (round || monotonic() < dueAt || stopping.signal.aborted) return
      round = oneRound().finally(() => {
        round = null
      })
    },
    state: () => state,
    async stop() {
      stopping.abort()
      await round
    },
  }
}
