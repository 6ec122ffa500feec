import type { RingNode, RingSpec } from '../../model/ring.ts'
import { type Algorithm, addressOf, isUp, type Placed, weightOf } from '../algorithm.ts'
import type { RENDEZVOUS_CLIENTS } from '../choices.ts'
import { withUsualPort } from '../clientNames.ts'
import { bytesOf } from '../hashes/bytes.ts'
import { fnv1a32, fnv1a64 } from '../hashes/fnv.ts'
import { murmur3 } from '../hashes/murmur3.ts'
import { foldRight, multiply, numberOf, type Wide, wide } from '../hashes/wide.ts'
import { xxh64 } from '../hashes/xxh64.ts'
import { taggedPart } from '../hashTag.ts'
import { firstRefusal, refusesWeights } from '../refusals.ts'
import type { Rendezvous } from '../rendezvousSpace.ts'
import { envoyKeyHash, envoyKeyNumber } from './envoy.ts'

type Client = (typeof RENDEZVOUS_CLIENTS)[number]
const clientOf = (spec: RingSpec) => spec.options!.client as Client
const WEIGHED: readonly Client[] = ['traefik', 'envoy']
const UNEVEN_NODES_MAX = 200

/** The first of the nodes that draws the greatest number; `better` compares two draws. */
function greatest<T>(nodes: readonly { index: number }[], draw: (at: number) => T, better: (a: T, b: T) => boolean): number {
  let owner = -1
  let best: T | null = null
  for (const [at, { index }] of nodes.entries()) {
    const drawn = draw(at)
    if (best !== null && !better(drawn, best)) continue
    best = drawn
    owner = index
  }
  return owner
}

type Competing = { node: RingNode; index: number; text: string; weight: number }
type Draw = { number: string; ownerOf(key: string): number; counted?: true }

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
  const greater = (a: { hash: number; text: string }, b: { hash: number; text: string }) =>
    a.hash > b.hash || (a.hash === b.hash && a.text > b.text)
  return {
    number: 'pymemcache',
    ownerOf: (key) => greatest(nodes, (at) => ({ hash: murmur3(lowBytes(`${nodes[at]!.text}-${key}`)), text: nodes[at]!.text }), greater),
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
  if (release === null || release >= 2_008_000)
    return { number: 'caddy', ownerOf: (key) => greatest(nodes, (at) => copy(xxh64(bytesOf(nodes[at]!.text + key))), above) }
  const keyFirst = release < 2_006_003
  const textOf = (at: number, key: string) => (keyFirst ? key + nodes[at]!.text : nodes[at]!.text + key)
  return {
    number: `caddy fnv${keyFirst ? ' key first' : ''}`,
    ownerOf: (key) =>
      greatest(
        nodes,
        (at) => fnv1a32(bytesOf(textOf(at, key))),
        (a, b) => a > b,
      ),
    counted: true,
  }
}

/** `2.6.3` as 2,006,003; null where none is given. */
export function releaseOf(version: string | undefined): number | null {
  if (version === undefined) return null
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return major * 1e6 + minor * 1e3 + patch
}

/** Traefik's `strategy: hrw` (hrw.go): FNV-1a does not mix its last characters, so that nodes may differ wildly. */
function traefik(nodes: readonly Competing[]): Draw {
  return {
    number: 'traefik',
    ownerOf(key) {
      const begun = fnv1a64(bytesOf(key))
      const draw = (at: number) => {
        const { text, weight } = nodes[at]!
        return weight * (1 / -Math.log(numberOf(fnv1a64(bytesOf(text), begun)) / 2 ** 64))
      }
      return greatest(nodes, draw, (a, b) => a > b)
    },
    counted: true,
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
      return greatest(nodes, draw, (a, b) => a > b)
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

/** Rendezvous hashing, also called highest random weight, of five programs. */
export const rendezvous: Algorithm = {
  id: 'rendezvous',
  weightMin: 0,
  weightMax: 2 ** 31 - 1,
  weightless: (spec) => (WEIGHED.includes(clientOf(spec)) ? null : `${clientOf(spec)} knows no weights`),
  size: (spec) => spec.nodes.length,
  refuses(spec) {
    const client = clientOf(spec)
    const uneven = client === 'traefik' || (client === 'caddy' && (releaseOf(spec.options?.version) ?? 2_008_000) < 2_008_000)
    const zero = client === 'traefik' ? -1 : spec.nodes.findIndex(({ weight }) => weight === 0)
    return firstRefusal(
      WEIGHED.includes(client) ? null : refusesWeights(spec, client),
      zero < 0 ? null : { path: `nodes[${zero}].weight`, because: 'expected a whole number from 1 to 2147483647, found 0' },
      uneven && spec.nodes.length > UNEVEN_NODES_MAX
        ? {
            path: 'nodes',
            because: `shares are counted key by key: at most ${UNEVEN_NODES_MAX} nodes are computed, found ${spec.nodes.length}`,
          }
        : null,
    )
  },
  place(spec): Placed {
    const text = TEXT[clientOf(spec)]
    const all = spec.nodes.map((node, index) => ({ node, index, text: text(node), weight: isUp(node) ? weightOf(node) : 0 }))
    const {
      number,
      ownerOf,
      counted = false,
    } = drawOf(
      spec,
      all.filter(({ weight }) => weight > 0),
    )
    const space: Rendezvous = {
      kind: 'rendezvous',
      texts: all.map((one) => one.text),
      weights: Float64Array.from(all, ({ weight }) => weight),
      counted,
    }
    return { number: `rendezvous ${number}`, space, ownerOf }
  },
}
