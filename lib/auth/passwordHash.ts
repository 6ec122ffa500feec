import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { EvenkeelError } from '../model/error.ts'

/** Parameters of scrypt; N is 2 to the power of `ln`. */
export type ScryptCost = { ln: number; r: number; p: number }
/** OWASP's present minimum: 128 MiB and some tenths of a second each. */
export const PRESENT_COST: ScryptCost = { ln: 17, r: 8, p: 1 }
const BYTES = 32
/** So many may wait for their turn, each for less than half a second of those before. */
const WAITING_MAX = 20

/** A password hash with its parameters beside it, as in the PHC string format: `$scrypt$ln=17,r=8,p=1$SALT$HASH`. */
const PHC = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/]+={0,2})\$([A-Za-z0-9+/]+={0,2})$/

/** Scrypt password hashes, off the main thread and one at a time: each takes 128 MiB. */
export type PasswordHashes = {
  hash(password: string): Promise<string>
  /** `stale`: it fits, and was made with other parameters than today's. `first` goes before those who wait, however many they are. */
  fits(password: string, hash: string | undefined, first: boolean): Promise<'no' | 'yes' | 'stale'>
}

export function createPasswordHashes(present: ScryptCost): PasswordHashes {
  const waiting: (() => Promise<void>)[] = []
  let running = false

  function turn<T>(work: () => Promise<T>, first: boolean): Promise<T> {
    if (!first && waiting.length >= WAITING_MAX)
      return Promise.reject(new EvenkeelError('too_many', 'Too many people sign in at this moment; try again in 10 s.'))
    return new Promise<T>((resolve, reject) => {
      const job = () => work().then(resolve, reject)
      if (first) waiting.unshift(job)
      else waiting.push(job)
      void run()
    })
  }
  async function run(): Promise<void> {
    if (running) return
    running = true
    for (let next = waiting.shift(); next; next = waiting.shift()) await next()
    running = false
  }

  /** Compared with where there is no such person, or no password, so that the answer takes as long. */
  const nobody = made(randomBytes(16), randomBytes(BYTES), present)
  return {
    hash: (password) =>
      turn(async () => {
        const salt = randomBytes(16)
        return made(salt, await derive(password, salt, present), present)
      }, true),
    fits: (password, hash, first) =>
      turn(async () => {
        const [, ln, r, p, salt, wanted] = PHC.exec(hash ?? nobody) ?? []
        if (!wanted) return 'no'
        const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
        const derived = await derive(password, Buffer.from(salt!, 'base64'), cost)
        if (!timingSafeEqual(derived, Buffer.from(wanted, 'base64')) || hash === undefined) return 'no'
        return cost.ln === present.ln && cost.r === present.r && cost.p === present.p ? 'yes' : 'stale'
      }, first),
  }
}

/** A hash from before the parameters stood beside it: Node's defaults of then, the salt taken as text. */
export const formerHash = ({ salt, hash }: { salt: string; hash: string }): string =>
  made(Buffer.from(salt, 'utf8'), Buffer.from(hash, 'hex'), { ln: 14, r: 8, p: 1 })

const made = (salt: Buffer, hash: Buffer, { ln, r, p }: ScryptCost) =>
  `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64')}$${hash.toString('base64')}`

function derive(password: string, salt: Buffer, { ln, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** ln
  const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r + 128 * r * p + (1 << 20) }
  return new Promise((resolve, reject) => scrypt(password, salt, BYTES, options, (error, key) => (error ? reject(error) : resolve(key))))
}
