import { z } from 'zod'
import { url } from '../../model/marks.ts'
import { parseSocketAddress, type SocketAddress, socketAddressText } from '../exchange.ts'
import { role, targetKeys } from '../targetKeys.ts'

/** A memcached server. */
export const memcachedConfig = z.strictObject({
  ...targetKeys('memcached'),
  address: url(z.string().refine((text) => parseSocketAddress(text) !== null, { message: 'HOST:PORT or unix:/PATH' })).describe(
    'Where it listens: `HOST:PORT` or `unix:/PATH`',
  ),
  role,
})

export type MemcachedConfig = z.output<typeof memcachedConfig>

export const memcachedSocket = (config: MemcachedConfig): SocketAddress => parseSocketAddress(config.address)!
export const memcachedAddress = (config: MemcachedConfig): string => socketAddressText(memcachedSocket(config))
