import { Document } from 'yaml'
import type { CodeWriter, Snippet } from '../../model/code.ts'
import type { ControlConfig } from '../../model/control.ts'
import type { Edit } from '../../model/product.ts'
import { isRing, nodeOf, policyPart } from './config.ts'

/** Rings and TTL policies as evenkeel.yaml has them: what a new control document is made from. */
export const controlCode: CodeWriter<ControlConfig> = {
  kind: 'control',
  snippets: (config, edits) => [isRing(config) ? ring(config, edits) : policy(config as Extract<ControlConfig, { ttl: object }>, edits)],
}

const NOTES = [
  'Applications follow the control document, which is the truth once it is there: change it through Evenkeel, and keep the file alike.',
]

function ring(config: Extract<ControlConfig, { ring: object }>, edits: readonly Edit[]): Snippet {
  const points = new Map(edits.map((edit) => [nodeOf(config, edit.name), Number(edit.value)]))
  const nodes = config.ring.spec.nodes.map(({ name, address, points: own }) => ({
    name,
    ...(address !== undefined && { address }),
    ...((points.get(name) ?? own) !== undefined && { points: points.get(name) ?? own }),
  }))
  return inFile({ rings: [{ name: config.ring.name, algorithm: config.ring.spec.algorithm, nodes }] })
}

function policy({ ttl, ...config }: Extract<ControlConfig, { ttl: object }>, edits: readonly Edit[]): Snippet {
  const to = (part: 'ttl' | 'jitter') => edits.find(({ name }) => policyPart({ ttl, ...config } as never, name) === part)?.value
  const jitter = to('jitter')
  return inFile({
    ttls: [
      { name: ttl.name, match: ttl.match, ttl: to('ttl') ?? `${ttl.ttlMs}ms`, jitter: jitter === undefined ? ttl.jitter : Number(jitter) },
    ],
  })
}

const inFile = (data: unknown): Snippet => ({
  form: 'file',
  title: 'evenkeel.yaml',
  language: 'yaml',
  text: new Document(data).toString({ lineWidth: 0 }),
  notes: NOTES,
})
