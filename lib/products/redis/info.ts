import { malformed } from '../../model/error.ts'
import { decimalOf, printable } from '../answers.ts'
import { BEGIN, type Fields, InfoFields, type Line, lineNamed, Pairs, WRAPPED } from './infoLines.ts'

/** INFO as Redis prints it, taken apart: plain fields, and the lines that hold `a=1,b=2`. */
export type Info = {
  /** What could not be read, as it stands there. The rest counts. */
  unread: string[]
  /** It tells of its databases: one that it does not name is empty. */
  tellsKeys: boolean
  fields: InfoFields
  /** `cmdstat_get` -> `get` -> its fields. */
  commands: Map<string, Fields>
  errors: Map<string, number>
  databases: Map<string, Fields>
  replicas: Fields[]
}
// A bound against forged answers: real servers know about 250 commands with their subcommands.
const COMMANDS_MAX = 600
const DATABASES_MAX = 64

/** Fields that rules need: a server that leaves one out is not judged by those rules, and the missing fields are reported. */
const USUAL = ['uptime_in_seconds', 'used_memory', 'keyspace_hits', 'keyspace_misses', 'evicted_keys']

/** Reads the answer of `INFO all`. Throws `malformed` for anything that is no INFO at all. */
export function readInfo(text: string): Info {
  const info = takenApart(text)
  assertInfo(info, text)
  return info
}

/** Throws `malformed` for anything that is no INFO at all. */
export function assertInfo(info: Info, text: string): void {
  if (!info.fields.has('redis_version') || !USUAL.some((name) => info.fields.has(name)))
    throw malformed(
      `INFO: redis_version${info.fields.has('redis_version') ? ` and ${USUAL.join(', ')}` : ''} is missing`,
      text.slice(0, 120),
    )
}

/** Whatever text it is: a line that is none is left out and counted: servers that speak Redis's protocol print what they have. */
export function takenApart(text: string): Info {
  const info: Info = {
    unread: [],
    tellsKeys: false,
    fields: new InfoFields(text),
    commands: new Map(),
    errors: new Map(),
    databases: new Map(),
    replicas: [],
  }
  let before = BEGIN
  let colon = -1
  for (let from = 0, next = 0; from < text.length; from = next) {
    const newline = indexOrEnd(text, '\n', from)
    next = newline + 1
    const usual = before.after
    const usualEnd = usual ? plainEnd(text, usual.name, from, newline) : -1
    if (usualEnd >= 0) {
      take(info, usual!, from + usual!.name.length + 1, usualEnd, text)
      before = usual!
      continue
    }
    const [start, end] = trimmed(text, from, newline)
    if (start === end) continue
    if (text.charCodeAt(start) === HASH) {
      info.tellsKeys ||= /^# *keyspace\b/i.test(text.slice(start, end))
      continue
    }
    // One beyond this line is the next one's: it is not looked for again.
    if (colon < start) colon = indexOrEnd(text, ':', start)
    if (colon === start || colon >= end) {
      info.unread.push(text.slice(start, end))
      continue
    }
    before = lineNamed(text.slice(start, colon), before)
    take(info, before, colon + 1, end, text)
  }
  info.tellsKeys ||= info.databases.size > 0
  return info
}

/** Takes in what a line says from there to its end. */
function take(info: Info, line: Line, from: number, end: number, text: string): void {
  const { kind, part } = line
  if (kind === 'field') info.fields.put(line, from, end)
  else if (kind === 'command') {
    if (info.commands.size < COMMANDS_MAX) info.commands.set(part, new Pairs(text.slice(from, end)))
  } else if (kind === 'error') {
    const count = decimalOf(new Pairs(text.slice(from, end)).get('count') ?? '')
    if (info.errors.size < DATABASES_MAX && count >= 0 && count < WRAPPED) info.errors.set(part, count)
  } else if (kind === 'database') {
    if (info.databases.size < DATABASES_MAX) info.databases.set(part, new Pairs(text.slice(from, end)))
  } else if (kind === 'replica' && info.replicas.length < DATABASES_MAX) info.replicas.push(new Pairs(text.slice(from, end)))
}

/** Where the text of a line ends that begins with this name and a colon, and has no blanks around it; -1: it is another line, or is to be trimmed. */
function plainEnd(text: string, name: string, from: number, newline: number): number {
  const colon = from + name.length
  if (colon >= newline || text.charCodeAt(colon) !== COLON || !text.startsWith(name, from)) return -1
  const end = text.charCodeAt(newline - 1) === CR ? newline - 1 : newline
  const last = text.charCodeAt(end - 1)
  return last > SPACE && last <= TILDE ? end : -1
}

const [CR, SPACE, HASH, COLON, TILDE] = Buffer.from('\r #:~') as unknown as [number, number, number, number, number]

function indexOrEnd(text: string, sign: string, from: number): number {
  const at = text.indexOf(sign, from)
  return at < 0 ? text.length : at
}

/** Where a line's text begins and ends, without the blanks around it. */
function trimmed(text: string, from: number, to: number): [start: number, end: number] {
  let [start, end] = [from, to]
  while (start < end && text.charCodeAt(start) <= SPACE) start++
  while (start < end && text.charCodeAt(end - 1) <= SPACE) end--
  if (start === end || (text.charCodeAt(start) <= TILDE && text.charCodeAt(end - 1) <= TILDE)) return [start, end]
  // There are blanks beyond ASCII.
  const line = text.slice(start, end)
  return [end - line.trimStart().length, start + line.trimEnd().length]
}

/** Where Redis itself writes -1 for "never yet" or "not now". */
const NONE_YET = new Set(['rdb_last_bgsave_time_sec', 'master_last_io_seconds_ago', 'slave_repl_offset', 'slave_read_repl_offset'])
/** Differences: below zero they are numbers too. */
const SIGNED = new Set(['mem_fragmentation_bytes', 'allocator_frag_bytes'])

/**
 * A number of an INFO, `within` a line of several values; undefined where there is none. What cannot be one costs itself alone and is noted in
 * `unread`: words, and below zero, as Dragonfly and managed servers say that they keep no such number.
 */
export function numberIn(info: Info, name: string, within?: { line: string; fields: Fields }): number | undefined {
  const fields = within?.fields ?? info.fields
  const digits = fields.digits(name)
  if (digits >= 0) return digits
  const text = fields.get(name)
  if (text === undefined || text === '') return undefined
  const value = decimalOf(text)
  if (Number.isFinite(value) && value < WRAPPED && (value >= 0 || SIGNED.has(name))) return value
  // Redis prints `nan` where it divided by zero.
  if (Number.isNaN(value) && /^-?(nan|inf)$/i.test(text)) return undefined
  if (value !== -1 || !NONE_YET.has(name)) info.unread.push(`${within ? `${within.line}:` : ''}${name}${within ? '=' : ':'}${text}`)
  return undefined
}

const SHOWN = 6

/** The parts of an INFO that could not be read or are absent, in a sentence; null: none. */
export function unreadOf({ unread, fields, tellsKeys }: Info): string | null {
  const absent = [...USUAL.filter((name) => !fields.has(name)), ...(tellsKeys ? [] : ['the number of its keys'])]
  const words = unread.slice(0, SHOWN).map((one) => printable(one.slice(0, 60)))
  return (
    [
      unread.length > 0 &&
        `${unread.length} of its values cannot be numbers or cannot be read, and are left out: ${words.join(', ')}${unread.length > SHOWN ? ', …' : ''}`,
      absent.length > 0 && `this server does not report ${absent.join(', ')}: rules that need it are not judged`,
    ]
      .filter((part) => part !== false)
      .join('; ') || null
  )
}

/** `7.0.15`, or `Valkey 8.1.0` where the server says that it is one. */
export function versionOf(info: Info): string {
  const valkey = info.fields.get('valkey_version')
  return (valkey ? `Valkey ${valkey}` : (info.fields.get('redis_version') ?? '')).slice(0, 60)
}

/** One field straight from the text, without taking all of it apart. */
export function infoField(text: string, name: string): string | undefined {
  const at = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`) + 1
  if (at === 0 && !text.startsWith(`${name}:`)) return undefined
  const from = at + name.length + 1
  const end = text.indexOf('\n', from)
  return text.slice(from, end < 0 ? undefined : end).replace(/\r$/, '')
}
