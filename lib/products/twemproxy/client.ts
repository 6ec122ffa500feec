import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { TargetConfig } from '../../model/product.ts'

const argv = z.array(z.string().min(1)).min(1)

export const twemproxyConfig = z.strictObject({
  kind: z.literal('twemproxy'),
  name: z.string().min(1),
  stats: z.string().regex(/^tcp:\/\/[^:/]+:\d+$/, 'tcp://HOST:PORT, the statistics port (22222 by default)'),
  /** nutcracker.yml: the only place that tells weights and hash functions. */
  config: z.string().startsWith('/', 'an absolute path').optional(),
  /** How to restart it, as a list of words (no shell): `["systemctl", "restart", "nutcracker"]`. Without it weights are read-only. */
  restart: argv.optional(),
  /** The program that tests a configuration; called with `-t -c FILE`. */
  program: z.string().min(1).default('nutcracker'),
})
export type TwemproxyConfig = z.infer<typeof twemproxyConfig> & TargetConfig
export type TwemproxyLink = { config: TwemproxyConfig }

const ANSWER_MAX_BYTES = 16 * 1024 * 1024

/** Connects, and reads the one JSON that twemproxy sends before it closes (nc_stats.c). */
export function readStats(config: TwemproxyConfig, signal: AbortSignal): Promise<string> {
  const { hostname, port } = new URL(config.stats.replace(/^tcp:/, 'http:'))
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), signal })
    const chunks: Buffer[] = []
    let bytes = 0
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > ANSWER_MAX_BYTES) socket.destroy(new EvenkeelError('malformed', 'the statistics port sent more than 16 MiB'))
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')))
  })
}

/** nutcracker.yml, or null where none is configured. Throws `unreachable` with the reason. */
export async function readConfig(config: TwemproxyConfig): Promise<string | null> {
  if (!config.config) return null
  return readFile(config.config, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new EvenkeelError('unreachable', `the configuration file cannot be read: ${error.code}`)
  })
}
