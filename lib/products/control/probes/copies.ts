import type { ControlConfig } from '../../../model/control.ts'
import type { Probe, TopologyPart } from '../../../model/product.ts'
import type { Labels, Reading } from '../../../model/series.ts'
import type { Capability } from '../../../model/topology.ts'
import type { Command, RedisClient } from '../../redis/client.ts'
import { isRing } from '../config.ts'
import { readRing } from '../ringDocument.ts'
import { readTtl, type TtlControl } from '../ttlDocument.ts'
import type { ControlLink } from './document.ts'

/** What one of the servers says of the document; `wrong`: why it says nothing. */
type Copy = { name: string; text: string | null; wrong: string | null }
type CopiesRaw = { config: ControlConfig; copies: Copy[] }

/** One server that hangs must not hide what the others say. */
const ANSWER_MS = 1_500

/** The version of the document on its own server and on each that applications of other regions read it from, all at one moment. */
export const copies: Probe<ControlLink, CopiesRaw> = {
  id: 'copies',
  feature: 'copies of the document',
  emits: { metrics: ['document_version'] },
  everyMs: 2_000,
  cost: 'one GET or HGET each 2 s on the server of the document and on each of `copies`',
  wanted: ({ config }) => (config.copies ?? []).length > 0 || 'no `copies` of the document are configured',
  async read({ config, client, copies: clients }, _cursor, signal) {
    const own = { name: config.redis.name, client }
    const { redis: _, copies: __, ...rest } = config
    return {
      config: { ...rest, redis: { kind: 'redis', name: config.redis.name } } as ControlConfig,
      copies: await Promise.all([own, ...clients].map((one) => copyOf(one, config, signal))),
    }
  },
  parse({ config, copies }) {
    const labels: Labels = isRing(config) ? { ring: config.ring.name } : { policy: config.ttl!.name }
    const samples: Reading[] = []
    const capabilities: Capability[] = []
    for (const copy of copies) {
      const version = versionOf(config, copy)
      if (typeof version === 'number') samples.push({ metric: 'document_version', labels: { ...labels, copy: copy.name }, value: version })
      else capabilities.push({ feature: `copy on ${copy.name}`, available: false, because: version.because })
    }
    const topology: TopologyPart = capabilities.length > 0 ? { capabilities } : {}
    return { samples, records: [], topology }
  },
}

async function copyOf({ name, client }: { name: string; client: RedisClient }, config: ControlConfig, signal: AbortSignal): Promise<Copy> {
  const command: Command = config.ring ? ['GET', config.key] : ['HGET', config.key, config.ttl!.name]
  try {
    const text = await client.call(command, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]))
    return { name, text: typeof text === 'string' ? text : null, wrong: null }
  } catch (error) {
    signal.throwIfAborted()
    return { name, text: null, wrong: error instanceof Error ? error.message.slice(0, 200) : String(error) }
  }
}

/** A server without the document has version 0: its applications keep what they were configured with. */
function versionOf(config: ControlConfig, { text, wrong }: Copy): number | { because: string } {
  if (wrong !== null) return { because: wrong }
  try {
    return isRing(config) ? readRing(config, text).version : readTtl(config as TtlControl, text).version
  } catch (error) {
    return { because: error instanceof Error ? error.message : String(error) }
  }
}
