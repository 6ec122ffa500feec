import { Agent, get, type IncomingMessage } from 'node:http'
import { createPace } from '../components/frame/pace.ts'
import { createRefetch } from '../components/frame/refetch.ts'

/** What pages ask for when they are opened, and again when a finding begins, changes or ends: the frame, what fires, and one more each. */
const OTHERS = ['overview', 'incidents', 'rules'] as const
type List = 'frame' | 'findings' | (typeof OTHERS)[number]
/** How often they ask for themselves on a page alone. */
const EVERY_MS = 10_000

type Text = { etag: string | undefined; body: Buffer }

/** A page that somebody has open, without its drawing: one stream of events and its lists, asked for as often as the real page does. */
export class OpenPage {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 2 })
  readonly #url: string
  readonly #lists: readonly List[]
  readonly #pace = createPace()
  readonly #answers = new Map<string, Text>()
  readonly #refetch = createRefetch({
    delay: this.#pace.delay,
    busy: () => this.#asking > 0,
    seen: () => true,
    invalidate: () => void this.ask(),
  })
  #stream: IncomingMessage | null = null
  #timer: NodeJS.Timeout | null = null
  #text = ''
  #asking = 0
  samples = 0
  /** Ids of the events that came, to be told apart from what came twice. */
  events: string[] = []
  /** Ms of each answer. */
  times: number[] = []
  unchanged = 0
  readonly failures: string[] = []

  constructor(url: string, n: number) {
    this.#url = url
    this.#lists = ['frame', 'findings', OTHERS[n % OTHERS.length]!]
  }

  async open(): Promise<void> {
    const stream = await this.#get('events')
    if (stream.statusCode !== 200) throw new Error(`events: ${stream.statusCode}`)
    this.#stream = stream
    stream.on('error', () => {})
    stream.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    await this.ask()
    this.#again()
  }

  #again(): void {
    this.#timer = setTimeout(() => void this.ask().then(() => this.#timer && this.#again()), this.#pace.every(EVERY_MS))
  }

  #read(text: string): void {
    const parts = (this.#text + text).split('\n\n')
    this.#text = parts.pop()!
    for (const part of parts) {
      const [, type] = /^event: (.*)$/m.exec(part) ?? []
      if (type === 'sample') {
        this.samples++
        this.#pace.asked(JSON.parse(/^data: (.*)$/m.exec(part)![1]!).spreadMs)
      } else if (type === 'finding' || type === 'resync') {
        this.events.push(/^id: (.*)$/m.exec(part)?.[1] ?? type)
        this.#refetch.touch(this.#lists)
      }
    }
  }

  async ask(): Promise<void> {
    this.#asking++
    await Promise.all(
      this.#lists.map(async (path) => {
        const began = performance.now()
        try {
          const known = this.#answers.get(path)
          const { answer, body } = await this.#whole(path, known?.etag)
          const ms = performance.now() - began
          this.#pace.answered(ms)
          this.times.push(ms)
          if (answer.statusCode === 304) this.unchanged++
          else if (answer.statusCode === 200) this.#answers.set(path, { etag: answer.headers.etag, body })
          else this.failures.push(`${path}: ${answer.statusCode}`)
        } catch (error) {
          if (this.#timer || !this.#stream) this.failures.push(`${path}: ${error}`)
        }
      }),
    )
    this.#asking--
  }

  answer<T>(path: List): T {
    return JSON.parse(this.#answers.get(path)!.body.toString()) as T
  }

  close(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#refetch.stop()
    this.#stream?.destroy()
    this.#agent.destroy()
  }

  async #whole(path: string, etag: string | undefined): Promise<{ answer: IncomingMessage; body: Buffer }> {
    for (let tries = 1; ; tries++)
      try {
        const answer = await this.#get(path, etag === undefined ? {} : { 'if-none-match': etag })
        return { answer, body: Buffer.concat(await answer.toArray()) }
      } catch (error) {
        // The server closes a connection that was idle for five seconds just when it is used again: browsers ask once more by themselves.
        if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET' || tries > 1) throw error
      }
  }

  #get(path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      get(`${this.#url}/api/v1/${path}`, { agent: path === 'events' ? new Agent() : this.#agent, headers }, resolve).on('error', reject)
    })
  }
}
