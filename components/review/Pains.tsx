import { Go, linkLook } from '@/components/frame/Go.tsx'
import { Sentence } from '@/components/ui/sentence.tsx'
import { Shape } from '@/components/ui/status.tsx'
import { number, safe } from '@/lib/format/format.ts'
import type { ReviewView } from '@/lib/model/answers/review.ts'
import { exactSpan, spanText } from './words.ts'

/** The pain points that cost most, in the order in which they are to be mended. */
export function Pains({ pains, painsLeft }: Pick<ReviewView, 'pains' | 'painsLeft'>) {
  if (pains.length === 0) return <p className="px-4 text-dim">Nothing that is measured costs anything now.</p>
  return (
    <>
      <ol className="border-line border-t">
        {pains.map(({ id, title, text, about, href, severity, cost, money, window, change }, index) => (
          <li
            key={id}
            className="grid break-inside-avoid grid-cols-1 gap-x-6 gap-y-1 border-line border-b px-4 py-3 lg:grid-cols-[minmax(0,8fr)_minmax(0,5fr)_minmax(0,5fr)]"
          >
            <div className="flex min-w-0 gap-2.5">
              <span aria-hidden className="tabular text-dim">
                {index + 1}
              </span>
              <Shape tone={severity ?? 'off'} size={12} className="mt-1" />
              <div className="min-w-0 [overflow-wrap:anywhere]">
                <Go href={href} className="inline-block py-0.5 font-medium hover:text-accent">
                  <Sentence text={text} max={400} />
                </Go>
                <span className="block text-dim text-xs">
                  {severity ? `${severity} · ` : ''}
                  {title} · {safe(about, 120)}
                </span>
              </div>
            </div>
            <p className="text-sm max-lg:pl-8">
              {cost ? `${number(cost.value)} ${cost.what}` : <span className="text-dim">nothing is counted of what it costs</span>}
              {money && (
                <span className="block tabular">
                  {money.perMonth.toFixed(2)} {money.currency} a month
                </span>
              )}
              {window && (
                <span className="block text-dim text-xs" title={exactSpan(window)}>
                  {spanText(window)}
                </span>
              )}
            </p>
            <p className="min-w-0 text-sm [overflow-wrap:anywhere] max-lg:pl-8">
              {change.href ? (
                <Go href={change.href} className={linkLook}>
                  <Sentence text={change.text} max={400} />
                </Go>
              ) : (
                <Sentence text={change.text} max={400} />
              )}
            </p>
          </li>
        ))}
      </ol>
      {painsLeft > 0 && (
        <p className="px-4 pt-2 text-dim text-sm">
          {painsLeft} more:{' '}
          <Go href="/findings" className={linkLook}>
            Findings
          </Go>
          . One improvement at a time, so that its effect can be measured before the next.
        </p>
      )}
    </>
  )
}
