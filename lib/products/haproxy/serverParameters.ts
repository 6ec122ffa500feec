import { afterCheckWord, type Checks, PLAIN_CHECKS } from './checks.ts'
import type { Word } from './words.ts'

/** What the words behind a server's address say. */
export type Parameters = {
  /** Absent where the line does not tell it. */
  weight?: number
  /** Its limit of requests at once; 0, or absent: none. */
  maxconn?: number
  id?: number
  /** Null: the line does not tell it. */
  guid?: string | null
  backup: boolean
  agentCheck: boolean
  slowstart: boolean
  /** What its points on the circle are made of, where that is not its id (`hash-key` of 3.0); null: the line does not tell it. */
  hashKey?: string | null
  /** It starts in maintenance. */
  disabled: boolean
  /** `resolve-opts ignore-weight`: an SRV record does not set its weight. */
  ignoresDnsWeight?: boolean
  checks: Checks
  /** Words that change what it gets and are not understood. */
  unknown: readonly string[]
}

export const PLAIN_SERVER: Parameters = {
  weight: 1,
  backup: false,
  agentCheck: false,
  slowstart: false,
  disabled: false,
  checks: PLAIN_CHECKS,
  unknown: [],
}

const words = (text: string) => text.split(/\s+/)

/** Parameters of a server that change neither its share nor its weight, and what they change is seen in the statistics: without a value, with one. */
const ALONE = new Set(
  words(`allow-0rtt check-reuse-pool check-send-proxy check-sni-auto check-ssl check-via-socks4 force-sslv3 force-tlsv10 force-tlsv11
  force-tlsv12 force-tlsv13 no-check-reuse-pool no-check-send-proxy no-check-sni-auto no-check-ssl no-renegotiate no-send-proxy
  no-send-proxy-v2 no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-sni-auto no-ssl no-ssl-reuse no-sslv3 no-tfo no-tls-tickets no-tlsv10
  no-tlsv11 no-tlsv12 no-tlsv13 no-verifyhost non-stick renegotiate send-proxy send-proxy-v2 send-proxy-v2-ssl send-proxy-v2-ssl-cn sni-auto
  ssl ssl-reuse stick strict-maxconn tfo tls-tickets`),
)
const WITH_VALUE = new Set(
  words(`addr agent-addr agent-inter agent-port agent-send alpn ca-file cc check-alpn check-pool-conn-name check-proto check-sni ciphers
  ciphersuites client-sigalgs cookie crl-file crt curves downinter error-limit healthcheck idle-ping init-addr init-state
  interface ktls log-bufsize log-proto max-reuse maxqueue minconn namespace npn on-error on-marked-down on-marked-up
  pool-conn-name pool-low-conn pool-max-conn pool-purge-delay port proto proxy-v2-options quic-cc-algo resolve-net resolve-prefer
  resolvers rise shard sigalgs sni socks4 source ssl-max-ver ssl-min-ver tcp-md5sig tcp-ut track usesrc verify verifyhost ws`),
)

/** A line has at most 64 words (`MAX_LINE_ARGS` in HAProxy's defaults.h). */
const UNKNOWN_MAX = 64

/** What words from `from` on change of a server's parameters. `sure`: the line is read for certain, else only that it may be is known. */
export function parametersOf(before: Parameters, words: readonly Word[], from: number, sure: boolean): Parameters {
  const now = { ...before }
  for (let index = from; index < words.length; index++) {
    const { text: word } = words[index]!
    const value = () => {
      const next = words[++index]
      return sure && next && !next.open ? next.text : undefined
    }
    const checks = afterCheckWord(now.checks, word, value)
    if (checks) now.checks = checks
    else if (word === 'weight') now.weight = wholeOf(value())
    else if (word === 'maxconn') now.maxconn = wholeOf(value())
    else if (word === 'id') now.id = Number(value()) || undefined
    else if (word === 'guid') now.guid = value() ?? null
    else if (word === 'hash-key') now.hashKey = value() ?? null
    else if (word === 'backup') now.backup = true
    else if (word === 'no-backup') now.backup = false
    else if (word === 'agent-check') now.agentCheck = true
    else if (word === 'no-agent-check') now.agentCheck = false
    else if (word === 'disabled') now.disabled = true
    else if (word === 'enabled') now.disabled = false
    else if (word === 'resolve-opts') now.ignoresDnsWeight = value()?.split(',').includes('ignore-weight') ?? false
    else if (word === 'slowstart') now.slowstart = value() !== '0'
    else if (WITH_VALUE.has(word) || word.startsWith('set-proxy-v2-tlv-fmt')) index++
    else if (!ALONE.has(word)) {
      // Its value, if it has one, is the next word, which is then not known either.
      if (word === 'redir') index++
      if (now.unknown.length < UNKNOWN_MAX && !now.unknown.includes(word)) now.unknown = [...now.unknown, word]
    }
  }
  return now
}

const wholeOf = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined)
