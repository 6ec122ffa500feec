import { basename } from 'node:path'
import { printable } from '../answers.ts'
import { isWithoutMeaning } from './keywords.ts'
import { afterRetryStatement, RETRY_STATEMENTS, type RetrySettings } from './retries.ts'
import { type Parameters, PLAIN_SERVER, parametersOf } from './serverParameters.ts'
import type { Word } from './words.ts'

/** A statement that is not understood or not certain: what it touches, and a sentence. */
export type Unclear = { of: string; touches: 'shares' | 'ring' | 'file'; text: string }

/** What a section says of its balancing, its servers aside. */
export type Settings = {
  mode: string
  /** The algorithm with its arguments: `roundrobin`, `uri depth 2`, `hdr(Host)`; absent: HAProxy's default, which hangs on its version. */
  balance?: string
  /** The words of `hash-type`; absent: HAProxy's default, map-based. */
  hashType?: string[]
  hashBalanceFactor?: number
  /** `hash-preserve-affinity` of 3.2: full servers may hand on what is theirs. */
  hashPreserveAffinity?: string
  /** Why shares do not follow the algorithm alone: `cookie SRV`, `stick on src`, by statement. */
  sticky: ReadonlyMap<string, string>
  /** `option allbackups`: all of them serve when no other server is left, not the first alone. */
  allBackups?: boolean
  /** Which saved state a reload reads. */
  loadState: 'none' | 'global' | 'local'
  stateFileName?: string
  defaultServer: Parameters
  retry: RetrySettings
  /** By statement; a later one of the same kind that is certain takes its place. */
  unclear: ReadonlyMap<string, Unclear>
}

export const PLAIN: Settings = {
  mode: 'tcp',
  sticky: new Map(),
  loadState: 'none',
  defaultServer: PLAIN_SERVER,
  retry: {},
  unclear: new Map(),
}

/** Where a line stands, and whether it is read for certain. */
export type Line = { raw: string; at: { file: string; line: number }; conditional: boolean }

type Meaning = {
  touches: Unclear['touches']
  /** False: this form of the statement has no meaning here. */
  matters?(args: readonly string[]): boolean
  /** What is known from it; without one it is never understood. */
  take?(args: readonly string[], on: boolean, settings: Settings): Partial<Settings>
}

/** Users are kept where they were, by a statement with so many of its arguments. */
const sticks = (statement: string, shown: number): Meaning => ({
  touches: 'shares',
  take(args, on, settings) {
    const sticky = new Map(settings.sticky)
    sticky.delete(statement)
    return { sticky: on ? sticky.set(statement, [statement, ...args.slice(0, shown)].join(' ')) : sticky }
  },
})

/** Statements from which shares, rings or what lasts follow. */
const MEANINGS: Record<string, Meaning> = {
  balance: { touches: 'shares', take: (args) => ({ balance: args.join(' ') }) },
  'hash-type': { touches: 'ring', take: (args) => ({ hashType: [...args] }) },
  'hash-balance-factor': { touches: 'ring', take: ([factor]) => ({ hashBalanceFactor: Number(factor) || 0 }) },
  'hash-preserve-affinity': { touches: 'ring', take: ([when]) => ({ hashPreserveAffinity: when }) },
  cookie: sticks('cookie', 1),
  appsession: sticks('appsession', 1),
  persist: sticks('persist', 1),
  stick: { ...sticks('stick', 2), matters: ([what]) => what === 'on' || what === 'match' },
  'option prefer-last-server': sticks('option prefer-last-server', 0),
  'option allbackups': { touches: 'shares', take: (_, on) => ({ allBackups: on }) },
  'load-server-state-from-file': {
    touches: 'file',
    take: ([which]) => ({ loadState: which === 'global' || which === 'local' ? which : 'none' }),
  },
  'server-state-file-name': { touches: 'file', take: ([name]) => (name === 'use-backend-name' ? {} : { stateFileName: name }) },
  mode: { touches: 'file', take: ([mode = 'tcp']) => ({ mode }) },
  // These choose the server past the algorithm.
  'use-server': { touches: 'shares' },
  dispatch: { touches: 'shares' },
  transparent: { touches: 'shares' },
  'option transparent': { touches: 'shares' },
  'option http_proxy': { touches: 'shares' },
}

/** What a section's settings are after one more of its statements, `server` and `server-template` aside. */
export function afterStatement(settings: Settings, words: readonly Word[], line: Line): Settings {
  const on = words[0]!.text !== 'no' && words[0]!.text !== 'default'
  const [keyword, ...args] = words.slice(on ? 0 : 1).map(({ text }) => text)
  if (keyword === undefined) return settings
  const option = keyword === 'option' ? args.shift() : undefined
  const statement = option === undefined ? keyword : `option ${option}`
  const doubt = doubtOf(words, line)
  if (statement === 'default-server') return afterDefaultServer(settings, words, line)
  if (RETRY_STATEMENTS.has(statement)) return { ...settings, retry: afterRetryStatement(settings.retry, statement, args, on, doubt) }
  const meaning = MEANINGS[statement]
  if (!meaning && isWithoutMeaning(statement)) return settings
  if (!meaning)
    return withUnclear(settings, { of: statement, touches: 'shares', text: `\`${shown(statement)}\` is not known here${placeOf(line)}` })
  if (meaning.matters?.(args) === false) return settings
  const { touches, take } = meaning
  if (!take) {
    if (!on) return settings
    const what = statement === 'use-server' ? `use-server ${shown(args[0] ?? '')}` : statement
    return withUnclear(settings, { of: statement, touches, text: `\`${what}\` chooses the server past the algorithm${placeOf(line)}` })
  }
  if (doubt) return withUnclear(settings, { of: statement, touches, text: `\`${statement}\` ${doubt}` })
  const unclear = new Map(settings.unclear)
  unclear.delete(statement)
  return { ...settings, ...take(args, on, settings), unclear }
}

function afterDefaultServer(settings: Settings, words: readonly Word[], line: Line): Settings {
  const now = { ...settings, defaultServer: parametersOf(settings.defaultServer, words, 1, !line.conditional) }
  // A variable in it concerns the parameter alone whose value it is: `check inter "$INTER"` leaves nothing in doubt.
  const doubt = line.conditional ? doubtOf(words, line) : null
  return doubt ? withUnclear(now, { of: 'default-server', touches: 'file', text: `\`default-server\` ${doubt}` }) : now
}

/** Why what a line says is not certain. */
export function doubtOf(words: readonly Word[], line: Line): string | null {
  if (line.conditional) return `stands between \`.if\` and \`.endif\`${placeOf(line)}: whether it holds is not known`
  if (words.some(({ open }) => open)) return `has an environment variable in it${placeOf(line)}, whose value is not known`
  return null
}

/** Beyond so many one more says nothing: statements that are known are fewer, so that the shares are uncertain by then. */
const UNCLEAR_MAX = 50

export const withUnclear = (settings: Settings, unclear: Unclear): Settings =>
  settings.unclear.size >= UNCLEAR_MAX && !settings.unclear.has(unclear.of)
    ? settings
    : { ...settings, unclear: new Map(settings.unclear).set(unclear.of, unclear) }

const placeOf = ({ at }: Line) => ` (${basename(at.file)}:${at.line})`
const shown = (text: string) => printable(text.slice(0, 60))
