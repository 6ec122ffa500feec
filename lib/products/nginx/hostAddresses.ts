import { type LookupAddress, lookup } from 'node:dns'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyedMutex } from '../../model/keyedMutex.ts'

/** How long an answer is used, and how long the first one is waited for. */
const FRESH_MS = 10_000
const FIRST_MS = 500

type Known = { addresses: string[]; at: number }
type Lookup = (host: string, options: { all: true }, done: (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void) => void

/** DNS cache: the addresses of a host, IPv6 ones in brackets; none where it does not resolve. A name server that is slow or silent delays no poll: what was known is used until it answers. */
export class HostAddresses {
  private known = new Map<string, Known>()
  private asked = new Map<string, Promise<void>>()
  /** One lookup at a time: the process runs two (libuv, src/threadpool.c, slow I/O), and other servers' names want to be looked up too. */
  private turns = createKeyedMutex()
  private readonly ask: Lookup
  private readonly now: () => number

  constructor(ask: Lookup = (...args) => lookup(...args), now: () => number = () => performance.now()) {
    this.ask = ask
    this.now = now
  }

  async of(host: string): Promise<string[]> {
    const known = this.known.get(host)
    if (known && this.now() - known.at < FRESH_MS) return known.addresses
    const answer = this.refresh(host)
    if (known) return known.addresses
    await Promise.race([answer, sleep(FIRST_MS, undefined, { ref: false })])
    // Waited for once, and without an answer so far: no later poll waits again.
    if (!this.known.has(host)) this.known.set(host, { addresses: [], at: Number.NEGATIVE_INFINITY })
    return this.known.get(host)!.addresses
  }

  private refresh(host: string): Promise<void> {
    const before = this.asked.get(host)
    if (before) return before
    const asked = this.turns
      .run('', () => this.answer(host))
      .then((addresses) => {
        this.asked.delete(host)
        this.known.set(host, { addresses, at: this.now() })
      })
    this.asked.set(host, asked)
    return asked
  }

  private answer(host: string): Promise<string[]> {
    return new Promise((resolve) => {
      // What no name can hold is refused by an exception.
      if (host.includes('\0')) return resolve([])
      this.ask(host, { all: true }, (error, found) => {
        // A name server that cannot be asked now says nothing about the name.
        if (error) resolve(error.code === 'ENOTFOUND' ? [] : (this.known.get(host)?.addresses ?? []))
        else resolve([...new Set(found.map(({ address, family }) => (family === 6 ? `[${address}]` : address)))])
      })
    })
  }
}

/** Of this machine. */
export const hostAddresses = new HostAddresses()
