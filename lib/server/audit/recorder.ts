import { createHmac, randomBytes } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import type { Fingerprint } from '../../config/fingerprint.ts'
import type { AuditDraft, AuditHow, AuditKind, AuditOutcome } from '../../model/audit.ts'
import type { Change } from '../../model/change.ts'
import type { ErrorCode } from '../../model/error.ts'
import type { Log } from '../../model/log.ts'
import type { Store } from '../../model/store.ts'
import { Refusals } from './refusals.ts'

/** Who did something, and from where. */
export type Actor = { by: string | null; how: AuditHow; from: string | null }
type What = { what: AuditKind; about?: string; detail?: Record<string, string> }

/** The writer of the audit log. Nothing here throws, because the action has already happened, recorded or not. */
export type Recorder = {
  /** Somebody did it. */
  done(actor: Actor, what: What): void
  /** Somebody tried it. Repetitions are counted. */
  refused(actor: Actor, what: What, outcome?: Exclude<AuditOutcome, 'done'>): void
  /** Evenkeel did it by itself. */
  own(what: What, outcome?: AuditOutcome): void
  /** To be called with each new state of a change. `shared`: another replica has brought it about, and records it. */
  change(change: Change, shared?: true): void
  /** `reloaded`: only the configuration is another; the process is the same. */
  started(version: string, options?: { reloaded: boolean }): void
  tick(): void
  stopped(options?: { reload: boolean }): void
}

/** The actor of what Evenkeel does by itself. */
const EVENKEEL: Actor = { by: null, how: 'evenkeel', from: null }
const OVER: readonly Change['state'][] = ['kept', 'rolled_back', 'failed']
const REPAIRS_MAX = 5
const RUNNING = 'audit/running'
const SEEN = 'audit/configuration'

/** Refusals that are recorded of every call; what else a call may fail with is recorded of those that would have done something. */
export const REFUSALS: readonly ErrorCode[] = ['unauthenticated', 'forbidden', 'read_only', 'too_many']

type Options = { store: Store; config: Pick<Config, 'auth' | 'mode' | 'fingerprint'>; now: () => number; monotonic: () => number; log: Log }

export function createRecorder({ store, config, now, monotonic, log }: Options): Recorder {
  const append = (draft: AuditDraft) => store.audit.append(draft)
  const refusals = new Refusals(append)
  const states = new Map(store.changes.list().map(({ id, state }) => [id, state]))
  let troubled = false
  // So that a log that is kept elsewhere can tell whether this one was made anew.
  store.audit.onWritten(({ seq, what, hash }) => log.info({ audit: seq, what, hash }, 'audit'))

  const draft = (actor: Actor, { what, about = '', detail = {} }: What, outcome: AuditOutcome): AuditDraft => ({
    ...actor,
    at: now(),
    what,
    about,
    outcome,
    detail,
  })

  function tellTrouble(): void {
    const { entries, because } = store.audit.unsaved()
    if (entries > 0 && !troubled) log.error({ entries, because }, 'entries of the audit log cannot be written; they are held in memory')
    if (entries === 0 && troubled) log.info({}, 'the audit log is written again')
    troubled = entries > 0
  }

  const recorder: Recorder = {
    done: (actor, what) => append(draft(actor, what, 'done')),
    refused: (actor, what, outcome = 'refused') => refusals.add(draft(actor, what, outcome), monotonic()),
    own: (what, outcome = 'done') => append(draft(EVENKEEL, what, outcome)),
    change({ id, state, verdict, by }, shared) {
      if (states.get(id) === state) return
      states.set(id, state)
      if (shared || !OVER.includes(state)) return
      const detail = { state, asked: by, ...(verdict ? { verdict } : {}) }
      recorder.own({ what: 'change-ended', about: id, detail }, state === 'failed' ? 'failed' : 'done')
    },
    started(version, { reloaded } = { reloaded: false }) {
      const before = store.own.get<boolean>(RUNNING)
      const ended = before === null ? 'none' : before ? 'not stopped: it was killed, or the power failed' : 'stopped'
      if (!reloaded) recorder.own({ what: 'start', detail: { version, mode: config.mode, auth: config.auth.mode, before: ended } })
      // Explains a broken chain whose cause was a damaged disk.
      for (const repair of store.repairs().slice(0, REPAIRS_MAX)) recorder.own({ what: 'store-repaired', detail: { repair } })
      const known = store.own.get<Seen>(SEEN)
      const seen = seenOf(config.fingerprint, known?.salt ?? randomBytes(32).toString('base64url'))
      recorder.own({ what: 'configuration', detail: { sha256: config.fingerprint.file, ...changed(known?.keys, seen.keys) } })
      store.own.put(SEEN, seen)
      store.own.put(RUNNING, true)
    },
    tick() {
      refusals.tick(now(), monotonic())
      store.audit.retry(now())
      tellTrouble()
    },
    stopped({ reload } = { reload: false }) {
      refusals.close(now(), monotonic())
      if (!reload) recorder.own({ what: 'stop' })
      store.audit.retry(now())
      tellTrouble()
      store.own.put(RUNNING, false)
    },
  }
  return recorder
}

type Seen = { salt: string; keys: Record<string, string> }

/** Salted: a digest of a short secret in a copy of the store would be as good as the secret. */
function seenOf({ keys }: Fingerprint, salt: string): Seen {
  const salted = (digest: string) => createHmac('sha256', salt).update(digest).digest('hex')
  return { salt, keys: Object.fromEntries(Object.entries(keys).map(([key, digest]) => [key, salted(digest)])) }
}

function changed(before: Record<string, string> | undefined, now: Record<string, string>): Record<string, string> {
  if (!before) return { changed: 'this is the first that was seen' }
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((name) => before[name] !== now[name]).sort()
  return { changed: names.join(', ') || 'nothing' }
}
