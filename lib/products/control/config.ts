import { z } from 'zod'
import type { ControlConfig } from '../../model/control.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { RingControl } from './ringDocument.ts'
import type { TtlControl } from './ttlDocument.ts'

/** Made by the server from `rings:` and `ttls:`; nobody writes a target of this kind into the file. */
export const controlConfig = z.custom<ControlConfig>(() => false, 'a control document is configured under rings: or ttls:')

export const isRing = (config: ControlConfig): config is RingControl => config.ring !== undefined
export const isTtl = (config: ControlConfig): config is TtlControl => config.ttl !== undefined

/** The node of `RING/NODE/points`. */
export function nodeOf(config: RingControl, setting: string): string {
  const [head, tail] = [`${config.ring.name}/`, '/points']
  if (!setting.startsWith(head) || !setting.endsWith(tail) || setting.length <= head.length + tail.length) throw unknown(config, setting)
  return setting.slice(head.length, -tail.length)
}

/** The part of `POLICY/ttl` or `POLICY/jitter`. */
export function policyPart(config: TtlControl, setting: string): 'ttl' | 'jitter' {
  if (setting === `${config.ttl.name}/ttl`) return 'ttl'
  if (setting === `${config.ttl.name}/jitter`) return 'jitter'
  throw unknown(config, setting)
}

export const unknown = (config: ControlConfig, setting: string) =>
  new EvenkeelError('not_found', `${JSON.stringify(setting.slice(0, 80))} is not a setting of ${config.name}`)
