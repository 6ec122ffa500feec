import { type FollowOptions, follow } from './document.ts'
import { drawTtl, matcher, parsePolicy, type TtlPolicy } from './ttl.ts'

export type TtlFollower = {
  /** How long this key may live, in ms, drawn anew at each call; null when no policy matches it. The longest pattern that matches counts. */
  ttlMs(key: string): number | null
  policies(): Readonly<Record<string, TtlPolicy>>
  stop(): Promise<void>
}

/** Follows the hash of TTL policies. A policy that is gone or unreadable leaves its last one in force. */
export async function followTtls(
  options: FollowOptions & { initial?: Readonly<Record<string, TtlPolicy>>; random?: () => number },
): Promise<TtlFollower> {
  const { link, key, random = Math.random } = options
  let policies: Record<string, TtlPolicy> = { ...options.initial }
  let patterns = compiled(policies)

  const stop = await follow({
    ...options,
    version: () => Math.max(0, ...Object.values(policies).map(({ version }) => version)),
    async read() {
      const found = await link.hgetall(key)
      const read = Object.entries(found).flatMap(([name, text]) => {
        const policy = parsePolicy(text)
        return policy ? [[name, policy] as const] : []
      })
      policies = { ...policies, ...Object.fromEntries(read) }
      patterns = compiled(policies)
    },
  })
  return {
    ttlMs(one) {
      const found = patterns.find(({ pattern }) => pattern.test(one))
      return found ? drawTtl(found.policy, random) : null
    },
    policies: () => policies,
    stop,
  }
}

const compiled = (policies: Record<string, TtlPolicy>) =>
  Object.values(policies)
    .sort((a, b) => b.match.length - a.match.length)
    .map((policy) => ({ policy, pattern: matcher(policy.match) }))
