import { createECDH, createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Authentication } from '../../auth/auth.ts'
import type { Identity } from '../../auth/identity.ts'
import { writePrivate } from '../../auth/secret.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Browsers, PushSubscription } from '../../model/notifier.ts'
import type { Store } from '../../model/store.ts'
import { mayPushTo } from './pushServices.ts'

/** A browser that somebody has subscribed to notices. Its endpoint is secret: whoever has it and our key can push to it. */
export type Browser = PushSubscription & { id: string; owner: string; at: number }

/** The subscriptions of browsers to Web Push. Each is a person's own, and ends with them. */
export interface SubscribedBrowsers extends Browsers {
  of(identity: Identity): Browser[]
  /** Anew, or once more: one endpoint is one browser. Throws `not_allowed`, `invalid`. */
  subscribe(subscription: PushSubscription, identity: Identity): Browser
  /** Throws `not_found` for what is not one's own. */
  unsubscribe(id: string, identity: Identity): void
}

export type BrowsersOptions = {
  memory: Store['memory']
  /** The data folder, in which the keys are; null where replicas share them through `memory`. */
  data: string | null
  now(): number
  /** Whether this person is still somebody. */
  known(owner: string): boolean
}

const PREFIX = 'browser/'
/** The key pair in the database that replicas share. */
export const SHARED_KEYS = 'keys/webpush'
/** One person has a few browsers; more are forgotten ones, the oldest first. */
const EACH_MAX = 20

const idOf = (endpoint: string): string => createHash('sha256').update(endpoint).digest('base64url').slice(0, 22)

export function createBrowsers({ memory, data, now, known }: BrowsersOptions): SubscribedBrowsers {
  let keys: ReturnType<Browsers['keys']> | null = null
  const all = () => memory.keys(PREFIX).flatMap((key) => memory.get<Browser>(key) ?? [])
  const own = (owner: string) => all().filter((browser) => browser.owner === owner)
  return {
    keys() {
      keys ??= data === null ? sharedKeys(memory) : vapidKeys(data)
      return keys
    },
    list: () => all().filter(({ owner }) => known(owner)),
    gone: (endpoint) => void memory.delete(PREFIX + idOf(endpoint)),
    of: ({ id }) => own(id),
    subscribe(subscription, identity) {
      if (identity.kind === 'token') throw new EvenkeelError('not_allowed', 'Only a person has browsers: not an API token.')
      if (!mayPushTo(subscription.endpoint, identity.role))
        throw new EvenkeelError('invalid', 'endpoint: is no address of a push service that is known; an admin may subscribe another.')
      const { endpoint, keys } = subscription
      const browser: Browser = { id: idOf(endpoint), owner: identity.id, at: now(), endpoint, keys }
      memory.put(PREFIX + browser.id, browser)
      const oldest = own(identity.id).sort((a, b) => b.at - a.at)
      for (const { id } of oldest.slice(EACH_MAX)) memory.delete(PREFIX + id)
      return browser
    },
    unsubscribe(id, identity) {
      if (memory.get<Browser>(PREFIX + id)?.owner !== identity.id)
        throw new EvenkeelError('not_found', 'You have subscribed no browser of that id.')
      memory.delete(PREFIX + id)
    },
  }
}

/** Whether the owner of a subscription is still somebody; nobody in particular is, while there is no sign-in. */
export const isKnown = ({ mode, nameOf }: Pick<Authentication, 'mode' | 'nameOf'>, owner: string): boolean =>
  owner === 'anonymous' ? mode === 'none' : nameOf(owner) !== null

/** A key pair of RFC 8292: a point of P-256, uncompressed, and its scalar. */
function newKeys(): ReturnType<Browsers['keys']> {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  // A scalar that begins with zeros comes without them.
  const privateKey = Buffer.concat([Buffer.alloc(32), pair.getPrivateKey()]).subarray(-32)
  return { publicKey: pair.getPublicKey('base64url'), privateKey: privateKey.toString('base64url') }
}

/** The pair that replicas share: whoever needs it first makes it. */
function sharedKeys(memory: Store['memory']): ReturnType<Browsers['keys']> {
  const found = memory.get<ReturnType<Browsers['keys']>>(SHARED_KEYS)
  if (found) return found
  const made = newKeys()
  memory.put(SHARED_KEYS, made)
  return made
}

/** The key pair by which push services know this Evenkeel: made once, readable by us alone. With another pair every browser must subscribe anew. */
function vapidKeys(data: string): ReturnType<Browsers['keys']> {
  const path = join(data, 'webpush.key')
  try {
    const { publicKey, privateKey } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    if (typeof publicKey === 'string' && typeof privateKey === 'string') return { publicKey, privateKey }
  } catch {
    // The first use makes it.
  }
  const made = newKeys()
  writePrivate(path, JSON.stringify(made))
  return made
}
