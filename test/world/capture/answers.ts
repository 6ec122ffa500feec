import { type Read, templateOf } from './template.ts'

/** Commands of Redis whose answers hold no names of keys and no clients. */
const REDIS_KEPT = /^(?:INFO|CONFIG GET|CLUSTER|MEMORY STATS|LATENCY|COMMAND INFO|ROLE|MODULE LIST)\b/
/** Answers that hold no counters. */
const LEVELS = /^MEMORY STATS$/
/** What the others answer in a case: nothing is there. */
const REDIS_EMPTY: [pattern: RegExp, answer: string][] = [
  [/^SLOWLOG GET\b/, '[]'],
  [/^SCAN\b/, '["0",[]]'],
]

/** What was asked and answered, in the order of the reads. */
export class Answers {
  private readonly heard = new Map<string, Read[]>()
  private readonly dropped = new Set<string>()

  private readonly kind: string
  constructor(kind: string) {
    this.kind = kind
  }

  /** `at` in epoch seconds. */
  hear(asked: string, text: string, at: number): void {
    const key = this.keyOf(asked)
    if (key === null) return
    const empty = this.kind === 'redis' ? REDIS_EMPTY.find(([pattern]) => pattern.test(asked))?.[1] : undefined
    this.heard.set(key, [...(this.heard.get(key) ?? []), { text: empty ?? text, at }])
  }

  /** By request, with the counters that grew between the first read and the last. */
  templates(): Record<string, string> {
    return Object.fromEntries(
      [...this.heard].map(([asked, reads]) => [asked, LEVELS.test(asked) ? reads[0]!.text : templateOf(reads[0]!, reads.at(-1)!)]),
    )
  }

  /** What is in the case with no answer, or with an empty one. */
  left(): string[] {
    return [...this.dropped].sort()
  }

  private keyOf(asked: string): string | null {
    if (this.kind !== 'redis' || REDIS_KEPT.test(asked)) return asked
    const words = asked.split(' ')
    const name = /^(?:SLOWLOG|CLIENT|OBJECT|MEMORY)$/.test(words[0]!) ? words.slice(0, 2).join(' ') : words[0]!
    if (!/^(?:AUTH|HELLO|SELECT|PING|READONLY|CLIENT SET\w+)$/.test(name)) this.dropped.add(name)
    return REDIS_EMPTY.some(([pattern]) => pattern.test(asked)) ? name : null
  }
}
