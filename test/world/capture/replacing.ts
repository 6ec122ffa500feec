import { isIPv4, isIPv6 } from 'node:net'
import { hostNamesIn } from './hostNames.ts'
import { SECRET_PATTERNS } from './secretPatterns.ts'

const IPV4 = /(?<!\d)\d{1,3}([._-])\d{1,3}\1\d{1,3}\1\d{1,3}(?!\d)/g
const IPV6 = /(?<![\p{L}\d:])[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*(?:\d{1,3}(?:\.\d{1,3}){3})?(?![\p{L}\d:])/giu
const IDENTIFIER = /(?<![\da-z])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\da-z])/gi
const PATHS = /\/home\/[^\s/]+|^(?:executable|config_file):.+/gm
/** What every machine has. */
const EVERYBODYS = /^(?:127\.|0\.0\.0\.0$|255\.|::1?$)/
const PLAIN = /^\p{L}+$/u
/** Shorter ones are replaced where they stand, not wherever else such letters are. */
const SECRET_ANYWHERE = 4
/** Words that are a user's name or a kind of login, and mean something else elsewhere. */
const COMMON =
  /^(?:admin|administrator|user|root|default|operator|haproxy|redis|nginx|memcached|envoy|monitor|stats|guest|test|cache|password|basic|bearer)$/i
/** The value of a setting that has no secret. */
const EMPTY = /^(?:|null|none|nil|off|on|true|false|-|\*|"+|'+)$/i

/** One kind of names, each with its stand-in, the same wherever it comes again. */
class StandIns {
  private readonly given = new Map<string, string>()
  private readonly name: (number: number, original: string) => string
  constructor(name: (number: number, original: string) => string) {
    this.name = name
  }

  of(original: string): string {
    const known = this.given.get(original) ?? this.name(this.given.size + 1, original)
    this.given.set(original, known)
    return known
  }
  get originals(): string[] {
    return [...this.given.keys()].sort((a, b) => b.length - a.length)
  }
  get size(): number {
    return this.given.size
  }
}

/** Pseudonymisation of what a server and its files say: secrets, addresses, names of hosts and ids, the same everywhere, so that it reads the same. */
export class Replacing {
  private readonly secrets = new StandIns((number) => `hidden-${number}`)
  private readonly ipv4 = new StandIns((number) => `10.0.${number >> 8}.${number & 255}`)
  private readonly ipv6 = new StandIns((number) => `fd00::${number.toString(16)}`)
  private readonly hosts = new StandIns((number) => `host-${number}.example`)
  private readonly ids = new StandIns((number, id) => id.replace(/[^-]/g, '0').slice(0, -String(number).length) + number)

  /** Before anything is replaced: what is a secret or a host in one text is one in all of them. */
  learn(texts: readonly string[], known: { secrets?: readonly string[]; hosts?: readonly string[] } = {}): void {
    for (const secret of known.secrets ?? []) this.learnSecret(secret)
    for (const text of texts)
      for (const pattern of SECRET_PATTERNS) for (const match of text.matchAll(pattern)) this.learnSecret(unquoted(match[2]!))
    for (const host of [...(known.hosts ?? []), ...texts.flatMap(hostNamesIn)]) if (!isIPv4(host) && !isIPv6(host)) this.hosts.of(host)
  }

  apply(text: string): string {
    let replaced = text
    for (const pattern of SECRET_PATTERNS)
      replaced = replaced.replace(pattern, (_, before: string, value: string) => before + this.standIn(before, value))
    const secrets = this.secrets.originals.filter(
      (secret) => secret.length >= SECRET_ANYWHERE && !COMMON.test(secret) && !/^hidden-\d+$/.test(secret),
    )
    if (secrets.length > 0) replaced = replaced.replace(anyOf(secrets), (secret) => this.secrets.of(secret))
    replaced = this.withoutHosts(replaced)
    return replaced
      .replace(IDENTIFIER, (id) => this.ids.of(id.toLowerCase()))
      .replace(IPV6, (found) => (isIPv6(found) && !EVERYBODYS.test(found) ? this.ipv6.of(found.toLowerCase()) : found))
      .replace(IPV4, (found, sign: string) => {
        const address = found.replaceAll(sign, '.')
        return isIPv4(address) && !EVERYBODYS.test(address) ? this.ipv4.of(address).replaceAll('.', sign) : found
      })
      .replace(PATHS, (found) => (found.startsWith('/home/') ? '/home/user' : `${found.split(':', 1)[0]}:/path`))
  }

  /** What was replaced, for the person who looks the file through. */
  summary(): string[] {
    const kinds: [string, StandIns][] = [['secrets', this.secrets], ['IPv4 addresses', this.ipv4], ['IPv6 addresses', this.ipv6], ['names of hosts', this.hosts], ['ids', this.ids]] // biome-ignore format: a list
    return kinds.filter(([, { size }]) => size > 0).map(([kind, { size }]) => `${size} ${kind}`)
  }

  /** A plain word (`redis`, `web`) is a host's name only before a port, or where Redis names a node: elsewhere it means what it says. */
  private withoutHosts(text: string): string {
    const names = this.hosts.originals
    const known = (some: string[], after: string, before = '') =>
      some.length === 0 ? [] : [`${before}(?<![\\p{L}\\d_.-])(?:${anyOf(some).source})(?![\\p{L}\\d_-]|\\.[\\p{L}\\d])${after}`]
    const plain = names.filter((name) => PLAIN.test(name))
    const sources = [
      ...known(
        names.filter((name) => !PLAIN.test(name)),
        '',
      ),
      ...known(plain, '(?=:\\d)'),
      ...known(plain, '', '(?<=@\\d{1,5},|\\bip=|master_host:)'),
    ]
    return sources.length === 0 ? text : text.replace(new RegExp(sources.join('|'), 'gu'), (host) => this.hosts.of(host))
  }

  private learnSecret(text: string): void {
    if (EMPTY.test(text)) return
    this.secrets.of(text)
    // `user:password`, `PASSWORD&x=1`, several words: each of them is looked for elsewhere too.
    for (const part of text.split(/[\s"'\\:,&]+/))
      if (part !== text && part.length > SECRET_ANYWHERE && !COMMON.test(part)) this.secrets.of(part)
  }

  private standIn(before: string, value: string): string {
    const quote = /^["']/.exec(value)?.[0] ?? ''
    const bare = unquoted(value)
    if (EMPTY.test(bare)) return value
    if (before.startsWith('-----BEGIN')) return `\n${this.secrets.of(bare)}\n`
    const at = bare.indexOf(':')
    const login = /:\/\/$|auth\s+$/i.test(before) && at > 0
    return quote + (login ? `${this.secrets.of(bare.slice(0, at))}:${this.secrets.of(bare.slice(at + 1))}` : this.secrets.of(bare)) + quote
  }
}

const unquoted = (value: string): string => (/^(["'])[\s\S]*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value)
const anyOf = (words: readonly string[]) => new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')

/** Comments of a configuration file: prose that may tell anything. Lines stay where they are. */
export const withoutComments = (text: string): string =>
  text
    .replace(/^([ \t]*)#.*$/gm, '$1#')
    // Behind quotes that end, a comment may hold quotes itself.
    .replace(/^(?=[ \t]*[^\s#])((?:[^\s"'\\]|\\.|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[ \t]+(?!#|[ \t]))*)[ \t]+#.*$/gm, '$1')
    .replace(/(?<=\S)[ \t]+#[^"'\n]*$/gm, '')
