import { createHash } from 'node:crypto'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { ANSWER_MAX_BYTES, tooLarge } from '../../model/limits.ts'

/** Status codes of the CLI protocol (include/vcli.h). */
export const STATUS = { unknown: 101, param: 106, auth: 107, ok: 200, truncated: 201, cannot: 300, close: 500 } as const

export type CliAnswer = { status: number; body: string }

/** The first line: three digits, a blank, the length of the body padded to eight, a line feed. */
const HEAD_BYTES = 13
const HEAD = /^(\d{3}) (\d{1,8}) *\n$/
const CHALLENGE = /^([a-z]{32})\n/

/** Collects one answer of the CLI protocol, whose first line says how long it is. */
export class AnswerReader {
  readonly #where: string
  #bytes = Buffer.alloc(0)
  #needed: { status: number; length: number } | null = null

  constructor(where: string) {
    this.#where = where
  }

  /** The answer, once it is whole. Throws `malformed` for what is no answer of a CLI, `too_large` for one over the cap. */
  take(chunk: Buffer): CliAnswer | null {
    this.#bytes = Buffer.concat([this.#bytes, chunk])
    if (this.#needed === null && this.#bytes.length >= HEAD_BYTES) this.#needed = this.#head()
    if (this.#needed === null) return null
    const { status, length } = this.#needed
    const end = HEAD_BYTES + length
    if (this.#bytes.length <= end) return null
    if (this.#bytes.length !== end + 1 || this.#bytes[end] !== 0x0a)
      throw malformed(`${this.#where}: an answer is to be as long as its first line says`, this.#bytes.toString('latin1', 0, HEAD_BYTES))
    return { status, body: this.#bytes.toString('utf8', HEAD_BYTES, end) }
  }

  #head(): { status: number; length: number } {
    const text = this.#bytes.toString('latin1', 0, HEAD_BYTES)
    const [, status, length] = HEAD.exec(text) ?? []
    if (status === undefined)
      throw malformed(`${this.#where} does not speak the CLI of Varnish: \`admin\` is the address of -T, not the one of HTTP`, text)
    if (Number(length) > ANSWER_MAX_BYTES) throw tooLarge(this.#where, Number(length))
    return { status: Number(status), length: Number(length) }
  }
}

/** The challenge of a banner with status 107. */
export function challengeOf(body: string): string {
  const challenge = CHALLENGE.exec(body)?.[1]
  if (challenge === undefined) throw malformed('the challenge of the management port is to be 32 letters', body)
  return challenge
}

/** The response to a challenge: SHA-256 of the challenge, the bytes of the secret file and the challenge again, each challenge with its line feed. */
export const responseTo = (challenge: string, secret: Uint8Array): string =>
  createHash('sha256').update(`${challenge}\n`).update(secret).update(`${challenge}\n`).digest('hex')

/** The body of an answer that is a success; anything else is an error in the server's own words. */
export function bodyOf(command: string, { status, body }: CliAnswer): string {
  const said = body.trim().replace(/\s+/g, ' ').slice(0, 200)
  switch (status) {
    case STATUS.ok:
      return body
    case STATUS.truncated:
      throw new EvenkeelError(
        'malformed',
        `the answer to ${command} was cut at its parameter cli_limit: \`param.set cli_limit 1M\` lets it be whole`,
      )
    case STATUS.unknown:
      throw new EvenkeelError('not_allowed', `this Varnish does not know ${command}`)
    case STATUS.param:
      throw new EvenkeelError('invalid', `Varnish refuses ${command}: ${said}`)
    default:
      throw new EvenkeelError('unreachable', `Varnish answers ${command} with ${status}: ${said}`)
  }
}
