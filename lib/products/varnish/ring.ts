import type { RingNode, RingSpec } from '../../model/ring.ts'
import { SHARD_REPLICAS } from '../../rings/algorithms/varnish.ts'
import { printable } from '../answers.ts'
import type { Member } from './backendList.ts'
import { type Argument, argumentIn, type Call, onlyWord, type Vcl, wordsText } from './vcl.ts'

/** What the VCL says of a director that hashes: its ring and members, or why none is certain; what it hashes, in words. */
export type Hashing = { ring?: RingSpec; members?: Member[]; because?: string; algorithm: string }

/** The directors of a VCL that hash. What it does that cannot be read makes no ring, and says why. */
export function hashingOf(vcl: Vcl, version: string | undefined): Map<string, Hashing> {
  const found = new Map<string, Hashing>()
  for (const [name, kind] of vcl.objects) {
    const calls = vcl.calls.filter(({ object }) => object === name)
    const type = kind.split('.').at(-1)
    if (type !== 'shard' && type !== 'hash') continue
    try {
      found.set(printable(name), type === 'shard' ? shardOf(vcl, calls) : hashOf(calls, version))
    } catch (error) {
      if (!(error instanceof Uncertain)) throw error
      found.set(printable(name), { algorithm: type, because: error.message })
    }
  }
  return found
}

/** Something of the VCL that decides where keys go, and is not read. */
class Uncertain extends Error {}
const uncertain = (because: string): never => {
  throw new Uncertain(because)
}

const INIT = 'vcl_init'
const CHANGES = ['add_backend', 'remove_backend', 'clear', 'reconfigure', 'set_warmup', 'associate']

/** The calls that make up the director, once it is certain that they are all made, once, at the start. */
function made(calls: readonly Call[]): Call[] {
  const changes = calls.filter(({ method }) => CHANGES.includes(method))
  for (const { method, sub, sometimes } of changes) {
    if (sub !== INIT) uncertain(`its ${method} is called in ${sub || 'no sub'}: it changes while it runs`)
    if (sometimes) uncertain(`its ${method} stands within an if`)
    if (method === 'remove_backend' || method === 'clear') uncertain(`it calls ${method}, which is not followed here`)
    if (method === 'associate') uncertain('its parameters come from a shard_param object')
  }
  return changes
}

const numberIn = (args: readonly Argument[], name: string, place: number, usual: number): number => {
  const words = argumentIn(args, name, place)
  if (words === undefined) return usual
  const text = onlyWord(words)?.text ?? ''
  return /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : uncertain(`its ${name} is ${wordsText(words)}, which is not a plain number`)
}

/** The member that a call adds: a backend, or another director by its `.backend()`. */
function addedBy({ args }: Call): string {
  const words = argumentIn(args, 'backend', 0) ?? argumentIn(args, 'be', 0) ?? []
  const [name, method] = (words[0]?.text ?? '').split('.')
  if (!name || (words.length > 1 && method !== 'backend')) uncertain(`a member of it is ${wordsText(words)}`)
  return name!
}

type Added = { name: string; ident?: string; weight: number; points: number }

function shardOf(vcl: Vcl, calls: readonly Call[]): Hashing {
  const added: Added[] = []
  let waiting: Omit<Added, 'points'>[] = []
  const reconfigured = (replicas: number) => {
    for (const one of waiting) {
      // One whose name is there already is left out, as Varnish leaves it out.
      if (!added.some((other) => (other.ident ?? other.name) === (one.ident ?? one.name)))
        added.push({ ...one, points: Math.trunc(replicas * one.weight) })
    }
    waiting = []
  }
  for (const call of made(calls)) {
    const { method, args } = call
    if (method === 'set_warmup' && numberIn(args, 'probability', 0, 0) > 0)
      uncertain('set_warmup gives a part of its requests to the next backend')
    if (method === 'reconfigure') reconfigured(numberIn(args, 'replicas', 0, SHARD_REPLICAS))
    if (method !== 'add_backend') continue
    const ident = argumentIn(args, 'ident', 1)
    if (ident && onlyWord(ident)?.is !== 'string') uncertain(`an ident of it is ${wordsText(ident)}`)
    const weight = numberIn(args, 'weight', 3, 1)
    const text = ident?.[0]?.text
    // A weight below 1 is not taken.
    waiting.push({ name: addedBy(call), ...(text ? { ident: text } : {}), weight: weight >= 1 ? weight : 1 })
  }
  reconfigured(SHARD_REPLICAS)
  if (added.length === 0) uncertain('its VCL adds no backend to it')
  const twice = added.find(({ name }, at) => added.findIndex((other) => other.name === name) < at)
  if (twice) uncertain(`${twice.name} stands in it several times, with idents of its own`)
  const { input, words } = keyOf(vcl, calls)
  const replicas = added[0]!.points / added[0]!.weight
  const plain = Number.isInteger(replicas) && added.every(({ weight, points }) => Number.isInteger(weight) && points === replicas * weight)
  // Of weights that are no whole numbers, or of several calls of reconfigure, the points themselves are the weights.
  const weightOf = ({ weight, points }: Added) => (plain ? weight : points)
  const nodes = added.map(
    (one): RingNode => ({ name: printable(one.name), ...(one.ident ? { label: one.ident } : {}), weight: weightOf(one) }),
  )
  return {
    algorithm: `shard by ${words}`,
    members: added.map((one) => ({ name: printable(one.name), weight: weightOf(one) })),
    ring: { algorithm: 'varnish-shard', nodes, options: { replicas: plain ? replicas : 1, ...(input === 'text' ? {} : { input }) } },
  }
}

type Key = { input: 'text' | 'digest' | 'blob' | 'number'; words: string }

/** Names of the parameters of `.backend()`, in their order. */
const PARAMETERS = ['by', 'key', 'key_blob', 'alt', 'warmup', 'rampup', 'healthy', 'param', 'resolve']
const CLIENT = /^vcl_(recv|hash|hit|miss|pass|purge|deliver|synth)$/
const BACKEND = /^vcl_(backend_\w+|pipe|init)$/

/** What a request is hashed by: all calls of `.backend()` are to agree in it. */
function keyOf(vcl: Vcl, calls: readonly Call[]): Key {
  const keys = calls.filter(({ method }) => method === 'backend').map((call) => keyBy(vcl, call))
  const [first, ...others] = keys
  if (!first) return uncertain('its VCL asks it for no backend')
  return others.find(({ input }) => input !== first.input) ? uncertain('its VCL asks it by different keys') : first
}

function keyBy(vcl: Vcl, { args, sub }: Call): Key {
  const given = (name: string) => argumentIn(args, name, PARAMETERS.indexOf(name))
  const word = (name: string, usual: string) => {
    const words = given(name)
    return words === undefined ? usual : (onlyWord(words)?.text ?? wordsText(words))
  }
  if (given('param')) uncertain('its parameters come from a shard_param object')
  if (Number(word('alt', '0')) !== 0) uncertain(`alt is ${word('alt', '0')}: another backend than the first of a key takes it`)
  if (word('healthy', 'CHOSEN') !== 'CHOSEN') uncertain(`healthy is ${word('healthy', '')}: sick backends may be chosen`)
  if (!['0', '0.0', '-1'].includes(word('warmup', '-1').replaceAll(' ', '')))
    uncertain('warmup gives a part of its requests to the next backend')
  const by = word('by', 'HASH')
  if (by === 'URL') return { input: 'text', words: 'URL' }
  if (by === 'KEY') return byKey(given('key') ?? [], vcl)
  if (by === 'BLOB') {
    const blob = wordsText(given('key_blob') ?? [])
    return /^(be)?req\.hash$/.test(blob) ? byDigest(vcl) : { input: 'blob', words: `blob ${blob}` }
  }
  if (by !== 'HASH') return uncertain(`by is ${by}, which is not known here`)
  // Before the hash is made it is the URL's, and in vcl_recv it is asked at once.
  if (word('resolve', 'NOW') === 'LAZY' || BACKEND.test(sub)) return byDigest(vcl)
  return CLIENT.test(sub)
    ? { input: 'text', words: 'URL' }
    : uncertain(`it is asked by HASH in ${sub || 'no sub'}: whether that is URL or hash is not known`)
}

/** `key=sh.key(req.http.cookie)` hashes a text; anything else is a number. */
function byKey(words: readonly { text: string }[], { objects }: Vcl): Key {
  const [object = '', method] = (words[0]?.text ?? '').split('.')
  const text = wordsText(words as never)
  if (method === 'key' && objects.get(object)?.endsWith('.shard'))
    return { input: 'text', words: text.slice(`${object}.key(`.length, -1) || text }
  return { input: 'number', words: `number ${text}` }
}

function byDigest({ subs }: Vcl): Key {
  if (subs.has('vcl_hash')) uncertain('it goes by the hash of vcl_hash, which this VCL writes itself')
  return { input: 'digest', words: 'hash of URL and host' }
}

function hashOf(calls: readonly Call[], version: string | undefined): Hashing {
  const added = made(calls)
    .filter(({ method }) => method === 'add_backend')
    .map((call) => ({ name: printable(addedBy(call)), weight: numberIn(call.args, 'weight', 1, 1) }))
  if (added.length === 0) uncertain('its VCL adds no backend to it')
  const twice = added.find(({ name }, at) => added.findIndex((other) => other.name === name) < at)
  if (twice) uncertain(`${twice.name} stands in it twice`)
  const texts = new Set(calls.filter(({ method }) => method === 'backend').flatMap(({ args }) => (args[0] ? wordsText(args[0].words) : [])))
  const weights = wholeNumbers(added.map(({ weight }) => weight))
  const members = added.map(({ name }, i) => ({ name, weight: weights[i]! }))
  return {
    algorithm: `hash of ${[...texts].join(' or ') || 'a text'}`,
    members,
    ring: { algorithm: 'varnish-hash', nodes: members.map((one) => ({ ...one })), ...(version ? { options: { version } } : {}) },
  }
}

/** The same ratios in whole numbers: 1.5 and 3 are 1 and 2. */
function wholeNumbers(weights: readonly number[]): number[] {
  const whole = weights.map((weight) => Math.round(weight * 1e6))
  const common = whole.reduce((a, b) => {
    let [x, y] = [a, b]
    while (y) [x, y] = [y, x % y]
    return x
  }, 0)
  return common === 0 ? [...weights] : whole.map((weight) => weight / common)
}
