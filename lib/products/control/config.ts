import { z } from 'zod'
import type { ControlConfig } from '../../model/control.ts'
import { EvenkeelError } from '../../model/error.ts'
import { parseSetting } from '../../model/setting.ts'
import type { RingControl } from './ringDocument.ts'
import type { TtlControl } from './ttlDocument.ts'

/** Made by the server from `rings:` and `ttls:`; nobody writes a target of this kind into the file. */
export const controlConfig = z.custom<ControlConfig>(() => false, 'a control document is configured under rings: or ttls:')

export const isRing = (config: ControlConfig): config is RingControl => config.ring !== undefined

/** The node whose number of points a setting is. */
export function nodeOf(config: RingControl, setting: string): string {
  const { of } = parseSetting({ target: config.name, name: setting })
  if ('node' in of) return of.node
  throw unknown(config, setting)
}

/** The part of the policy that a setting is. */
export function policyPart(config: TtlControl, setting: string): 'ttl' | 'jitter' {
  const { of, name } = parseSetting({ target: config.name, name: setting })
  if ('ttl' in of) return name as 'ttl' | 'jitter'
  throw unknown(config, setting)
}

export const unknown = (config: ControlConfig, setting: string) =>
  new EvenkeelError('not_found', `${JSON.stringify(setting.slice(0, 80))} is not a setting of ${config.name}`)
