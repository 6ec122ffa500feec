import { EvenkeelError } from '../../model/error.ts'
import type { SavingFailure } from '../../model/store.ts'

type Words = Pick<SavingFailure, 'reason' | 'because' | 'mend'>

const NO_RESTART = 'nothing needs a restart'
const UNREACHABLE: Words = {
  reason: 'unreachable',
  because: 'the database that `state` names cannot be reached',
  mend: `See that it runs, and that its address is the one in \`state\`; ${NO_RESTART}.`,
}
const SILENT: Words = {
  reason: 'unreachable',
  because: 'the database that `state` names does not answer',
  mend: `See that it runs, and what is between it and here (a firewall, a proxy); ${NO_RESTART}.`,
}
const REFUSED: Words = {
  reason: 'refused',
  because: 'the database that `state` names refuses the user or the password',
  mend: 'Set user and password in `state` to ones that it takes, then start again.',
}

const UNTRUSTED: Words = {
  reason: 'refused',
  because: 'the certificate of the database that `state` names is not trusted',
  mend: 'Add `sslrootcert=/path/ca.pem` to `state`, and name the host as in the certificate, then start again.',
}

/** By SQLSTATE, the longest beginning first; then by the code of the system. */
const WORDS: [begins: string, words: Words][] = [
  ['28', REFUSED],
  [
    '3D000',
    {
      reason: 'refused',
      because: 'there is no database of the name that stands in `state`',
      mend: 'Create it (`createdb evenkeel`), or name one that is there.',
    },
  ],
  [
    '42501',
    {
      reason: 'refused',
      because: 'the user in `state` has no right to write in that database',
      mend: 'Make the user its owner, or grant it `CREATE` on the database and all on the schema `evenkeel`.',
    },
  ],
  [
    '53300',
    {
      reason: 'unreachable',
      because: 'the database that `state` names has no connection left',
      mend: `Raise its \`max_connections\`, or close other connections: each replica takes up to five; ${NO_RESTART}.`,
    },
  ],
  ['53100', { reason: 'full', because: 'the disk of the database is full', mend: `Free some of it; ${NO_RESTART}.` }],
  [
    '25006',
    {
      reason: 'read_only',
      because: 'the database that `state` names takes no writes: it is a standby, or was set read-only',
      mend: `Name the primary in \`state\`; where it becomes the primary by itself, ${NO_RESTART}.`,
    },
  ],
  [
    '57P',
    { reason: 'unreachable', because: 'the database that `state` names is being stopped or started', mend: `Wait for it; ${NO_RESTART}.` },
  ],
  ['57014', SILENT],
  ['08', UNREACHABLE],
  ['ETIMEDOUT', SILENT],
  ['ERR_TLS', UNTRUSTED],
  ['SELF_SIGNED', UNTRUSTED],
  ['DEPTH_ZERO', UNTRUSTED],
  ['UNABLE_TO', UNTRUSTED],
  ['CERT_', UNTRUSTED],
  ['E', UNREACHABLE],
]

/** What an error of the driver says about the database, in words without address, user and password. */
export function wordsOf(error: unknown): Words {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const text = String(message)
  if (/timeout/i.test(text)) return SILENT
  if (/terminated|closed/i.test(text)) return UNREACHABLE
  if (/password|SASL|SCRAM/.test(text)) return REFUSED
  const found = typeof code === 'string' ? WORDS.find(([begins]) => code.startsWith(begins)) : undefined
  return (
    found?.[1] ?? {
      reason: 'other',
      because: 'the database that `state` names takes no writes',
      mend: 'The log says what it answered.',
    }
  )
}

export const failureOf = (error: unknown, since: number): SavingFailure => ({ since, ...wordsOf(error) })

/** The refusal of a start, or of a command, that cannot do without the database. */
export function unusableState(error: unknown, name: string): EvenkeelError {
  const { because, mend } = wordsOf(error)
  const code = (error as { code?: unknown } | null)?.code
  return new EvenkeelError('unavailable', `state (${name}): ${because}${typeof code === 'string' ? ` (${code})` : ''}. ${mend}`, {
    cause: error,
  })
}
