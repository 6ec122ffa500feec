import type { Visitor } from '../../auth/auth.ts'
import { AUDIT_MAX, type AuditKind } from '../../model/audit.ts'
import { ERROR_STATUS, EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'
import { type Actor, REFUSALS } from './recorder.ts'

/** What the audit log records of a call. */
export type Audited = {
  what: AuditKind
  /** The thing that it is done to, where that is not what its path names. */
  about?: (body: never) => string
  /** Names of the body's fields whose values are recorded. Never one that holds a secret. */
  body?: readonly string[]
  /** Names of the answer's fields whose values are recorded: what was made. Never one that holds a secret. */
  answer?: readonly string[]
}
/** Why a call that is no GET is not recorded; or what records it, and its refusals, instead. */
export type Unaudited = { none: string } | { elsewhere: string }

/** A call as far as it is known when it ends. */
export type Asked = {
  /** `POST tokens`, `GET /settings`. */
  operation: string
  audit?: Audited | Unaudited
  params?: Record<string, string>
  body?: unknown
}

/** Who a request comes from, for the audit log. */
function actorOf({ identity, from }: Pick<Visitor, 'identity' | 'from'>): Actor {
  if (!identity || identity.kind === 'anonymous') return { by: null, how: 'anonymous', from }
  return { by: identity.name, how: identity.kind === 'token' ? `token:${identity.id}` : 'person', from }
}

/** Records a call that was answered, if it is one that does something. */
export function recordDone(runtime: Runtime, visitor: Visitor, asked: Asked, status: number, answer: unknown): void {
  const { audit } = asked
  // A caller without an identity can change nothing here, and could fill the log.
  if (!audit || !('what' in audit) || visitor.person === null) return
  runtime.audit.done(actorOf(visitor), {
    what: audit.what,
    about: aboutOf(asked, audit),
    detail: { operation: asked.operation, status: String(status), ...picked(asked.body, audit.body), ...picked(answer, audit.answer) },
  })
}

/** Records a call that was refused, and one that would have done something and failed. */
export async function recordFailed(runtime: Runtime, request: { headers: Headers }, asked: Asked, error: unknown): Promise<void> {
  const code = error instanceof EvenkeelError ? error.code : 'internal'
  const isRefusal = REFUSALS.includes(code)
  // Once its input was read, who records it elsewhere has it.
  if (asked.audit && 'elsewhere' in asked.audit && asked.body !== undefined) return
  const audit = asked.audit && 'what' in asked.audit ? asked.audit : null
  if (!isRefusal && !audit) return
  const actor = actorOf(await runtime.auth.visitor(request))
  const reads = asked.operation.startsWith('GET ') || asked.operation.startsWith('HEAD ')
  const detail = {
    // Refused reads without a sign-in are counted as one kind, whatever they read: a page that was left open makes many.
    operation: reads && code === 'unauthenticated' ? 'reading' : asked.operation,
    status: String(ERROR_STATUS[code]),
    code,
    ...(isRefusal ? { because: (error as EvenkeelError).message } : {}),
    ...(audit ? picked(asked.body, audit.body) : {}),
  }
  const about = audit ? aboutOf(asked, audit) : Object.values(asked.params ?? {}).join('/')
  runtime.audit.refused(actor, { what: isRefusal ? 'refused' : audit!.what, about, detail }, isRefusal ? 'refused' : 'failed')
}

function aboutOf({ params = {}, body }: Asked, { about }: Audited): string {
  return about && body !== undefined ? about(body as never) : Object.values(params).join('/')
}

function picked(from: unknown, names: readonly string[] = []): Record<string, string> {
  if (from === null || typeof from !== 'object') return {}
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = (from as Record<string, unknown>)[name]
      if (value === undefined || value === null || value === '') return []
      return [[name, (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, AUDIT_MAX.value + 1)]]
    }),
  )
}
