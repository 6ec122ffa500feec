import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Figure } from '@/components/ui/figure.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Status } from '@/components/ui/status.tsx'
import { safe } from '@/lib/format/format.ts'
import type { ReviewPart, ReviewRow } from '@/lib/model/answers/review.ts'
import { exactSpan, spanText, TONE, WORD } from './words.ts'

/** The rows of one part: what it is about, what was measured, what follows, and the change that does it. */
export function ReviewRows({ part }: { part: ReviewPart }) {
  return (
    <>
      <ul aria-label={part.title} className="border-line border-t">
        {part.rows.map((row) => (
          <li
            key={row.id}
            className="grid break-inside-avoid grid-cols-1 gap-x-6 gap-y-1 border-line border-b px-4 py-2 text-sm lg:grid-cols-[minmax(0,4fr)_minmax(0,4fr)_minmax(0,6fr)_minmax(0,4fr)] print:grid-cols-[minmax(0,4fr)_minmax(0,4fr)_minmax(0,6fr)_minmax(0,4fr)]"
          >
            <About row={row} />
            <Measured row={row} />
            <p className="min-w-0 [overflow-wrap:anywhere]">
              <Sentence text={row.follows} max={600} />
            </p>
            <Change row={row} />
          </li>
        ))}
      </ul>
      {part.left > 0 && (
        <p className="px-4 pt-2 text-dim text-sm">
          {part.left} more {part.left === 1 ? 'row is' : 'rows are'} not listed: of them nothing is to be done, or less.
        </p>
      )}
    </>
  )
}

function About({ row: { is, what, about, href } }: { row: ReviewRow }) {
  return (
    <div className="flex min-w-0 gap-2">
      <Status tone={TONE[is]} className="self-start">
        <span className="sr-only">{WORD[is]}: </span>
      </Status>
      <div className="min-w-0 [overflow-wrap:anywhere]">
        <span className="font-medium">
          <Sentence text={what} max={160} />
        </span>
        <span className="block text-dim text-xs">
          {href ? (
            <Go href={href} className={linkLook}>
              {safe(about, 120)}
            </Go>
          ) : (
            safe(about, 120)
          )}
        </span>
      </div>
    </div>
  )
}

function Measured({ row: { is, measured, window } }: { row: ReviewRow }) {
  if ('because' in measured)
    return (
      <p className="min-w-0 text-dim [overflow-wrap:anywhere]">
        not measured: <Sentence text={measured.because} max={300} />
      </p>
    )
  if ('words' in measured)
    return (
      <p className="min-w-0 [overflow-wrap:anywhere]">
        <Sentence text={measured.words} max={300} />
      </p>
    )
  return (
    <p className="min-w-0">
      <Figure {...measured} tone={is === 'act' ? 'warning' : undefined} className="whitespace-normal!" />
      {window && (
        <span className="block text-dim text-xs" title={exactSpan(window)}>
          {spanText(window)}
        </span>
      )}
    </p>
  )
}

function Change({ row: { change } }: { row: ReviewRow }) {
  if (!change) return <span className="max-lg:hidden print:block" />
  return (
    <p className="min-w-0 [overflow-wrap:anywhere]">
      {change.href ? (
        <Go href={change.href} className={linkLook}>
          <Sentence text={change.text} max={300} />
        </Go>
      ) : (
        <Sentence text={change.text} max={300} />
      )}
    </p>
  )
}
