import { isIPv6 } from 'node:net'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { EvenkeelError } from '../model/error.ts'

/** Who tries to sign in. `known`: the device or address from which this very person has signed in before; null for a stranger. */
export type Attempt = { name: string; from: string | null; known: string | null }

/**
 * Rate limits of sign-in attempts, by OWASP's device cookies. A stranger spends from a bucket of their address and from one of the name that they
 * try; a device which its owner has signed in from before has a bucket of its own. So a stranger who empties the bucket of a name locks out nobody
 * but strangers, and who empties that of an address nobody elsewhere.
 */
export type Attempts = {
  /** Counts an attempt before it is judged, so that a thousand at once are a thousand. Throws `too_many`. Returns what takes it back. */
  spend(attempt: Attempt): Promise<() => Promise<void>>
  /** The same for the code of a second factor: the password is known by then, and six digits are few. Throws `too_many`. */
  spendSecond(attempt: Attempt): Promise<() => Promise<void>>
  /** Counts a link that is none: it costs its address alone. Throws `too_many`. */
  wrongLink(from: string | null): Promise<void>
}

const SECONDS = 60
const SECOND_FACTOR = { points: 10, duration: 3_600 }

export function createAttempts(): Attempts {
  const address = new RateLimiterMemory({ keyPrefix: 'address', points: 10, duration: SECONDS })
  const name = new RateLimiterMemory({ keyPrefix: 'name', points: 5, duration: SECONDS })
  const device = new RateLimiterMemory({ keyPrefix: 'device', points: 10, duration: SECONDS })
  const second = new RateLimiterMemory({ keyPrefix: 'second', ...SECOND_FACTOR })
  return {
    async spend(attempt) {
      const spent: [RateLimiterMemory, string][] = []
      const take = async (limiter: RateLimiterMemory, key: string) => {
        await spendOne(limiter, key)
        spent.push([limiter, key])
      }
      if (attempt.known !== null) await take(device, `${attempt.known} ${attempt.name}`)
      else {
        await take(address, networkOf(attempt.from))
        await take(name, attempt.name)
      }
      return async () => {
        for (const [limiter, key] of spent) await limiter.reward(key)
      }
    },
    async spendSecond({ name, known }) {
      const key = `${known ?? 'strangers'} ${name}`
      await spendOne(second, key)
      return async () => void (await second.reward(key))
    },
    wrongLink: (from) => spendOne(address, networkOf(from)),
  }
}

async function spendOne(limiter: RateLimiterMemory, key: string): Promise<void> {
  await limiter.consume(key).catch((rejected: RateLimiterRes) => {
    throw new EvenkeelError('too_many', `Too many attempts; try again in ${Math.max(1, Math.ceil(rejected.msBeforeNext / 1000))} s.`)
  })
}

/** An IPv6 address by its /64: whoever has one has all of them. */
export function networkOf(address: string | null): string {
  if (address === null) return 'unknown'
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped) return mapped[1]!
  if (!isIPv6(address)) return address
  // URL writes an address in its one short form.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail?.split(':').filter(Boolean) ?? []
  const parts = tail === undefined ? before : [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
  return `${parts.slice(0, 4).join(':')}::/64`
}
