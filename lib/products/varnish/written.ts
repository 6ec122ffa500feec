import { EvenkeelError, malformed } from '../../model/error.ts'
import type { ProductText } from '../../model/product.ts'
import type { RingSpec } from '../../model/ring.ts'
import { isUp, weightOf } from '../../rings/algorithm.ts'
import { shardReplicas } from '../../rings/algorithms/varnish.ts'
import { bareWord, distinct } from '../bareWord.ts'
import { hashingOf } from './ring.ts'
import { parseVcl } from './vcl.ts'

/** A director that hashes is made in this piece of VCL. */
const HASHES = /\bnew\s+[\w-]+\s*=\s*[\w-]+\.(?:shard|hash)\s*\(/
/** Names of VCL objects. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/

/** The ring of the first director that hashes in a piece of VCL; null of a text without one. Throws `malformed` where no ring is certain. */
export function describes(text: string): RingSpec | null {
  if (!HASHES.test(text)) return null
  const [found] = hashingOf(parseVcl(text), undefined)
  if (!found) return null
  const [name, { ring, because }] = found
  if (!ring) throw malformed(`${name} makes no ring that is certain: ${because}`, text)
  return ring
}

/** The piece of VCL that makes this ring. What a request is hashed by is left open where only the running VCL knows it. */
export function writes(spec: RingSpec): ProductText | null {
  const shard = spec.algorithm === 'varnish-shard'
  if (!shard && spec.algorithm !== 'varnish-hash') return null
  const names = distinct(
    spec.nodes.map(({ name }) => bareWord(name, 'A name', NAME)),
    'A name',
  )
  const sick = spec.nodes.find((node) => !isUp(node))
  if (sick) throw new EvenkeelError('invalid', `${sick.name} is out: no VCL says so, \`varnishadm backend.set_health\` does`)
  const added = spec.nodes.map((node, i) => {
    const weight = weightOf(node)
    if (!shard) return `    ring.add_backend(${names[i]}, ${weight.toFixed(1)});`
    const ident = node.label === undefined ? '' : `, ident="${bareWord(node.label, 'An ident', /^[^"\\\n\r]*$/)}"`
    return `    ring.add_backend(${names[i]}${ident}${weight === 1 ? '' : `, weight=${weight.toFixed(1)}`});`
  })
  return {
    title: 'VCL: the director and what asks it',
    text: [
      'sub vcl_init {',
      `    new ring = directors.${shard ? 'shard' : 'hash'}();`,
      ...added,
      ...(shard ? [`    ring.reconfigure(replicas=${shardReplicas(spec)});`] : []),
      '}',
      'sub vcl_backend_fetch {',
      `    set bereq.backend_hint = ring.backend(${shard ? askedBy(spec) : 'bereq.http.…'});`,
      '}',
    ].join('\n'),
  }
}

/** `.backend()` of shard, by what the ring's keys are. */
function askedBy({ options }: RingSpec): string {
  if (options?.input === 'digest') return 'by=HASH'
  if (options?.input === 'blob') return 'by=BLOB, key_blob=…'
  return options?.input === 'number' ? 'by=KEY, key=…' : 'by=URL'
}
