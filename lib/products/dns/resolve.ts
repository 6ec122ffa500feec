import { Resolver } from 'node:dns/promises'
import { EvenkeelError } from '../../model/error.ts'
import type { DnsConfig } from './config.ts'

/** The records of a name. `failed`: of one family, where the other one was answered. */
export type Resolved = { addresses: { address: string; ttl: number }[]; failed: string[] }

/** One try of each question; the caller's deadline ends it before. */
const TRY_MS = 1_500
const NONE = 'ENODATA'

/** A and AAAA records with what is left of their TTL. A name without any, an unknown name and a server that does not answer are `unreachable`, in words. */
export async function resolve({ host, server }: Pick<DnsConfig, 'host' | 'server'>, signal: AbortSignal): Promise<Resolved> {
  const resolver = new Resolver({ timeout: TRY_MS, tries: 1 })
  if (server !== undefined) resolver.setServers([server])
  const where = server ?? 'the name server of this machine'
  const giveUp = () => resolver.cancel()
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    signal.throwIfAborted()
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(host, { ttl: true }), resolver.resolve6(host, { ttl: true })])
    const found = [v4, v6].flatMap((one) => (one.status === 'fulfilled' ? one.value : []))
    const failures = [v4, v6].flatMap((one, index) =>
      one.status === 'rejected' ? [{ type: index === 0 ? 'A' : 'AAAA', code: String((one.reason as { code?: unknown }).code) }] : [],
    )
    if (found.length === 0) throw new EvenkeelError('unreachable', inWords(failures.map(({ code }) => code), host, where)) // biome-ignore format: one line
    const failed = failures.filter(({ code }) => code !== NONE).map(({ type, code }) => `${type} records: ${wordsOf(code, where)}`)
    return { addresses: found.sort((a, b) => (a.address < b.address ? -1 : 1)), failed }
  } finally {
    signal.removeEventListener('abort', giveUp)
  }
}

function inWords(codes: readonly string[], host: string, where: string): string {
  if (codes.includes('ENOTFOUND')) return `${where} knows no name ${host}`
  const other = codes.find((code) => code !== NONE)
  return other === undefined ? `${host} has no address` : `${host}: ${wordsOf(other, where)}`
}

/** Codes of c-ares, as node:dns names them. */
function wordsOf(code: string, where: string): string {
  if (code === 'ETIMEOUT' || code === 'ECANCELLED') return `${where} did not answer in time`
  if (code === 'ECONNREFUSED') return `nothing answers at ${where}`
  if (code === 'ESERVFAIL') return `${where} cannot look it up now (SERVFAIL)`
  if (code === 'EREFUSED') return `${where} refuses to look it up (REFUSED)`
  if (code === 'ENOTFOUND') return `${where} knows no such name`
  return `${where} gave an answer that cannot be read (${code.slice(0, 40)})`
}
