import { isIP } from 'node:net'
import { z } from 'zod'
import { targetKeys } from '../targetKeys.ts'

const NAME = /^(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*\.?$/i

/** `10.0.0.53`, `10.0.0.53:53`, `[fd00::53]:53`: an address, for what looks names up cannot be looked up itself. */
export const isNameServer = (text: string): boolean => {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const inRange = port === undefined || (Number(port) > 0 && Number(port) < 65_536)
  return isIP(text) !== 0 || (inRange && (isIP(v6 ?? '') === 6 || isIP(v4 ?? '') === 4))
}

/** A name with addresses, of which each client takes one: a balancer that nobody can steer. */
export const dnsConfig = z.strictObject({
  ...targetKeys('dns'),
  host: z
    .string()
    .regex(NAME, 'a name, as `shop.example`')
    .refine((text) => isIP(text) === 0, 'a name: an address has nothing to look up')
    .describe('The name whose A and AAAA records are read'),
  server: z
    .string()
    .refine(isNameServer, 'the address of a name server: IP or IP:PORT')
    .optional()
    .describe('The name server that is asked, `IP` or `IP:PORT`. Default: those of this machine (/etc/resolv.conf)'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('A TCP port on which each address is to answer. Without it nobody asks whether they do'),
})

export type DnsConfig = z.output<typeof dnsConfig>
