import { malformed } from '../../model/error.ts'

/** INFO as Redis prints it, taken apart: plain fields, and the lines that hold `a=1,b=2`. */
export type Info = {
  fields: Map<string, string>
  /** `cmdstat_get` -> `get` -> its fields. */
  commands: Map<string, Map<string, string>>
  errors: Map<string, number>
  databases: Map<string, Map<string, string>>
  replicas: Map<string, string>[]
}

// A server with more has been told to invent them: real ones know about 250 commands with their subcommands.
const COMMANDS_MAX = 600
const DATABASES_MAX = 64

/** Reads the answer of `INFO all`. Throws `malformed` for anything that does not begin like one. */
export function readInfo(text: string): Info {
  const info: Info = { fields: new Map(), commands: new Map(), errors: new Map(), databases: new Map(), replicas: [] }
  for (const line of text.split('\n')) {
    const row = line.endsWith('\r') ? line.slice(0, -1) : line
    if (row === '' || row.startsWith('#')) continue
    const colon = row.indexOf(':')
    if (colon <= 0) throw malformed('INFO: a line is to be NAME:VALUE', row)
    const name = row.slice(0, colon)
    const value = row.slice(colon + 1)
    if (name.startsWith('cmdstat_')) {
      if (info.commands.size < COMMANDS_MAX) info.commands.set(name.slice('cmdstat_'.length), pairs(value))
    } else if (name.startsWith('errorstat_')) {
      const count = Number(pairs(value).get('count'))
      if (info.errors.size < DATABASES_MAX && Number.isFinite(count)) info.errors.set(name.slice('errorstat_'.length), count)
    } else if (/^db\d+$/.test(name)) {
      if (info.databases.size < DATABASES_MAX) info.databases.set(name, pairs(value))
    } else if (/^slave\d+$/.test(name)) {
      if (info.replicas.length < DATABASES_MAX) info.replicas.push(pairs(value))
    } else if (!name.startsWith('latency_percentiles_')) info.fields.set(name, value)
  }
  for (const name of ['redis_version', 'uptime_in_seconds', 'used_memory', 'keyspace_hits', 'keyspace_misses', 'evicted_keys'])
    if (!info.fields.has(name)) throw malformed(`INFO: ${name} is missing`, text.slice(0, 120))
  return info
}

function pairs(value: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const part of value.split(',')) {
    const equals = part.indexOf('=')
    if (equals > 0) found.set(part.slice(0, equals), part.slice(equals + 1))
  }
  return found
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
