import { malformed } from '../../model/error.ts'

/** A server as `show servers state` tells it. */
export type StateRow = {
  pool: string
  server: string
  id: number
  address: string
  /** The SRV record that it was made of, from which it takes its weight too. */
  srvRecord?: string
  /** Absent: a Data Plane API before 3.3.6 does not tell it. */
  weight?: number
  /** As it was when HAProxy read its file: 100 % of `weight N%`. */
  weightInitial?: number
  /** As a person set it: checks and weights do not count. */
  admin: 'ready' | 'drain' | 'maint'
}

/** Bits of srv_admin_state (include/haproxy/server-t.h): forced, inherited, by configuration, by resolution, by the FQDN's removal. */
const MAINT = 0x01 | 0x02 | 0x04 | 0x20 | 0x40
const DRAIN = 0x08 | 0x10
const MORE_THAN_ENOUGH = 200_000

/** Reads `show servers state`, version 1: by the names of its header, because columns are added at the end. */
export function parseServersState(text: string): StateRow[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  if (lines[0]?.trim() !== '1' || !lines[1]?.startsWith('# '))
    throw malformed('`show servers state` is to begin with version 1 and a header', text)
  const columns = new Map(lines[1].slice(2).trim().split(' ').map((name, i) => [name, i])) // biome-ignore format: one line
  return lines.slice(2, MORE_THAN_ENOUGH).map((line) => {
    const words = line.trim().split(' ')
    const field = (name: string): string => {
      const word = words[columns.get(name) ?? -1]
      if (!word) throw malformed(`\`show servers state\` has no ${name}`, line)
      return word
    }
    const number = (name: string): number => {
      const value = Number(field(name))
      if (!Number.isInteger(value) || value < 0) throw malformed(`\`show servers state\`: ${name} is to be a whole number`, line)
      return value
    }
    const admin = number('srv_admin_state')
    const record = words[columns.get('srvrecord') ?? -1]
    return {
      pool: field('be_name'),
      server: field('srv_name'),
      id: number('srv_id'),
      address: `${field('srv_addr')}:${field('srv_port')}`,
      ...(record && record !== '-' ? { srvRecord: record } : {}),
      weight: number('srv_uweight'),
      weightInitial: number('srv_iweight'),
      admin: admin & MAINT ? 'maint' : admin & DRAIN ? 'drain' : 'ready',
    }
  })
}
