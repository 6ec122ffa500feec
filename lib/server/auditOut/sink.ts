import type { AuditEntry } from '../../model/audit.ts'

/** A receiver of the audit log. Every call is bounded in time, and its error is a sentence without secrets. */
export interface Sink {
  readonly name: 'file' | 'syslog'
  /** How long after it was taken an entry counts as delivered: over a connection that nobody acknowledges it may be lost until then. */
  readonly settlesMs: number
  /** The newest entry that it surely has already; null where that cannot be asked. */
  has?(): Promise<{ seq: number; hash: string } | null>
  /** Resolves when the entries are taken. */
  take(entries: readonly AuditEntry[]): Promise<void>
  /** Whether what was taken may still arrive: false when its connection has ended since. */
  holds(): boolean
  close(): void
}

/** The reason of a failure by its code: messages may hold more. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown }
  return typeof code === 'string' && /^\w+$/.test(code) ? code : error instanceof SinkError ? String(message) : 'it failed'
}
export class SinkError extends Error {}

/** The work, or an error after so long. */
export async function within<T>(ms: number, work: Promise<T>, late: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new SinkError(late)), ms)
        timer.unref()
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
