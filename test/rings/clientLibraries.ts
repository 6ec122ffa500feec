import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RingNode, RingSpec } from '../../lib/model/ring.ts'
import { findProgram } from '../daemon.ts'

/** What a library answers: its version, and each key's node by position; null: none. */
export type Answer = { version: string; owners: (number | null)[] }

/** A client library of Debian or the npm registry whose rings are computed exactly. */
export type ClientLibrary = {
  name: string
  /** What it takes beside the library: an interpreter or a compiler. */
  program: string
  rings: RingSpec[]
  /**
   * Asks the library itself where each key goes. Throws where the library is not installed. Absent where neither Debian nor the npm registry
   * has it: then its answers were captured once, from a build of its source.
   */
  ask?(spec: RingSpec, keys: readonly string[]): Answer
}

/** Keys with tags of every sort, line feeds and characters of one to four bytes. */
const CLIENT_KEYS = [
  ...Array.from({ length: 500 }, (_, i) => `key:${i * 7919}`),
  ...Array.from({ length: 200 }, (_, i) => `ключ-${i * 104729}-é`),
  ...Array.from({ length: 100 }, (_, i) => `{user${i}}:a`),
  ...Array.from({ length: 50 }, (_, i) => `x{}${i}`),
  ...Array.from({ length: 50 }, (_, i) => `x{a${i}`),
  ...Array.from({ length: 50 }, (_, i) => `a\n{t${i}}b`),
  ...Array.from({ length: 50 }, (_, i) => `𝄞${i}é`),
]
/** memcached's own rule: no white space in a key. */
const withoutSpace = (key: string) => !/\s/.test(key)

const address = (i: number) => `10.0.0.${i + 1}:11211`
function ring(
  program: Pick<RingSpec, 'algorithm' | 'options'>,
  count: number,
  more: (i: number) => Partial<RingNode> = () => ({}),
): RingSpec {
  return { ...program, nodes: Array.from({ length: count }, (_, i) => ({ name: address(i), ...more(i) })) }
}
const weighed = (i: number) => ({ weight: 1 + ((i * 7) % 5) })
const firstDead =
  (count: number) =>
  (i: number): Partial<RingNode> =>
    i < count ? { state: 'down' } : {}
const sizes = (program: Pick<RingSpec, 'algorithm' | 'options'>) => [1, 3, 9].map((count) => ring(program, count))

const scriptOf = (name: string) => join(import.meta.dirname, 'clients', name)
const nodesOf = ({ nodes }: RingSpec) =>
  nodes.map((node) => ({ text: node.address ?? node.name, weight: node.weight, up: (node.state ?? 'up') === 'up' }))

function answered(command: readonly string[], question: object, env: NodeJS.ProcessEnv = process.env): Answer {
  const [program = '', ...rest] = command
  const output = execFileSync(program, rest, {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return JSON.parse(output) as Answer
}

/** By an interpreter and a script beside this file. */
const scripted =
  (command: readonly string[], more: (spec: RingSpec) => object = () => ({})) =>
  (spec: RingSpec, keys: readonly string[]): Answer =>
    answered(command, { nodes: nodesOf(spec), keys, ...more(spec) })

/** Debian's Python knows Debian's packages, another one may not. */
const python = (script: string) => ['/usr/bin/python3', scriptOf(script)]
const php = (script: string) => ['php', '-d', 'include_path=/usr/share/php', scriptOf(script)]

/** Compiles a Go program against Debian's sources once, and asks it. */
function go(script: string, more: (spec: RingSpec) => object = () => ({})) {
  return (spec: RingSpec, keys: readonly string[]): Answer => {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-go-'))
    const env = { ...process.env, GOPATH: '/usr/share/gocode', GO111MODULE: 'off', GOCACHE: join(tmpdir(), 'evenkeel-go-cache') }
    try {
      execFileSync('go', ['build', '-o', join(folder, 'ask'), scriptOf(script)], { env, stdio: 'ignore' })
      return answered([join(folder, 'ask')], { nodes: nodesOf(spec), keys, ...more(spec) })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

const JAR = '/usr/share/java/spymemcached.jar'
/** Java has no JSON of its own: nodes a line, keys between zero bytes. */
function spymemcached(locator: 'array' | 'ketama') {
  return (spec: RingSpec, keys: readonly string[]): Answer => {
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-java-'))
    try {
      execFileSync('javac', ['-cp', JAR, '-d', folder, scriptOf('AskSpymemcached.java')], { stdio: 'ignore' })
      const nodes = nodesOf(spec).map(({ text, weight, up }) => `${text} ${weight ?? '-'} ${up ? 'up' : 'down'}`)
      const input = [[locator, ...nodes].join('\n'), ...keys].join('\0')
      const output = execFileSync('java', ['-cp', `${JAR}:${folder}`, 'AskSpymemcached'], {
        input,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      const owners = output.trim().split('\n').map(Number)
      return { version: '2.12.3', owners: owners.map((owner) => (owner < 0 ? null : owner)) }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
}

const HASHES: Record<string, string> = {
  md5: 'MD5',
  crc32: 'CRC',
  fnv1_64: 'FNV1_64',
  fnv1a_64: 'FNV1A_64',
  fnv1_32: 'FNV1_32',
  fnv1a_32: 'FNV1A_32',
  murmur: 'MURMUR',
}
const halfWeighed = (i: number) => (i % 2 ? { weight: 30 + i } : {})
const ofClient = (
  algorithm: 'modulo' | 'ketama' | 'rendezvous',
  client: NonNullable<RingSpec['options']>['client'],
  more: object = {},
) => ({
  algorithm,
  options: { client, ...more },
})
const redisRb = (count: number): RingSpec => ({
  algorithm: 'redis-rb',
  options: { version: '4.8.0' },
  nodes: Array.from({ length: count }, (_, i) => ({ name: `r${i}`, address: `redis://10.0.0.${i}:6379/0` })),
})

/** `apt-get install ruby-dalli ruby-redis python3-pymemcache python3-memcache python3-uhashring php-cli php-memcached php-redis php-predis
 * golang-go golang-github-bradfitz-gomemcache-dev golang-github-golang-groupcache-dev libspymemcached-java default-jdk-headless` has all. */
export const CLIENT_LIBRARIES: ClientLibrary[] = [
  {
    name: 'dalli',
    program: 'ruby',
    rings: [...sizes({ algorithm: 'dalli' }), ring({ algorithm: 'dalli' }, 7, weighed), ring({ algorithm: 'dalli' }, 4, firstDead(3))],
    ask: scripted(['ruby', scriptOf('askDalli.rb')]),
  },
  { name: 'redis-rb', program: 'ruby', rings: [1, 3, 9].map(redisRb), ask: scripted(['ruby', scriptOf('askRedisRb.rb')]) },
  {
    name: 'pymemcache',
    program: '/usr/bin/python3',
    rings: [...sizes(ofClient('rendezvous', 'pymemcache')), ring(ofClient('rendezvous', 'pymemcache'), 5, firstDead(2))],
    ask: scripted(python('askPymemcache.py')),
  },
  {
    name: 'python-memcached',
    program: '/usr/bin/python3',
    rings: [
      ...sizes(ofClient('modulo', 'python-memcached', { version: '1.58' })),
      ring(ofClient('modulo', 'python-memcached', { version: '1.58' }), 5, (i) => ({ ...weighed(i), ...firstDead(2)(i) })),
    ],
    ask: scripted(python('askPythonMemcached.py')),
  },
  {
    name: 'uhashring',
    program: '/usr/bin/python3',
    rings: [
      ...sizes(ofClient('ketama', 'uhashring')),
      ring(ofClient('ketama', 'uhashring'), 5, (i) => ({ ...weighed(i), ...firstDead(2)(i) })),
    ],
    ask: scripted(python('askUhashring.py')),
  },
  {
    name: 'libmemcached-modula',
    program: 'php',
    rings: [...sizes({ algorithm: 'modulo' }), ...Object.keys(HASHES).map((hash) => ring(ofClient('modulo', 'libmemcached', { hash }), 7))],
    ask: scripted(php('askMemcached.php'), ({ options }) => (options?.hash ? { hash: HASHES[options.hash] } : {})),
  },
  {
    name: 'predis',
    program: 'php',
    rings: [
      ...sizes({ algorithm: 'predis' }),
      ring({ algorithm: 'predis' }, 7, halfWeighed),
      ...sizes(ofClient('ketama', 'predis')),
      ring(ofClient('ketama', 'predis'), 7, halfWeighed),
    ],
    ask: scripted(php('askPredis.php'), ({ algorithm }) => ({ ring: algorithm === 'ketama' ? 'ketama' : 'hash' })),
  },
  { name: 'phpredis', program: 'php', rings: sizes(ofClient('modulo', 'phpredis')), ask: scripted(php('askPhpredis.php')) },
  { name: 'gomemcache', program: 'go', rings: sizes(ofClient('modulo', 'gomemcache')), ask: go('askGomemcache.go') },
  { name: 'groupcache', program: 'go', rings: sizes({ algorithm: 'groupcache' }), ask: go('askGroupcache.go', () => ({ replicas: 50 })) },
  {
    name: 'spymemcached',
    program: 'java',
    rings: [...sizes(ofClient('modulo', 'spymemcached')), ring(ofClient('modulo', 'spymemcached'), 5, firstDead(2))],
    ask: spymemcached('array'),
  },
  {
    name: 'spymemcached-ketama',
    program: 'java',
    rings: [
      ...sizes(ofClient('ketama', 'spymemcached')),
      ring(ofClient('ketama', 'spymemcached'), 7, weighed),
      ring(ofClient('ketama', 'spymemcached'), 5, firstDead(4)),
    ],
    ask: spymemcached('ketama'),
  },
  {
    name: 'memjs',
    program: 'node',
    rings: [...sizes(ofClient('modulo', 'memjs')), ring(ofClient('modulo', 'memjs'), 5, firstDead(2))],
    ask: scripted([process.execPath, scriptOf('askMemjs.mjs')]),
  },
  {
    name: 'go-redis',
    program: 'go',
    rings: [...sizes(ofClient('rendezvous', 'go-redis')), ring(ofClient('rendezvous', 'go-redis'), 5, firstDead(2))],
  },
  {
    name: 'caddy',
    program: 'go',
    rings: [...sizes(ofClient('rendezvous', 'caddy')), ring(ofClient('rendezvous', 'caddy'), 5, firstDead(2))],
  },
  {
    name: 'traefik',
    program: 'go',
    rings: [3, 9].flatMap((count) => [
      ring(ofClient('rendezvous', 'traefik'), count),
      ring(ofClient('rendezvous', 'traefik'), count, (i) => ({ ...weighed(i), ...firstDead(1)(i) })),
    ]),
  },
  {
    name: 'dskit',
    program: 'go',
    rings: [1, 3, 12].map((count) => ({
      algorithm: 'jump',
      options: { client: 'dskit' },
      nodes: Array.from({ length: count }, (_, i) => ({ name: `memcached-${i}.cache:11211` })),
    })),
  },
]

const MEMCACHED_KEYS_ALONE = ['python-memcached', 'libmemcached-modula']
/** The keys that this library can be asked for. */
export const keysFor = ({ name }: Pick<ClientLibrary, 'name'>): string[] =>
  MEMCACHED_KEYS_ALONE.includes(name) ? CLIENT_KEYS.filter(withoutSpace) : CLIENT_KEYS

/** Whether this machine can ask the library; the program alone may be there without it. */
export function isInstalled(library: ClientLibrary): boolean {
  if (!library.ask) return false
  if (!library.program.startsWith('/') && findProgram(library.program) === null) return false
  try {
    library.ask(library.rings[0]!, ['key:1'])
    return true
  } catch {
    return false
  }
}

/** One library's answers as they are kept: a digit of base 36 a key, `-` for none. */
export type CapturedLibrary = { library: string; version: string; rings: { spec: RingSpec; owners: string }[] }

export const written = (owners: readonly (number | null)[]): string =>
  owners.map((owner) => (owner === null ? '-' : owner.toString(36))).join('')
