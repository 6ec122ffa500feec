import type { ReactNode } from 'react'
import { safe } from '@/lib/format/format.ts'

/** What back-quotes enclose without a space at its ends: one of a pair may be missing where a text was cut. */
const QUOTED = /`([^`\s](?:[^`]*[^`\s])?)`/

/** A sentence from the server: untrusted characters are written out, and what stands in back-quotes is set as code. Cut to `max` characters. */
export function Sentence({ text, max }: { text: string; max?: number }): ReactNode {
  return (
    safe(text, max)
      .split(QUOTED)
      // What was captured stands at the odd places.
      .map((part, at) =>
        at % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
          <code key={at} className="font-mono text-[0.93em]">
            {part}
          </code>
        ) : (
          part
        ),
      )
  )
}

/** Several sentences, one a line. */
export function Sentences({ text, max }: { text: string; max?: number }): ReactNode {
  return text.split('\n').map((line, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text
    <span key={at} className="block">
      <Sentence text={line} max={max} />
    </span>
  ))
}

/** The same where only characters fit: a notification of the browser, a title. */
export const plainSentence = (text: string, max?: number): string => safe(text, max).replaceAll(new RegExp(QUOTED, 'g'), '$1')
