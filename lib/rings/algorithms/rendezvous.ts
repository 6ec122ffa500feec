import type { RingNode, RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, type Placed, weightOf } from '../algorithm.ts'
import type { RENDEZVOUS_CLIENTS } from '../choices.ts'
import { withUsualPort } from '../clientNames.ts'
import { bytesOf, compareBytes, utf8 } from '../hashes/bytes.ts'
import { fnv1a32, fnv1a64 } from '../hashes/fnv.ts'
import { beforeKey, withoutPrefix } from '../hashes/joined.ts'
import { murmur3 } from '../hashes/murmur3.ts'
import { foldRight, multiply, numberOf, type Wide, wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { taggedPart } from '../hashTag.ts'
import { firstRefusal, refusesWeights } from '../refusals.ts'
import type { Rendezvous } from '../rendezvousSpace.ts'
import type { Table } from '../table.ts'
import { releaseOf } from '../version.ts'
import { envoyKeyHash, envoyKeyNumber } from './envoy.ts'

type Client = (typeof RENDEZVOUS_CLIENTS)[number]
const clientOf = (spec: RingSpec) => spec.options!.client as Client
const WEIGHED: readonly Client[] = ['traefik', 'envoy']
/** Keys over which shares are counted where the hash spreads so unevenly that weights say nothing: `0` … `65535`. */
export const COUNTED_KEYS = 65_536

/** The first of the nodes that draws the greatest number; `better` compares two draws. */
function greatest<T>(nodes: readonly { index: number }[], draw: (at: number) => T, better: (a: T, b: T) => boolean): number {
  let owner = -1
  let best: T | null = null
  for (let at = 0; at < nodes.length; at++) {
    const drawn = draw(at)
    if (best !== null && !better(drawn, best)) continue
    best = drawn
    owner = nodes[at]!.index
  }
  return owner
}

type Competing = { node: RingNode; index: number; text: string; weight: number }
type Draw = { number: string; ownerOf(key: string): number }

const higher = (a: number, b: number) => a > b
const above = (a: Wide, b: Wide) => a.hi >>> 0 > b.hi >>> 0 || (a.hi === b.hi && a.lo >>> 0 > b.lo >>> 0)
const copy = ({ hi, lo }: Wide): Wide => ({ hi, lo })

const STAR = wide(2685821657736338717n)
/** xorshift* (Vigna, 2016) of a number; written over. */
function xorshiftStar(value: Wide): Wide {
  foldRight(value, 12)
  const { hi, lo } = value
  value.hi ^= (hi << 25) | (lo >>> 7)
  value.lo ^= lo << 25
  foldRight(value, 27)
  multiply(value, STAR)
  return value
}
const mixed = (key: Wide, node: Wide): Wide => xorshiftStar({ hi: key.hi ^ node.hi, lo: key.lo ^ node.lo })

/** Each character cut to its low byte, as pymemcache's murmur3 reads a text. */
const lowBytes = (text: string) => Uint8Array.from([...text], (sign) => sign.codePointAt(0)! & 0xff)

/** pymemcache's HashClient (rendezvous.py): of equal numbers the greater text wins. */
function pymemcache(nodes: readonly Competing[]): Draw {
  const greaterFirst = [...nodes].sort((a, b) => compareBytes(utf8(b.text), utf8(a.text)))
  const before = beforeKey(greaterFirst.map(({ text }) => lowBytes(`${text}-`)))
  return {
    number: 'pymemcache',
    ownerOf(key) {
      const joined = before(lowBytes(key))
      return greatest(greaterFirst, (at) => murmur3(joined(at)), higher)
    },
  }
}

/** go-redis's Ring (internal/hashtag, rendezvous.go): the name of the shard is hashed. */
function goRedis(nodes: readonly Competing[]): Draw {
  const places = nodes.map(({ text }) => copy(xxh64(bytesOf(text))))
  return {
    number: 'go-redis',
    ownerOf(key) {
      const hash = copy(xxh64(bytesOf(taggedPart(key, '{', '}'))))
      return greatest(nodes, (at) => mixed(hash, places[at]!), above)
    },
  }
}

/** Caddy's header, cookie, URI and address policies (selectionpolicies.go): the hash and its order have changed twice. */
function caddy(nodes: readonly Competing[], version: string | undefined): Draw {
  const release = releaseOf(version)
  const texts = nodes.map(({ text }) => utf8(text))
  if (release >= 2_008_000) {
    const before = beforeKey(texts)
    return {
      number: 'caddy',
      ownerOf(key) {
        const joined = before(utf8(key))
        return greatest(nodes, (at) => copy(xxh64(joined(at))), above)
      },
    }
  }
  if (release >= 2_006_003) {
    const begun = texts.map((text) => fnv1a32(text))
    return {
      number: 'caddy fnv',
      ownerOf(key) {
        const bytes = bytesOf(key)
        return greatest(nodes, (at) => fnv1a32(bytes, begun[at]), higher)
      },
    }
  }
  const { prefix, rests } = withoutPrefix(texts)
  return {
    number: 'caddy fnv key first',
    ownerOf(key) {
      const begun = fnv1a32(prefix, fnv1a32(bytesOf(key)))
      return greatest(nodes, (at) => fnv1a32(rests[at]!, begun), higher)
    },
  }
}

/** Traefik's `strategy: hrw` (hrw.go): FNV-1a does not mix its last characters, so that nodes may differ wildly. */
function traefik(nodes: readonly Competing[]): Draw {
  const { prefix, rests } = withoutPrefix(nodes.map(({ text }) => utf8(text)))
  return {
    number: 'traefik',
    ownerOf(key) {
      const begun = fnv1a64(prefix, fnv1a64(bytesOf(key)))
      const draw = (at: number) => ({ part: numberOf(fnv1a64(rests[at]!, begun)) / 2 ** 64, weight: nodes[at]!.weight })
      const score = ({ part, weight }: { part: number; weight: number }) => weight * (1 / -Math.log(part))
      // Who draws less and weighs no more loses: that spares most logarithms.
      return greatest(nodes, draw, (a, b) => (a.part > b.part || a.weight > b.weight) && score(a) > score(b))
    },
  }
}

/** Envoy's fastLn: log2 by a rational approximation of the mantissa. */
function fastLn(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY
  let exponent = Math.floor(Math.log2(x))
  let mantissa = x / 2 ** exponent
  if (mantissa >= 2) {
    mantissa /= 2
    exponent++
  } else if (mantissa < 1) {
    mantissa *= 2
    exponent--
  }
  if (mantissa >= 1.5) {
    mantissa /= 2
    exponent++
  }
  const t = mantissa - 1
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: Envoy's own constant, to the bit.
  return 0.6931471805599453 * (exponent + (t * (0.338953 * t + 2.198599)) / (t + 1.523692))
}

/** Envoy's rendezvous_hash (rendezvous_hash_lb.cc). */
function envoy(spec: RingSpec, nodes: readonly Competing[]): Draw {
  const places = nodes.map(({ text }) => copy(xxh64(bytesOf(text))))
  const total = nodes.reduce((sum, { weight }) => sum + weight, 0)
  return {
    number: `envoy ${envoyKeyNumber(spec)}`,
    ownerOf(key) {
      const hash = copy(envoyKeyHash(spec)(key))
      const draw = (at: number) => {
        const { hi, lo } = mixed(hash, places[at]!)
        return -(nodes[at]!.weight / total) / fastLn(((hi & 0x1fffff) * 2 ** 32 + (lo >>> 0)) * 2 ** -53)
      }
      return greatest(nodes, draw, higher)
    },
  }
}

const TEXT: Record<Client, (node: RingNode) => string> = {
  pymemcache: (node) => withUsualPort(addressOf(node).replace(/^unix:(?=\/)/, '')),
  'go-redis': (node) => node.label ?? node.name,
  caddy: addressOf,
  traefik: addressOf,
  envoy: (node) => node.label ?? addressOf(node),
}

function drawOf(spec: RingSpec, nodes: readonly Competing[]): Draw {
  switch (clientOf(spec)) {
    case 'pymemcache':
      return pymemcache(nodes)
    case 'go-redis':
      return goRedis(nodes)
    case 'caddy':
      return caddy(nodes, spec.options?.version)
    case 'traefik':
      return traefik(nodes)
    case 'envoy':
      return envoy(spec, nodes)
  }
}

/** Whether the client's hash spreads so unevenly that shares are counted key by key. */
export const countsKeys = ({ algorithm, options }: RingSpec): boolean =>
  algorithm === 'rendezvous' && (options?.client === 'traefik' || (options?.client === 'caddy' && releaseOf(options.version) < 2_008_000))

/** Rendezvous hashing, also called highest random weight, of five programs. */
export const rendezvous: Algorithm = {
  id: 'rendezvous',
  weightMin: 0,
  weightMax: 2 ** 31 - 1,
  weightless: (spec) => (WEIGHED.includes(clientOf(spec)) ? null : `${clientOf(spec)} knows no weights`),
  size: (spec) => spec.nodes.length,
  refuses(spec) {
    const client = clientOf(spec)
    const zero = client === 'traefik' ? -1 : spec.nodes.findIndex(({ weight }) => weight === 0)
    return firstRefusal(
      WEIGHED.includes(client) ? null : refusesWeights(spec, client),
      zero < 0 ? null : { path: `nodes[${zero}].weight`, because: 'expected a whole number from 1 to 2147483647, found 0' },
    )
  },
  place(spec): Placed {
    const all = competing(spec)
    const { number, ownerOf } = drawOf(
      spec,
      all.filter(({ weight }) => weight > 0),
    )
    let counted: Table | null = null
    const count = () => (counted ??= { kind: 'table', owners: Int32Array.from({ length: COUNTED_KEYS }, (_, i) => ownerOf(String(i))) })
    const space: Rendezvous = {
      kind: 'rendezvous',
      texts: all.map(({ text }) => text),
      weights: Float64Array.from(all, ({ weight }) => weight),
      // Once for the shares and the moves: it takes seconds where nodes are many.
      counted: countsKeys(spec) ? count : null,
    }
    return { number: `rendezvous ${number}`, space, ownerOf }
  },
}

/** The nodes with what they weigh in the draw: nothing where they are not up, or where a heavier or earlier one draws by the same text. */
function competing(spec: RingSpec): Competing[] {
  const textOf = TEXT[clientOf(spec)]
  const all = spec.nodes.map((node, index) => ({ node, index, text: textOf(node), weight: isUp(node) ? weightOf(node) : 0 }))
  const best = new Map<string, Competing>()
  for (const one of all) if (one.weight > (best.get(one.text)?.weight ?? 0)) best.set(one.text, one)
  return all.map((one) => (best.get(one.text) === one ? one : { ...one, weight: 0 }))
}
