import { Moment } from '@/components/frame/Ago.tsx'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape, type Tone } from '@/components/ui/status.tsx'
import { text } from '@/lib/format/format.ts'
import { loadText, rangeText } from '@/lib/format/load.ts'
import type { RunReport } from '@/lib/model/answers/run.ts'
import { after, type Event, eventsOf } from './words.ts'

/** What gave way first, in one sentence, and what followed in the order of time. */
export function GaveWay({ run }: { run: RunReport }) {
  const { is, text: sentence } = run.first
  const events = eventsOf(run, leftWords)
  const tone: Tone =
    is === 'finding' ? (run.began[0]?.severity ?? 'warning') : is === 'figure' ? 'warning' : is === 'nothing' ? 'ok' : 'info'
  return (
    <Section title="What gave way first">
      <p className="flex max-w-prose items-baseline gap-2">
        <Shape tone={tone} />
        <span className="min-w-0">
          <Sentence text={sentence} max={600} />
        </span>
      </p>
      {events.length > 0 && (
        <ol className="mt-3 flex max-w-4xl flex-col gap-2 border-line-strong border-l pl-4">
          {events.map((event) => (
            <One key={event.key} event={event} />
          ))}
        </ol>
      )}
    </Section>
  )
}

function One({ event: { at, afterMs, href, text, severity, note } }: { event: Event }) {
  return (
    <li className="text-sm">
      <span className="mr-2 text-dim text-xs tabular">
        <Moment at={at} />, {after(afterMs)}
      </span>
      <Shape tone={severity} size={8} className="mr-1" />
      <Go href={href} className={linkLook}>
        <Sentence text={text} max={300} />
      </Go>
      {note && (
        <span className="block text-dim">
          <Sentence text={note} max={300} />
        </span>
      )}
    </li>
  )
}

function leftWords({ name, words, unit, value, range, load }: RunReport['left'][number]): string {
  const at = load.length > 0 ? `; at ${loadText(load)}` : ''
  return `${name}: ${words} ${text(value, unit)}, before ${rangeText(range.low, range.high, unit)}${at}`
}
