import { sealData } from 'iron-session'
import { unsealed } from './sealed.ts'

const SECONDS = 300

type Pending = { purpose: 'register' | 'sign-in'; person: string; challenge: string }

/** Single-use WebAuthn challenges. Each is sealed rather than kept: a stranger may ask for as many as they like. */
export function createChallenges({ password, now }: { password: string; now: () => number }) {
  /** Challenges that were answered, until they end by themselves. */
  const spent = new Map<string, number>()
  return {
    seal: (pending: Pending): Promise<string> => sealData(pending, { password, ttl: SECONDS }),
    /** The challenge, which then is spent; null where it is over, spent, or somebody else's. */
    async take(sealed: string, purpose: Pending['purpose'], person: string): Promise<string | null> {
      const pending = await unsealed<Pending>(sealed, password, SECONDS)
      for (const [challenge, until] of spent) if (until < now()) spent.delete(challenge)
      if (pending.purpose !== purpose || pending.person !== person || !pending.challenge || spent.has(pending.challenge)) return null
      spent.set(pending.challenge, now() + 2 * SECONDS * 1000)
      return pending.challenge
    },
  }
}
