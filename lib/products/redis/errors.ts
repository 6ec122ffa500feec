import { EvenkeelError } from '../../model/error.ts'
import { tlsWords } from '../tls.ts'

/** The end of a longer one adds nothing. */
const TEXT_MAX = 1_000
const text = (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, TEXT_MAX)

/** Commands that are hidden, renamed, forbidden to this user or switched off: the feature is not available here, and says why. */
const BLOCKED: [RegExp, string][] = [
  [/\bNOPERM\b/, 'the user of this connection may not run it (NOPERM)'],
  [/unknown (sub)?command|unknown or disabled command|ERR unknown/i, 'this server hides the command or does not know it'],
  [/not allowed|is disabled|disabled by|not supported|unsupported|forbidden/i, 'this server refuses the command'],
]

/** A reason that this error means "not available here", or null when it is an outage. */
export function unavailableBecause(error: unknown): string | null {
  const found = text(error)
  return BLOCKED.find(([pattern]) => pattern.test(found))?.[1] ?? null
}

export const CLOSED = 'it closed the connection'

const WORDS: [RegExp, string | ((address: string) => string)][] = [
  [/\bNOAUTH\b|Authentication required/i, 'it demands a password and none is configured'],
  [/\bWRONGPASS\b|invalid (username-)?password|invalid password/i, 'it refuses the password or the user name'],
  [/AUTH.*without any password configured|no password is set/i, 'a password is configured here, but the server has none'],
  [/\bDENIED\b|protected mode/i, 'it is in protected mode and takes connections from its own machine only'],
  [/max number of clients/i, 'it is at its limit of connections (maxclients)'],
  [/ECONNREFUSED/, (address) => `nothing listens at ${address}`],
  [/ENOENT/, (address) => `there is no socket at ${address}`],
  [/EACCES|EPERM/, (address) => `Evenkeel's user may not open ${address}`],
  [/ENOTFOUND|EAI_AGAIN/, (address) => `the host name in ${address} does not resolve`],
  [/EHOSTUNREACH|ENETUNREACH/, (address) => `there is no route to ${address}`],
  [/ETIMEDOUT/, (address) => `no connection to ${address} in time`],
  [/ECONNRESET|EPIPE|Connection is closed|isn't writeable|socket hang up/i, CLOSED],
  [/Protocol error/i, (address) => `what answers at ${address} does not speak Redis's protocol`],
  ...tlsWords('URL', 'its URL begins with redis://'),
]

/** How much of what a stranger says is looked at and shown. */
export const FIRST_BYTES = 16
/** The first byte of a reply of RESP2 or RESP3. */
const REPLY_TYPES = new Set(Buffer.from('+-:$*_#,(!=%~>|'))
/** A record of TLS that says what went wrong: type 21, version 3.x. */
const isTlsAlert = ([type, version]: Uint8Array) => type === 0x15 && version === 3

/** What the first bytes of a connection say of who answers: `silent` is nobody, or TLS, which closes without a word or with an alert. Pure. */
export const speakerOf = (first: Uint8Array | null): 'silent' | 'redis' | 'stranger' => {
  if (first === null || first.length === 0 || isTlsAlert(first)) return 'silent'
  return REPLY_TYPES.has(first[0]!) ? 'redis' : 'stranger'
}

/** That what answers is not Redis, with the bytes that say so. Pure. */
export const strangerWords = (address: string, first: Uint8Array): string =>
  `what answers at ${address} is not Redis: it began with "${[...first.subarray(0, FIRST_BYTES)].map(shown).join('')}"`

const shown = (byte: number) =>
  byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`

/** A server that does not know AUTH quotes what stood behind it. */
export const unquoted = (answer: string): string => answer.split(/,? with args beginning with/, 1)[0]!

/** An outage in words without secrets. A server's own error on one command keeps its text: it names what is missing. */
export function unreachable(error: unknown, address: string): EvenkeelError {
  if (error instanceof EvenkeelError) return error
  const found = text(error)
  const words = WORDS.find(([pattern]) => pattern.test(found))?.[1]
  const detail = typeof words === 'function' ? words(address) : (words ?? unquoted(found).slice(0, 200))
  // The server's own error text is dropped: it may quote a value, and the library attaches the command to it.
  return new EvenkeelError('unreachable', detail, (error as { code?: unknown }).code === undefined ? {} : { cause: error })
}
